// SPDX-License-Identifier: Apache-2.0
// a reuse factor is at most the number of values that share a multiplier
//
// Under io_stream those of one pixel, else all of an inference.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net =
    espalier::network<espalier::batch_norm{.inputs = 16, .reuse_factor = 32, .weight = {16, 6}}>;
#else
constexpr auto net =
    espalier::network<espalier::batch_norm{.inputs = 16, .reuse_factor = 16, .weight = {16, 6}}>;
#endif
