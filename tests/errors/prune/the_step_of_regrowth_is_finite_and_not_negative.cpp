// SPDX-License-Identifier: Apache-2.0
// the step of regrowth is finite and not negative
//
// The step is the length of one of gradient descent; 0 means that no weight comes back.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}},
#ifdef BROKEN
        {.regrowth = -0.1}};
#else
        {.regrowth = 0.1}};
#endif
}
