// SPDX-License-Identifier: Apache-2.0
// a group takes no less than nothing of a resource
//
// Amounts are integers from 0 on. Choose a unit in which they are: femtojoules rather than parts of
// a nanojoule.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <cstdint>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    const espalier::selection groups(
        layers, {.custom = {{"energy",
#ifdef BROKEN
                     [](const espalier::grouping&, std::int64_t) { return std::int64_t{-3}; }}}});
#else
                     [](const espalier::grouping&, std::int64_t) { return std::int64_t{3}; }}}});
#endif
}
