// SPDX-License-Identifier: Apache-2.0
// a packed memory is filled multiplier by multiplier, so its structure is the multiplier
//
// Where kept weights move together in memory, any kept multiplier fills the next place, and larger
// groups would only restrict the choice.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = 4}};
    const espalier::structure how{
#ifdef BROKEN
        .kind = espalier::structure_kind::neuron, .memory = espalier::memory_layout::packed};
#else
        .kind = espalier::structure_kind::multiplier, .memory = espalier::memory_layout::packed};
#endif
    const espalier::selection groups(layers, {.structure = how});
}
