// SPDX-License-Identifier: Apache-2.0
// a schedule begins at a part in [0, 1) of its way
//
// `initial` says how far along the way to the target the first round goes: with a target of 0.8 and
// `initial` 0.5 it removes 0.4. At 1 there would be no way left.
#include <espalier/prune/schedule.hpp>

void program()
{
#ifdef BROKEN
    const espalier::schedule steps = espalier::constant{.target = 0.8, .initial = 1};
#else
    const espalier::schedule steps = espalier::constant{.target = 0.8, .initial = 0.5};
#endif
    (void)steps.target();
}
