// SPDX-License-Identifier: Apache-2.0
// a parallelization factor above 1 needs a convolution under io_parallel
//
// A streamed convolution receives one pixel at a time, and other layers have no pixels.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<espalier::conv1d{.width = 8,
    .channels = 2,
    .filters = 4,
    .parallelization_factor = 4,
#ifdef BROKEN
    .io = espalier::io_type::io_stream}>;
#else
    .io = espalier::io_type::io_parallel}>;
#endif
