// SPDX-License-Identifier: Apache-2.0
// shared.first must end with the number of users
//
// Every entry of `users` belongs to a unit.
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
        .shared = {.costs = {{1}}, .kind = {0}, .first = {0, 1}, .users = {0, 1}},
#else
        .shared = {.costs = {{1}}, .kind = {0}, .first = {0, 2}, .users = {0, 1}},
#endif
    });
}
