// SPDX-License-Identifier: Apache-2.0
// a pooling window is at least one pixel and within its image
//
// With padding it may be larger than the image, but not without.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    espalier::integer_network network({4, 4, 1}, espalier::precision{8, 8});
#ifdef BROKEN
    network.add(espalier::integer_pooling{.height = 5, .width = 2});
#else
    network.add(espalier::integer_pooling{.height = 4, .width = 2});
#endif
}
