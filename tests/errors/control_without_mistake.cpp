// SPDX-License-Identifier: Apache-2.0
// a layer has at least one input
//
// Control: there is nothing wrong here, so the check must complain that the program compiles.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<espalier::dense{.inputs = 16, .outputs = 64}>;
