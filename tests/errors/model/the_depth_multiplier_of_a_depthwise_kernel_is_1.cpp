// SPDX-License-Identifier: Apache-2.0
// the depth multiplier of a depthwise kernel is 1
//
// hls4ml has one kernel for each channel and no more: its own assertion stops the synthesis of any
// other depth multiplier. A convolution has as many filters as wanted.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network < espalier::depthwise_conv2d
{
    .height = 8,
#else
constexpr auto net = espalier::network<espalier::conv2d{.height = 8,
#endif
    .width = 8, .channels = 4,
#ifdef BROKEN
    .depth_multiplier = 2,
#else
    .filters = 8,
#endif
    .kernel_height = 3, .kernel_width = 3
}
> ;
