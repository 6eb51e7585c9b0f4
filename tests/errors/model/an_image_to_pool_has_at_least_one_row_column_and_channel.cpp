// SPDX-License-Identifier: Apache-2.0
// an image to pool has at least one row, column and channel
//
// A pooling layer is told of the image that it reads.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network<espalier::pool2d{.height = 8, .channels = 3}>;
#else
constexpr auto net = espalier::network<espalier::pool2d{.height = 8, .width = 8, .channels = 3}>;
#endif
