// SPDX-License-Identifier: Apache-2.0
// a value must not be negative
//
// An item of negative value is never kept for its own sake. What is to be removed for certain is
// `decision::prune`.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
#ifdef BROKEN
        .values = {3, -2},
#else
        .values = {3, 2},
#endif
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {1},
#ifndef BROKEN
        .fixed = {espalier::decision::free, espalier::decision::prune},
#endif
    });
}
