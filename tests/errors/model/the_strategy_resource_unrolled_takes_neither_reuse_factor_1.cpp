// SPDX-License-Identifier: Apache-2.0
// the strategy resource_unrolled takes neither reuse factor 1 nor the largest
//
// At reuse factor 1 hls4ml builds `resource` instead, and n_in times n_out is not in its list. (The
// recurrent kernel of an LSTM or GRU may have 1, if the input kernel has more.) The nearest legal
// values are in the message; in the compiler's they are the second and third argument of
// `unrolled_reuse_factor_with_nearest_legal<1, 0, 2>`, and 0 means that there is none.
#include <espalier/network/network.hpp>

#ifdef BROKEN
constexpr auto net = espalier::network<espalier::dense{
    .inputs = 16, .outputs = 64, .strategy = espalier::strategy::resource_unrolled}>;
#else
constexpr auto net = espalier::network<espalier::dense{.inputs = 16,
    .outputs = 64,
    .strategy = espalier::strategy::resource_unrolled,
    .reuse_factor = 2}>;
#endif
