// SPDX-License-Identifier: Apache-2.0
// there is a gradient for every weight
//
// The gradients of a matrix have its shape.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <span>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    std::vector<float> gradient(7, 0.1F);
#else
    std::vector<float> gradient(8, 0.1F);
#endif
    std::vector<std::span<float>> gradients{gradient};
    espalier::pruner pruner{
        layers, {{{weights, espalier::layout::pytorch}}}, {.rank_by = espalier::ranking::taylor}};
    pruner.observe(gradients);
}
