// SPDX-License-Identifier: Apache-2.0
// all items and units together must need less than 2^62 of a resource
//
// The solvers add amounts up as 64-bit integers. Count large amounts in larger units.
#include <espalier/knapsack/validity.hpp>

#include <cstdint>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
        .values = {3, 2, 1},
        .class_of = {0, 0, 0},
#ifdef BROKEN
        .class_costs = {{std::int64_t{1} << 61}},
#else
        .class_costs = {{std::int64_t{1} << 51}},
#endif
        .capacity = {1},
    });
}
