// SPDX-License-Identifier: Apache-2.0
// a value must be finite
//
// What must be kept at any price is `decision::keep`, not an infinite value.
#include <espalier/knapsack/validity.hpp>

#include <limits>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
#ifdef BROKEN
        .values = {3, std::numeric_limits<double>::infinity()},
#else
        .values = {3, 2},
#endif
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {1},
#ifndef BROKEN
        .fixed = {espalier::decision::free, espalier::decision::keep},
#endif
    });
}
