// SPDX-License-Identifier: Apache-2.0
// a scaled number has at most 62 bits in integer arithmetic
//
// The product and the bias, their binary points aligned, are added in 64 bits.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
#ifdef BROKEN
    const espalier::precision format{32, 16};
#else
    const espalier::precision format{30, 15};
#endif
    espalier::integer_network network({4, 4, 1}, format);
    network.add(espalier::integer_scale{format, format, format, {1}, {3}});
}
