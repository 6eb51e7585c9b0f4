// SPDX-License-Identifier: Apache-2.0
// the latency strategy has no fixed weight to multiplier map at a reuse factor above 1, so its
// weights cannot be grouped by multiplier
//
// Single weights, neurons and blocks can still be pruned there.
#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>

constexpr espalier::dense layer{
    .inputs = 4, .outputs = 2, .strategy = espalier::strategy::latency, .reuse_factor = 2};
constexpr espalier::grouping groups(
#ifdef BROKEN
    espalier::matrices_of(layer)[0], espalier::structure::multipliers);
#else
    espalier::matrices_of(layer)[0], espalier::structure::weights);
#endif
