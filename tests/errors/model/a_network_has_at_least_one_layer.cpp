// SPDX-License-Identifier: Apache-2.0
// a network has at least one layer
#include <espalier/network/network.hpp>

#ifdef BROKEN
auto size = espalier::network<>.size();
#else
auto size = espalier::network<espalier::dense{.inputs = 16, .outputs = 64}>.size();
#endif
