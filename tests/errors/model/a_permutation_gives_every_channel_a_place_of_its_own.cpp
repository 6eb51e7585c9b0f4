// SPDX-License-Identifier: Apache-2.0
// a permutation gives every channel a place of its own
//
// It names, for each place, the channel that stands there; each once.
#include <espalier/model/input_permutation.hpp>

void program()
{
#ifdef BROKEN
    const espalier::input_permutation order({2, 0, 2});
#else
    const espalier::input_permutation order({2, 0, 1});
#endif
}
