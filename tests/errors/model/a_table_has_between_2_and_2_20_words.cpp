// SPDX-License-Identifier: Apache-2.0
// a table has between 2 and 2^20 words
//
// hls4ml's tables of function values have 1,024 unless told otherwise.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network<espalier::activation{
    .function = espalier::activation_function::tanh, .inputs = 64, .table_size = 0}>;
#else
constexpr auto net = espalier::network<espalier::activation{
    .function = espalier::activation_function::tanh, .inputs = 64, .table_size = 1024}>;
#endif
