// SPDX-License-Identifier: Apache-2.0
// a layer has at most 2^40 multiplications at once
//
// Weights times parallelization factor, for the same reason.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<espalier::conv1d{.width = 1 << 20,
    .channels = 1 << 12,
    .filters = 1 << 12,
#ifdef BROKEN
    .parallelization_factor = 1 << 20}>;
#else
    .parallelization_factor = 1 << 4}>;
#endif
