// SPDX-License-Identifier: Apache-2.0
// a choice has an entry for every group
//
// Masks and usage are asked for with one entry for each of the `items()` groups of all layers.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <cstdint>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    const espalier::selection groups(layers);
#ifdef BROKEN
    (void)groups.usage_of(std::vector<std::uint8_t>(7, 1)); // there are 8
#else
    (void)groups.usage_of(std::vector<std::uint8_t>(groups.items(), 1));
#endif
}
