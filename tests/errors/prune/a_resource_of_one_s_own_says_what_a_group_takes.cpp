// SPDX-License-Identifier: Apache-2.0
// a resource of one's own says what a group takes
//
// A name alone is no resource: `cost` gives the amount for each group.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <cstdint>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
#ifdef BROKEN
    const espalier::selection groups(layers, {.custom = {{"energy", {}}}});
#else
    const espalier::selection groups(layers,
        {.custom = {
             {"energy", [](const espalier::grouping&, std::int64_t) { return std::int64_t{3}; }}}});
#endif
}
