// SPDX-License-Identifier: Apache-2.0
// the sum of an average pooling has at most 62 bits in integer arithmetic
//
// The accumulator and the data, their binary points aligned, are added in 64 bits.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    espalier::integer_network network({4, 4, 1}, espalier::precision{40, 10});
    network.add(espalier::integer_pooling{
#ifdef BROKEN
        .kind = espalier::pooling::average, .accum = espalier::precision{50, 40}});
#else
        .kind = espalier::pooling::average, .accum = espalier::precision{50, 20}});
#endif
}
