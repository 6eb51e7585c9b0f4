// SPDX-License-Identifier: Apache-2.0
// a time limit must be positive
//
// The time limit of a solver is in seconds. For a quick answer without a proof there is `greedy`.
#include <espalier/knapsack/exact.hpp>

void program()
{
#ifdef BROKEN
    (void)espalier::exact{.time_limit = 0}({
#else
    (void)espalier::exact{.time_limit = 0.5}({
#endif
        .resources = 1, .values = {3, 2}, .class_of = {0, 0}, .class_costs = {{1}}, .capacity = {1},
    });
}
