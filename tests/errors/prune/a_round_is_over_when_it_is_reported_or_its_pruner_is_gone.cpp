// SPDX-License-Identifier: Apache-2.0
// a round is over when it is reported or its pruner is gone
//
// What `next()` hands out is of use until `report()`. To train on after that, `mask()` of the
// pruner keeps pruned weights at zero.
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
    pruner.report(0.9);
#ifdef BROKEN
    round->mask();
#else
    pruner.mask();
#endif
}
