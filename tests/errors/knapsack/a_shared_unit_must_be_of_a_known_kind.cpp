// SPDX-License-Identifier: Apache-2.0
// a shared unit must be of a known kind
//
// An entry of `kind` is an index into `shared.costs`.
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
        .shared = {.costs = {{1}}, .kind = {1}, .first = {0, 2}, .users = {0, 1}},
#else
        .shared = {.costs = {{1}}, .kind = {0}, .first = {0, 2}, .users = {0, 1}},
#endif
    });
}
