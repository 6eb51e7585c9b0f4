// SPDX-License-Identifier: Apache-2.0
// a schedule has 1 to 10000 steps
//
// One step goes to the target at once. More than 10,000 rounds are a mistake.
#include <espalier/prune/schedule.hpp>

void program()
{
#ifdef BROKEN
    const espalier::schedule steps = espalier::constant{.steps = 0, .target = 0.5};
#else
    const espalier::schedule steps = espalier::constant{.steps = 1, .target = 0.5};
#endif
    (void)steps.target();
}
