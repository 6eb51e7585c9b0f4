// SPDX-License-Identifier: Apache-2.0
// a decision must be free, keep or prune
//
// A number that is none of the three was made into a decision.
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
        .fixed = {static_cast<espalier::decision>(3), espalier::decision::free},
#else
        .fixed = {espalier::decision::prune, espalier::decision::free},
#endif
    });
}
