// SPDX-License-Identifier: Apache-2.0
// a sequence has at least one time step
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network<espalier::lstm{.inputs = 4, .units = 4, .timesteps = 0}>;
#else
constexpr auto net = espalier::network<espalier::lstm{.inputs = 4, .units = 4, .timesteps = 10}>;
#endif
