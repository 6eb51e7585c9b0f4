// SPDX-License-Identifier: Apache-2.0
// a convolution has the strategy resource_unrolled under io_stream only
//
// Under io_parallel hls4ml builds `resource` instead, whose multipliers stay where the weights are
// zero.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network<espalier::conv1d{
    .width = 8, .channels = 2, .filters = 4, .strategy = espalier::strategy::resource_unrolled}>;
#else
constexpr auto net = espalier::network<espalier::conv1d{.width = 8,
    .channels = 2,
    .filters = 4,
    .strategy = espalier::strategy::resource_unrolled,
    .reuse_factor = 2,
    .io = espalier::io_type::io_stream}>;
#endif
