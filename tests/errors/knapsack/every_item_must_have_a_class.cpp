// SPDX-License-Identifier: Apache-2.0
// every item must have a class
//
// `class_of` has one entry for every value: what an item costs is said by its class.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
        .values = {3, 2},
#ifdef BROKEN
        .class_of = {0},
#else
        .class_of = {0, 0},
#endif
        .class_costs = {{1}},
        .capacity = {1},
    });
}
