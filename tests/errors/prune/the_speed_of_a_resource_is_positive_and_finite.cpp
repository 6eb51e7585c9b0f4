// SPDX-License-Identifier: Apache-2.0
// the speed of a resource is positive and finite
//
// At speed 1 a resource goes as far as the schedule, at larger ones it is ahead. One that is not to
// be pruned is left out of the target instead.
#include <espalier/prune/schedule.hpp>

void program()
{
#ifdef BROKEN
    const espalier::schedule steps = espalier::constant{.target = 0.8, .speed = {.bram = 0}};
#else
    const espalier::schedule steps = espalier::constant{.target = {0.8, 0}};
#endif
    (void)steps.target();
}
