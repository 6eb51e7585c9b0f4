// SPDX-License-Identifier: Apache-2.0
// every gradient is finite
//
// A gradient is infinite or NaN, whether it is to be ranked by or not. A batch on which the loss
// overflows is left out.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <cmath>
#include <span>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    std::vector<float> gradient(8, 0.1F);
    std::vector<std::span<float>> gradients{gradient};
#ifdef BROKEN
    gradient[3] = std::log(0.0F);
#else
    gradient[3] = std::log(0.1F);
#endif
    espalier::pruner pruner{
        layers, {{{weights, espalier::layout::pytorch}}}, {.rank_by = espalier::ranking::taylor}};
    pruner.observe(gradients);
}
