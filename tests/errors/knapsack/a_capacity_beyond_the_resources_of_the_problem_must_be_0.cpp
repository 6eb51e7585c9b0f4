// SPDX-License-Identifier: Apache-2.0
// a capacity beyond the resources of the problem must be 0
//
// The last resource is `resources` - 1. Either there is a capacity too many, or `resources` is too
// small.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
#ifdef BROKEN
        .resources = 1,
#else
        .resources = 2,
#endif
        .values = {3, 2},
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {1, 1},
    });
}
