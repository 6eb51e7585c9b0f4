// SPDX-License-Identifier: Apache-2.0
// shared.first must not decrease
//
// The users of a unit end where those of the next one begin.
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
        .shared = {.costs = {{1}}, .kind = {0, 0}, .first = {0, 3, 2}, .users = {0, 1}},
#else
        .shared = {.costs = {{1}}, .kind = {0, 0}, .first = {0, 1, 2}, .users = {0, 1}},
#endif
    });
}
