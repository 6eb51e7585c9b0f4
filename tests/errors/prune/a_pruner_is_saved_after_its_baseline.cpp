// SPDX-License-Identifier: Apache-2.0
// a pruner is saved after its baseline
//
// Before its baseline a pruner has nothing to return to, so there is nothing to save.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
#ifndef BROKEN
    pruner.baseline(0.9);
#endif
    (void)pruner.save();
}
