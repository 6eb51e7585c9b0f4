// SPDX-License-Identifier: Apache-2.0
// an integer scale has a scale and a bias for each channel before it
//
// One of each, also where it is 1 or 0.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const espalier::precision format{8, 8};
    espalier::integer_network network({4, 4, 2}, format);
#ifdef BROKEN
    network.add(espalier::integer_scale{format, format, format, {1, 2}, {3}});
#else
    network.add(espalier::integer_scale{format, format, format, {1, 2}, {3, 0}});
#endif
}
