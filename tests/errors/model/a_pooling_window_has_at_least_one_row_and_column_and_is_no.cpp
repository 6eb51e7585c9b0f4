// SPDX-License-Identifier: Apache-2.0
// a pooling window has at least one row and column and is no larger than its image
//
// With `padding::same` it may be larger.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net =
    espalier::network<espalier::pool1d{.width = 8, .channels = 3, .pool_width = 9}>;
#else
constexpr auto net =
    espalier::network<espalier::pool1d{.width = 8, .channels = 3, .pool_width = 8}>;
#endif
