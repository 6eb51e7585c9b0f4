// SPDX-License-Identifier: Apache-2.0
// a capacity must not be negative
//
// A budget was overdrawn before the problem was posed. 0 is a capacity.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
        .values = {3, 2},
        .class_of = {0, 0},
        .class_costs = {{1}},
#ifdef BROKEN
        .capacity = {-1},
#else
        .capacity = {0},
#endif
    });
}
