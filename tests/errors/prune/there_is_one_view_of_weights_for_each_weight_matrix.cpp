// SPDX-License-Identifier: Apache-2.0
// there is one view of weights for each weight matrix
//
// A recurrent or separable layer has two matrices, a bidirectional one four. Each has a view of its
// own, in the order of `matrices_of`.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::lstm{.inputs = 4, .units = 2}};
    std::vector<float> weights(32, 1.0F);
#ifdef BROKEN
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
#else
    std::vector<float> recurrent(16, 1.0F);
    espalier::pruner pruner{
        layers, {{{weights, espalier::layout::pytorch}, {recurrent, espalier::layout::pytorch}}}};
#endif
}
