// SPDX-License-Identifier: Apache-2.0
// a metric is reported for a round that next() handed out
//
// There is no open round: `report()` was called twice, or before `next()`. The metric of the dense
// network is the baseline.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
    pruner.baseline(0.9);
#ifndef BROKEN
    (void)pruner.next();
#endif
    pruner.report(0.9);
}
