// SPDX-License-Identifier: Apache-2.0
// a schedule removes a part in [0, 1] of a resource
//
// The target is the part that is removed: 0.8 leaves a fifth, and 1 what the floors
// (`keep_at_least`) need. A number of blocks is `at_most{.dsp = 80}`.
#include <espalier/prune/schedule.hpp>

void program()
{
#ifdef BROKEN
    const espalier::schedule steps = espalier::polynomial{.target = 80};
#else
    const espalier::schedule steps = espalier::polynomial{.target = 0.8};
#endif
    (void)steps.target();
}
