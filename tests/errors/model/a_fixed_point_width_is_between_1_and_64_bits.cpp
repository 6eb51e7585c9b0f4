// SPDX-License-Identifier: Apache-2.0
// a fixed-point width is between 1 and 64 bits
#include <espalier/network/network.hpp>

constexpr auto net =
#ifdef BROKEN
    espalier::network<espalier::dense{.inputs = 16, .outputs = 64, .weight = {72, 8}}>;
#else
    espalier::network<espalier::dense{.inputs = 16, .outputs = 64, .weight = {18, 8}}>;
#endif
