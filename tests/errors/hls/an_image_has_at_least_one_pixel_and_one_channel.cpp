// SPDX-License-Identifier: Apache-2.0
// an image has at least one pixel and one channel
//
// A vector is an image of one pixel: `{.channels = 16}`.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
#ifdef BROKEN
    espalier::integer_network network({0, 1, 16}, espalier::precision{8, 8});
#else
    espalier::integer_network network({1, 1, 16}, espalier::precision{8, 8});
#endif
}
