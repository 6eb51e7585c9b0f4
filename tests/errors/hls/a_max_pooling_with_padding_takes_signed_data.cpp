// SPDX-License-Identifier: Apache-2.0
// a max pooling with padding takes signed data
//
// hls4ml pads with the bits 10…0, the smallest number of a signed format and the middle of an
// unsigned one, where it could win. Pool without padding, or before the ReLU.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
#ifdef BROKEN
    espalier::integer_network network({4, 4, 1}, espalier::precision{8, 8, false});
#else
    espalier::integer_network network({4, 4, 1}, espalier::precision{8, 8, true});
#endif
    network.add(espalier::integer_pooling{.padding = espalier::padding::same});
}
