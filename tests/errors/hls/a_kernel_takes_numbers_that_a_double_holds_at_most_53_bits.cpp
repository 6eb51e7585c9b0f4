// SPDX-License-Identifier: Apache-2.0
// a kernel takes numbers that a double holds: at most 53 bits, none far from the point
//
// Its test bench reads and compares them as doubles.
#include <espalier/hls/kernel_network.hpp>

void program()
{
#ifdef BROKEN
    const espalier::precision format{60, 20};
#else
    const espalier::precision format{50, 20};
#endif
    (void)espalier::kernel_network("net", {1, 1, 4}, format);
}
