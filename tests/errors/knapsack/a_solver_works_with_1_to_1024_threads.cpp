// SPDX-License-Identifier: Apache-2.0
// a solver works with 1 to 1024 threads
//
// One thread is the calling thread itself. `std::thread::hardware_concurrency()`, which may be 0
// where it is not known, is a good choice if it is at least 1.
#include <espalier/knapsack/exact.hpp>

void program()
{
#ifdef BROKEN
    (void)espalier::exact{.threads = 0}({
#else
    (void)espalier::exact{.threads = 2}({
#endif
        .resources = 1, .values = {3, 2}, .class_of = {0, 0}, .class_costs = {{1}}, .capacity = {1},
    });
}
