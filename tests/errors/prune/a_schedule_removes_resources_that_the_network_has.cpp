// SPDX-License-Identifier: Apache-2.0
// a schedule removes resources that the network has
//
// The target names a resource of which the network has none to remove: a layer at reuse factor 1
// has no weights in block RAM, and one with narrow weights multiplies in LUTs. One number for all
// resources removes that part of those that are there. The pruner checks this.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}},
#ifdef BROKEN
        {.schedule = espalier::constant{.target = {0.5, 0.5}}}};
#else
        {.schedule = espalier::constant{.target = 0.5}}};
#endif
}
