// SPDX-License-Identifier: Apache-2.0
// the reuse factor must be legal for the layer
//
// The kernels of a recurrent or separable layer each have a reuse factor that must be legal.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<
#ifdef BROKEN
    espalier::lstm{.inputs = 6, .units = 10, .reuse_factor = 3}>; // 3 does not divide 10 units
#else
    espalier::lstm{.inputs = 6, .units = 10, .reuse_factor = 3, .recurrent_reuse_factor = 5}>;
#endif
