// SPDX-License-Identifier: Apache-2.0
// a product has at most 63 bits in integer arithmetic
//
// Products are exact, and integers have 64 bits: weight.width + data.width is at most 63.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
#ifdef BROKEN
    const espalier::layer_spec layer =
        espalier::dense{.inputs = 2, .outputs = 1, .weight = {36, 8}};
#else
    const espalier::layer_spec layer =
        espalier::dense{.inputs = 2, .outputs = 1, .weight = {31, 8}};
#endif
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 2}, {3}};
    espalier::integer_network network({.channels = 2}, layer.data);
    network.add(layer, kernel);
}
