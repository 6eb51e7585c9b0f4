// SPDX-License-Identifier: Apache-2.0
// a convolution takes the image before it
//
// Height, width and channels are those of what is before it.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const espalier::layer_spec layer =
        espalier::conv2d{.height = 3, .width = 3, .channels = 1, .filters = 1, .weight = {8, 8}};
    const espalier::integer_kernel kernel{espalier::formats_of(layer), {1}, {3}};
#ifdef BROKEN
    espalier::integer_network network({4, 3, 1}, layer.data);
#else
    espalier::integer_network network({3, 3, 1}, layer.data);
#endif
    network.add(layer, kernel);
}
