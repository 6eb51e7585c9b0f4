// SPDX-License-Identifier: Apache-2.0
// the strength of the regulariser is finite and not negative
//
// The strength is a factor on a penalty; 0 means that there is none.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}},
#ifdef BROKEN
        {.regularization = -1e-5}};
#else
        {.regularization = 1e-5}};
#endif
}
