// SPDX-License-Identifier: Apache-2.0
// without padding the kernel is no larger than the image
//
// There would be no output pixel. A smaller kernel or `padding::same` helps.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net =
    espalier::network<espalier::conv1d{.width = 4, .channels = 3, .filters = 4, .kernel_width = 5}>;
#else
constexpr auto net = espalier::network<espalier::conv1d{.width = 4,
    .channels = 3,
    .filters = 4,
    .kernel_width = 5,
    .padding = espalier::padding::same}>;
#endif
