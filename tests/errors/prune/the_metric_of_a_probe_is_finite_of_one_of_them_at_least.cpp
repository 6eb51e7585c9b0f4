// SPDX-License-Identifier: Apache-2.0
// the metric of a probe is finite, of one of them at least
//
// A strength at which training diverges is not taken; if all diverge, the learning rate or the
// metric is at fault.
#include <espalier/prune/strength.hpp>

void program()
{
#ifdef BROKEN
    (void)espalier::find_strength([](double) { return 0.0 / 0.0; });
#else
    (void)espalier::find_strength([](double) { return 0.9; });
#endif
}
