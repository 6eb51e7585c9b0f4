// SPDX-License-Identifier: Apache-2.0
// every weight is finite
//
// A weight is infinite or NaN before pruning begins or a round starts. If training makes it so,
// `report()` rejects the round, and that is no error.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <cmath>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    weights[3] = std::log(0.0F);
#else
    weights[3] = std::log(0.1F);
#endif
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
}
