// SPDX-License-Identifier: Apache-2.0
// strengths are searched from a weakest above 0 to a stronger one
//
// They are tried at equal ratios, and no ratio leads to 0.
#include <espalier/prune/strength.hpp>

void program()
{
#ifdef BROKEN
    (void)espalier::find_strength([](double) { return 0.9; }, {.weakest = 0});
#else
    (void)espalier::find_strength([](double) { return 0.9; });
#endif
}
