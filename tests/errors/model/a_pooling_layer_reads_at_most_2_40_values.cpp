// SPDX-License-Identifier: Apache-2.0
// a pooling layer reads at most 2^40 values
//
// Windows times their places; beyond that the cost formulas would overflow.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net =
    espalier::network<espalier::pool2d{.height = 1 << 20, .width = 1 << 20, .channels = 3}>;
#else
constexpr auto net =
    espalier::network<espalier::pool2d{.height = 1 << 10, .width = 1 << 10, .channels = 3}>;
#endif
