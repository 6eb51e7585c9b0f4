// SPDX-License-Identifier: Apache-2.0
// regrowth needs observe() for at least one batch before each round
//
// A pruned weight is zero, so only its gradients say whether it should come back, and each round
// forgets those of the round before.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <span>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifndef BROKEN
    std::vector<float> gradient(8, 0.1F);
    std::vector<std::span<float>> gradients{gradient};
#endif
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}, {.regrowth = 0.1}};
    pruner.baseline(0.9);
#ifndef BROKEN
    pruner.observe(gradients);
#endif
    (void)pruner.next();
}
