// SPDX-License-Identifier: Apache-2.0
// a depthwise kernel has the strategy latency and, under io_stream, resource
//
// hls4ml has no kernel for a depthwise or separable convolution with the strategy `resource` under
// io_parallel, and silently builds `latency` where `resource_unrolled` is asked for. At run time
// the message says which of the two it is: `hls4ml builds = 'nothing'` or `'latency'`. Both kinds
// of layer are io_stream unless told otherwise.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<espalier::depthwise_conv2d{.height = 8,
    .width = 8,
    .channels = 4,
    .kernel_height = 3,
    .kernel_width = 3,
#ifndef BROKEN
    .strategy = espalier::strategy::latency,
#endif
    .io = espalier::io_type::io_parallel}>;
