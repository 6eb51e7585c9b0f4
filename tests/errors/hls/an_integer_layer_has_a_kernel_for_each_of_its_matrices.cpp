// SPDX-License-Identifier: Apache-2.0
// an integer layer has a kernel for each of its matrices
//
// A separable convolution has two, the depthwise and the pointwise one; all others have one.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 1, .weight = {8, 8}};
    const espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 2}, {3}};
    espalier::integer_network network({.channels = 2}, layer.data);
#ifdef BROKEN
    network.add(layer, {kernel, kernel});
#else
    network.add(layer, {kernel});
#endif
}
