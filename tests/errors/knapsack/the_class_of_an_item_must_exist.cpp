// SPDX-License-Identifier: Apache-2.0
// the class of an item must exist
//
// An entry of `class_of` is an index into `class_costs`.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
        .values = {3, 2},
        .class_of = {0, 1},
#ifdef BROKEN
        .class_costs = {{1}},
#else
        .class_costs = {{1}, {2}},
#endif
        .capacity = {1},
    });
}
