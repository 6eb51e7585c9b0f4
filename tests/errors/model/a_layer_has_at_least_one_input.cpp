// SPDX-License-Identifier: Apache-2.0
// a layer has at least one input
//
// `inputs` was left out, or is not positive.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network<espalier::dense{.outputs = 64}>;
#else
constexpr auto net = espalier::network<espalier::dense{.inputs = 16, .outputs = 64}>;
#endif
