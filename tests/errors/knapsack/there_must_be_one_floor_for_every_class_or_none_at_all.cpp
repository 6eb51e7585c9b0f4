// SPDX-License-Identifier: Apache-2.0
// there must be one floor for every class, or none at all
//
// `floors` has one entry for every class, 0 where nothing need be kept; empty means 0 everywhere.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
        .values = {3, 2},
        .class_of = {0, 1},
        .class_costs = {{1}, {1}},
        .capacity = {1},
#ifdef BROKEN
        .floors = {1},
#else
        .floors = {1, 0},
#endif
    });
}
