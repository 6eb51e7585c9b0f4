// SPDX-License-Identifier: Apache-2.0
// the kernel of a convolution has at least one row and column
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<
#ifdef BROKEN
    espalier::conv1d{.width = 8, .channels = 3, .filters = 4, .kernel_width = 0}>;
#else
    espalier::conv1d{.width = 8, .channels = 3, .filters = 4, .kernel_width = 3}>;
#endif
