// SPDX-License-Identifier: Apache-2.0
// a floor must not exceed the items of its class
//
// No choice can keep more items of a class than there are.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
        .values = {3, 2},
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {1},
#ifdef BROKEN
        .floors = {3},
#else
        .floors = {1},
#endif
    });
}
