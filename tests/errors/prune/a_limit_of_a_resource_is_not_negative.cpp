// SPDX-License-Identifier: Apache-2.0
// a limit of a resource is not negative
//
// `at_most` names amounts that the pruned network may take. What is to be removed is a part: 0.8.
#include <espalier/prune/schedule.hpp>

void program()
{
#ifdef BROKEN
    const espalier::schedule steps = espalier::constant{.target = espalier::at_most{.dsp = -300}};
#else
    const espalier::schedule steps = espalier::constant{.target = espalier::at_most{.dsp = 300}};
#endif
    (void)steps.target();
}
