// SPDX-License-Identifier: Apache-2.0
// the users of a unit must be ascending and different
//
// Within each unit the users are sorted, and none is named twice.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
        .values = {3, 2},
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {3},
#ifdef BROKEN
        .shared = {.costs = {{1}}, .kind = {0}, .first = {0, 2}, .users = {1, 0}},
#else
        .shared = {.costs = {{1}}, .kind = {0}, .first = {0, 2}, .users = {0, 1}},
#endif
    });
}
