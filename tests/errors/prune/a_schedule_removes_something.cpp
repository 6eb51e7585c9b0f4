// SPDX-License-Identifier: Apache-2.0
// a schedule removes something
//
// The target is 0, or the network has nothing that can be removed. The pruner checks this.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}},
#ifdef BROKEN
        {.schedule = espalier::constant{.target = 0.0}}};
#else
        {.schedule = espalier::constant{.target = 0.5}}};
#endif
}
