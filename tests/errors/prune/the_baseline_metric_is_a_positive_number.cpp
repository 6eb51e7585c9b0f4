// SPDX-License-Identifier: Apache-2.0
// the baseline metric is a positive number
//
// A tolerance is a part of the baseline, so the baseline is above 0 (with `tolerance::points` any
// finite number). A loss is given as it is, with `metric_direction::loss`.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
    pruner.baseline(-0.1); // minus the loss
#else
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}},
        {.direction = espalier::metric_direction::loss}};
    pruner.baseline(0.1);
#endif
}
