// SPDX-License-Identifier: Apache-2.0
// a weight index is below the number of weights
#include <espalier/model/layers.hpp>
#include <espalier/model/mapping.hpp>

constexpr auto matrix = espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2})[0];
#ifdef BROKEN
constexpr auto place = espalier::place(matrix, 8);
#else
constexpr auto place = espalier::place(matrix, 7);
#endif
