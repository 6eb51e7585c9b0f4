// SPDX-License-Identifier: Apache-2.0
// a parallelization factor is at least 1
//
// At least one output pixel is computed at a time.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<
#ifdef BROKEN
    espalier::conv1d{.width = 8, .channels = 2, .filters = 4, .parallelization_factor = 0}>;
#else
    espalier::conv1d{.width = 8, .channels = 2, .filters = 4, .parallelization_factor = 1}>;
#endif
