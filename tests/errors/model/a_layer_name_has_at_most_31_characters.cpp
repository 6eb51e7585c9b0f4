// SPDX-License-Identifier: Apache-2.0
// a layer name has at most 31 characters
//
// A name is held in place, so that a layer can be a template argument.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<espalier::dense{
#ifdef BROKEN
    .name = "the_first_of_the_three_dense_layers", .inputs = 16, .outputs = 64}>;
#else
    .name = "dense1", .inputs = 16, .outputs = 64}>;
#endif
