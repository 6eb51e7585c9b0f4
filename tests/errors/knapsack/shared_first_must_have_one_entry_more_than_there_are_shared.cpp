// SPDX-License-Identifier: Apache-2.0
// shared.first must have one entry more than there are shared units
//
// `first` says where the users of each unit begin, and its last entry where those of the last unit
// end.
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
        .shared = {.costs = {{1}}, .kind = {0}, .first = {0}, .users = {0, 1}},
#else
        .shared = {.costs = {{1}}, .kind = {0}, .first = {0, 2}, .users = {0, 1}},
#endif
    });
}
