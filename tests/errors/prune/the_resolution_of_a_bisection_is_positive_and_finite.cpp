// SPDX-License-Identifier: Apache-2.0
// the resolution of a bisection is positive and finite
//
// The bisection ends when the accepted and the rejected trial are that close; at 0 it would go on
// for ever.
#include <espalier/prune/schedule.hpp>

void program()
{
#ifdef BROKEN
    const espalier::schedule steps = espalier::binary{.resolution = 0};
#else
    const espalier::schedule steps = espalier::binary{.resolution = 0.01};
#endif
    (void)steps.target();
}
