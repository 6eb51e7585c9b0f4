// SPDX-License-Identifier: Apache-2.0
// a search probes at least two strengths
//
// The weakest and the strongest.
#include <espalier/prune/strength.hpp>

void program()
{
#ifdef BROKEN
    (void)espalier::find_strength([](double) { return 0.9; }, {.probes = 1});
#else
    (void)espalier::find_strength([](double) { return 0.9; });
#endif
}
