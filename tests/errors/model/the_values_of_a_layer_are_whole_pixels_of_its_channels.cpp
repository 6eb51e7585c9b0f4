// SPDX-License-Identifier: Apache-2.0
// the values of a layer are whole pixels of its channels
//
// `inputs` counts all values of an inference, `channels` those of one pixel.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network<espalier::activation{.inputs = 64, .channels = 6}>;
#else
constexpr auto net = espalier::network<espalier::activation{.inputs = 8 * 8 * 6, .channels = 6}>;
#endif
