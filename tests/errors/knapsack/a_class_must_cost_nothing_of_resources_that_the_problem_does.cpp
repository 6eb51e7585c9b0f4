// SPDX-License-Identifier: Apache-2.0
// a class must cost nothing of resources that the problem does not have
//
// The last resource is `resources` - 1; what a class costs of later ones would be left out of
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
        .class_costs = {{1, 1}},
#ifdef BROKEN
        .capacity = {1},
#else
        .capacity = {1, 1},
#endif
    });
}
