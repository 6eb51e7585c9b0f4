// SPDX-License-Identifier: Apache-2.0
// every matrix has weights of its own: two views show the same memory
//
// One array was given twice, or views of one array overlap. Weights that two layers share cannot be
// pruned for both.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.inputs = 4, .outputs = 2}, espalier::dense{.inputs = 2, .outputs = 4}};
    std::vector<float> weights(8, 1.0F);
#ifndef BROKEN
    std::vector<float> others(8, 1.0F);
#endif
    espalier::pruner pruner{layers,
#ifdef BROKEN
        {{{weights, espalier::layout::pytorch}, {weights, espalier::layout::pytorch}}}};
#else
        {{{weights, espalier::layout::pytorch}, {others, espalier::layout::pytorch}}}};
#endif
}
