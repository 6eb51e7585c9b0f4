// SPDX-License-Identifier: Apache-2.0
// a layer has at least one output
//
// `outputs` (`units` of a recurrent layer) was left out, or is not positive.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network<espalier::gru{.inputs = 16}>;
#else
constexpr auto net = espalier::network<espalier::gru{.inputs = 16, .units = 8}>;
#endif
