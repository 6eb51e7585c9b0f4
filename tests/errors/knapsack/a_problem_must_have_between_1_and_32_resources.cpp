// SPDX-License-Identifier: Apache-2.0
// a problem must have between 1 and 32 resources
//
// Without a resource nothing is scarce, and a `resource_vector` has 32 places.
#include <espalier/knapsack/validity.hpp>

void program()
{
    espalier::ensure_valid({
#ifdef BROKEN
        .resources = 0,
#else
        .resources = 1,
#endif
        .values = {3, 2},
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {1},
    });
}
