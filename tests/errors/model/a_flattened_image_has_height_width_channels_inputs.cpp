// SPDX-License-Identifier: Apache-2.0
// a flattened image has height * width * channels = inputs
//
// `flattened` says how the inputs of a dense layer were an image before they were flattened, so it
// has to have as many values.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<espalier::dense{
#ifdef BROKEN
    .inputs = 96, .outputs = 42, .flattened = {.height = 2, .width = 2, .channels = 16}}>;
#else
    .inputs = 96, .outputs = 42, .flattened = {.height = 2, .width = 2, .channels = 24}}>;
#endif
