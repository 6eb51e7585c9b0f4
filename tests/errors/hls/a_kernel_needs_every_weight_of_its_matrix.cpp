// SPDX-License-Identifier: Apache-2.0
// a kernel needs every weight of its matrix
//
// inputs·outputs of a dense layer, kernel_height·kernel_width·channels·filters of a convolution;
// zeros are weights, too.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 1, .weight = {8, 8}};
#ifdef BROKEN
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1}, {3}};
#else
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 0}, {3}};
#endif
    espalier::integer_network network({.channels = 2}, layer.data);
    network.add(layer, kernel);
}
