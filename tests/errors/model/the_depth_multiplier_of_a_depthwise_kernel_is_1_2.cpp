// SPDX-License-Identifier: Apache-2.0
// the depth multiplier of a depthwise kernel is 1
//
// In a common `layer_spec` the filters of a depthwise convolution are its channels.
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>

void program()
{
    espalier::layer_spec layer = espalier::depthwise_conv2d{.height = 8, .width = 8, .channels = 4};
#ifdef BROKEN
    layer.filters = 8;
#else
    layer.filters = layer.channels;
#endif
    espalier::ensure_sound(layer);
}
