// SPDX-License-Identifier: Apache-2.0
// dlib has weights in a known order for dense and conv2d layers only
#include <espalier/model/layers.hpp>
#include <espalier/model/layout.hpp>

constexpr auto matrix = espalier::matrices_of(espalier::lstm{.inputs = 4, .units = 2})[0];
#ifdef BROKEN
constexpr auto flat = espalier::to_hardware(matrix, espalier::layout::dlib, 0);
#else
constexpr auto flat = espalier::to_hardware(matrix, espalier::layout::pytorch, 0);
#endif
