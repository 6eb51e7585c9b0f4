// SPDX-License-Identifier: Apache-2.0
// a pooling layer under io_stream does not pad
//
// hls4ml's streamed kernels have none for it; under io_parallel they do.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network<espalier::pool2d{.height = 5,
    .width = 5,
    .channels = 3,
    .padding = espalier::padding::same,
    .io = espalier::io_type::io_stream}>;
#else
constexpr auto net = espalier::network<espalier::pool2d{
    .height = 5, .width = 5, .channels = 3, .io = espalier::io_type::io_stream}>;
#endif
