// SPDX-License-Identifier: Apache-2.0
// all groups together take at most 2^62 of a resource
//
// A sum beyond could not be counted. Choose a larger unit.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <cstdint>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    const espalier::selection groups(layers,
        {.custom = {{"energy",
#ifdef BROKEN
             [](const espalier::grouping&, std::int64_t) { return std::int64_t{1} << 61; }}}});
#else
             [](const espalier::grouping&, std::int64_t) { return std::int64_t{1} << 31; }}}});
#endif
}
