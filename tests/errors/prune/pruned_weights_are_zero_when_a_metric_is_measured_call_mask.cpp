// SPDX-License-Identifier: Apache-2.0
// pruned weights are zero when a metric is measured: call mask() after every step
//
// An optimiser moved weights that are pruned, so what was measured is a network that the hardware
// will not have. The round stays open: after `mask()` it is measured once more.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
    pruner.baseline(0.9);
    auto round = pruner.next();
    for (float& w : weights)
        w += 0.1F; // training
#ifndef BROKEN
    round->mask();
#endif
    pruner.report(0.9);
}
