// SPDX-License-Identifier: Apache-2.0
// a value must be a number
//
// A value is NaN: nothing can be compared with it.
#include <espalier/knapsack/validity.hpp>

#include <cmath>

void program()
{
    espalier::ensure_valid({
        .resources = 1,
#ifdef BROKEN
        .values = {3, std::nan("")},
#else
        .values = {3, 2},
#endif
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {1},
    });
}
