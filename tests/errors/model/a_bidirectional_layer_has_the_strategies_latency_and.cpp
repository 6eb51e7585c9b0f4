// SPDX-License-Identifier: Apache-2.0
// a bidirectional layer has the strategies latency and resource, under io_parallel only
//
// hls4ml builds `resource` where `resource_unrolled` is asked for, and has no streamed kernel.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network<espalier::lstm{.inputs = 6,
    .units = 6,
    .bidirectional = true,
    .strategy = espalier::strategy::resource_unrolled,
    .reuse_factor = 3}>;
#else
constexpr auto net = espalier::network<espalier::lstm{
    .inputs = 6, .units = 6, .bidirectional = true, .reuse_factor = 3}>;
#endif
