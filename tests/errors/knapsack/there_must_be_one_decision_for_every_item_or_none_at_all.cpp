// SPDX-License-Identifier: Apache-2.0
// there must be one decision for every item, or none at all
//
// `fixed` has one entry for every item; empty means that every item is free.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
        .values = {3, 2},
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {1},
#ifdef BROKEN
        .fixed = {espalier::decision::keep},
#else
        .fixed = {espalier::decision::keep, espalier::decision::free},
#endif
    });
}
