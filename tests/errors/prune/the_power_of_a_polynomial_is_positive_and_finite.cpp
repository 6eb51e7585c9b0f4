// SPDX-License-Identifier: Apache-2.0
// the power of a polynomial is positive and finite
//
// With power 1 all steps are equal, with larger ones the first are the longest. An infinite power
// is refused too.
#include <espalier/prune/schedule.hpp>

void program()
{
#ifdef BROKEN
    const espalier::schedule steps = espalier::polynomial{.power = 0};
#else
    const espalier::schedule steps = espalier::polynomial{.power = 1};
#endif
    (void)steps.target();
}
