// SPDX-License-Identifier: Apache-2.0
// the image of a convolution has at least one row, column and channel
//
// The message shows the three extents; one was left out or is not positive.
#include <espalier/network/network.hpp>

constexpr auto net =
#ifdef BROKEN
    espalier::network<espalier::conv2d{.height = 8, .width = 8, .filters = 4}>;
#else
    espalier::network<espalier::conv2d{.height = 8, .width = 8, .channels = 3, .filters = 4}>;
#endif
