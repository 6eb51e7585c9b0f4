// SPDX-License-Identifier: Apache-2.0
// a metric is implausible from a factor above 1
//
// The factor says how many times better than the baseline a metric has to be to count as a mistake.
// At 1 or below, a network as good as the dense one would be one.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}},
#ifdef BROKEN
        {.implausible_factor = 0.5}};
#else
        {.implausible_factor = 1.5}};
#endif
}
