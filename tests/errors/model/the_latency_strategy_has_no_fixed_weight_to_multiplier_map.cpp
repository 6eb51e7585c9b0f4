// SPDX-License-Identifier: Apache-2.0
// the latency strategy has no fixed weight to multiplier map at a reuse factor above 1
//
// HLS then shares multipliers among weights as it likes, so no weight has a place.
#include <espalier/model/layers.hpp>
#include <espalier/model/mapping.hpp>

constexpr espalier::dense layer{
#ifdef BROKEN
    .inputs = 4, .outputs = 2, .strategy = espalier::strategy::latency, .reuse_factor = 2};
#else
    .inputs = 4, .outputs = 2, .strategy = espalier::strategy::resource, .reuse_factor = 2};
#endif
constexpr auto place = espalier::place(espalier::matrices_of(layer)[0], 0);
