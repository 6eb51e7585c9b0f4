// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

#include <cstdint>
#include <utility>
#include <vector>

// Layers of whole numbers, so that what they compute can be written down by hand.

using integers = std::vector<std::int64_t>;

/// A kernel of one weight matrix that is given in hardware order, in the formats of the layer.
inline espalier::integer_kernel kernel_of(
    const espalier::layer_spec& s, integers weights, integers biases = {})
{
    return {espalier::formats_of(s), std::move(weights), std::move(biases)};
}

inline espalier::layer_spec dense_layer(
    int inputs, int outputs, espalier::precision accum, espalier::precision data = {8, 8})
{
    espalier::layer_spec s =
        espalier::dense{.inputs = inputs, .outputs = outputs, .weight = {8, 8}};
    s.data = data;
    s.accum = accum;
    return s;
}
