// SPDX-License-Identifier: Apache-2.0
// a raw integer is one of its format
//
// Raw integers count steps of the last bit: those of `ap_fixed<8, 8>` are -128 … 127. `quantized`
// makes them of real numbers.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 1, .weight = {8, 8}};
#ifdef BROKEN
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 200}, {3}};
#else
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 127}, {3}};
#endif
    espalier::integer_network network({.channels = 2}, layer.data);
    network.add(layer, kernel);
}
