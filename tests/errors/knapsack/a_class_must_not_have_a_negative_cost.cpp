// SPDX-License-Identifier: Apache-2.0
// a class must not have a negative cost
//
// Keeping an item cannot give a resource back.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
        .values = {3, 2},
        .class_of = {0, 0},
#ifdef BROKEN
        .class_costs = {{-1}},
#else
        .class_costs = {{1}},
#endif
        .capacity = {1},
    });
}
