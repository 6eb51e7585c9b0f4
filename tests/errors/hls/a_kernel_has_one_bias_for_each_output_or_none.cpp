// SPDX-License-Identifier: Apache-2.0
// a kernel has one bias for each output, or none
//
// Biases do not say which output they are of, so none may be left out.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 1, .weight = {8, 8}};
#ifdef BROKEN
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 2}, {3, 4}};
#else
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 2}, {3}};
#endif
    espalier::integer_network network({.channels = 2}, layer.data);
    network.add(layer, kernel);
}
