// SPDX-License-Identifier: Apache-2.0
// a problem must have fewer than 2^32 - 1 items
//
// Items are counted with 32 bits.
//
// not run: it takes more memory than a test may
#include <espalier/knapsack/validity.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

void program()
{
#ifdef BROKEN
    const std::size_t items = 4'294'967'295; // 48 GiB of values and classes
#else
    const std::size_t items = 4'294;
#endif
    espalier::ensure_valid({
        .resources = 1,
        .values = std::vector<double>(items, 1.0),
        .class_of = std::vector<std::uint32_t>(items, 0),
        .class_costs = {{1}},
        .capacity = {1},
    });
}
