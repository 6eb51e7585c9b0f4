// SPDX-License-Identifier: Apache-2.0
// a round is reported before the next one starts
//
// Each `next()` that hands out a round is followed by one `report()`: only then is it known whether
// to go on or back.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
    pruner.baseline(0.9);
    (void)pruner.next();
#ifndef BROKEN
    pruner.report(0.9);
#endif
    (void)pruner.next();
}
