// SPDX-License-Identifier: Apache-2.0
// a convolution has at least one filter
#include <espalier/network/network.hpp>

constexpr auto net =
#ifdef BROKEN
    espalier::network<espalier::conv2d{.height = 8, .width = 8, .channels = 3}>;
#else
    espalier::network<espalier::conv2d{.height = 8, .width = 8, .channels = 3, .filters = 4}>;
#endif
