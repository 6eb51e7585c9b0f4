// SPDX-License-Identifier: Apache-2.0
// a layer has at least one input
//
// Control: the sentence is in the source but is not the error, so the check must miss it.
#include <espalier/network/network.hpp>

#ifdef BROKEN
int answer = "a layer has at least one input";
#endif
