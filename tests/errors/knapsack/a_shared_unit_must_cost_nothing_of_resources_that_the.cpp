// SPDX-License-Identifier: Apache-2.0
// a shared unit must cost nothing of resources that the problem does not have
//
// The last resource is `resources` - 1; what a unit costs of later ones would be left out of
// account.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
#ifdef BROKEN
        .resources = 1,
#else
        .resources = 2,
#endif
        .values = {3, 2},
        .class_of = {0, 0},
        .class_costs = {{1}},
#ifdef BROKEN
        .capacity = {3},
#else
        .capacity = {3, 1},
#endif
        .shared = {.costs = {{0, 1}}, .kind = {0}, .first = {0, 2}, .users = {0, 1}},
    });
}
