// SPDX-License-Identifier: Apache-2.0
// four times the number of items times the largest value must be finite
//
// The solvers add values up, with some room to spare. Divide all values by a power of two: the
// choice stays the same.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
#ifdef BROKEN
        .values = {1e308, 1e308},
#else
        .values = {1e300, 1e300},
#endif
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {1},
    });
}
