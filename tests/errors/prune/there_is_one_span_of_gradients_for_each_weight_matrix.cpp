// SPDX-License-Identifier: Apache-2.0
// there is one span of gradients for each weight matrix
//
// The gradients are given as the weights are: one span for each matrix, in the same order.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <span>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    std::vector<std::span<float>> gradients;
#else
    std::vector<float> gradient(8, 0.1F);
    std::vector<std::span<float>> gradients{gradient};
#endif
    espalier::pruner pruner{
        layers, {{{weights, espalier::layout::pytorch}}}, {.regularization = 1e-5}};
    pruner.baseline(0.9);
    auto round = pruner.next();
    round->regularize(gradients);
}
