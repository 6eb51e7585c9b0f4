// SPDX-License-Identifier: Apache-2.0
// a reuse factor is at least 1
//
// One multiplier is used at least once for each product. (0 for the second kernel of a layer means:
// as the first.)
#include <espalier/network/network.hpp>

constexpr auto net =
#ifdef BROKEN
    espalier::network<espalier::dense{.inputs = 16, .outputs = 64, .reuse_factor = 0}>;
#else
    espalier::network<espalier::dense{.inputs = 16, .outputs = 64, .reuse_factor = 1}>;
#endif
