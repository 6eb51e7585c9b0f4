// SPDX-License-Identifier: Apache-2.0
// a stride is at least 1
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<
#ifdef BROKEN
    espalier::conv1d{.width = 8, .channels = 3, .filters = 4, .stride_width = 0}>;
#else
    espalier::conv1d{.width = 8, .channels = 3, .filters = 4, .stride_width = 2}>;
#endif
