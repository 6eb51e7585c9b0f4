// SPDX-License-Identifier: Apache-2.0
// the noise of a metric is finite and not negative
//
// The noise is by how much two measurements of one network may differ; 0 means that the metric is
// exact.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}, {.noise = -0.01}};
#else
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}, {.noise = 0.01}};
#endif
}
