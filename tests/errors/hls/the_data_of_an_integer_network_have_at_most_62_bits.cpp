// SPDX-License-Identifier: Apache-2.0
// the data of an integer network have at most 62 bits
//
// So that what is made of them stays within the 64 bits of an integer.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
#ifdef BROKEN
    espalier::integer_network network({.channels = 16}, espalier::precision{64, 8});
#else
    espalier::integer_network network({.channels = 16}, espalier::precision{62, 8});
#endif
}
