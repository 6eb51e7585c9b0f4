// SPDX-License-Identifier: Apache-2.0
// ranking by gradients needs observe() for at least one batch before each round
//
// `ranking::taylor` and `ranking::fisher` rank by gradients, and each round forgets those of the
// round before.
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
    espalier::pruner pruner{
        layers, {{{weights, espalier::layout::pytorch}}}, {.rank_by = espalier::ranking::taylor}};
    pruner.baseline(0.9);
#ifndef BROKEN
    pruner.observe(gradients);
#endif
    (void)pruner.next();
}
