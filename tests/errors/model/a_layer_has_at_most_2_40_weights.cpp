// SPDX-License-Identifier: Apache-2.0
// a layer has at most 2^40 weights
//
// So that every product of the cost formulas fits 64 bits.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<
#ifdef BROKEN
    espalier::dense{.inputs = 2'000'000'000, .outputs = 1'000'000, .reuse_factor = 1}>;
#else
    espalier::dense{.inputs = 1'000'000, .outputs = 1'000'000, .reuse_factor = 1}>;
#endif
