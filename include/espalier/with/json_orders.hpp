// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/input_permutation.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/input_orders.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Orders of inputs for whoever has the weights or masks of a permuted network and wants to know
// which channel is which:
//
//   {"fc2": [2, 0, 3, 1]}     the neuron of fc1 that stands at each place of fc2
//
// Layers whose inputs stand as they were are left out.

namespace espalier {

/// Writes the orders that are not identities, by the names of their matrices (`name_of`).
inline void to_json(nlohmann::ordered_json& json, const input_orders& orders)
{
    json = nlohmann::ordered_json::object();
    for (std::size_t m = 0; m < orders.matrices(); ++m)
        if (!orders.of(m).is_identity())
            json[name_of(orders.matrix(m))] = orders.of(m).channels();
}

/// Reads what `to_json` wrote.
/// \throws std::invalid_argument if it is not of these layers or not an order
[[nodiscard]] inline input_orders read_orders(
    const nlohmann::ordered_json& json, std::span<const layer_spec> layers)
{
    input_orders orders(layers);
    ensure(json.is_object(), "orders of inputs are an object with an array for each layer");
    for (const auto& [name, channels] : json.items()) {
        std::size_t m = 0;
        while (m < orders.matrices() && name_of(orders.matrix(m)) != name)
            ++m;
        ensure(m < orders.matrices(), "an order of inputs names a layer of the network",
            given{"layer", std::string_view(name)});
        std::vector<std::uint32_t> channel_at;
        ensure(channels.is_array(), "an order of inputs is an array of whole numbers",
            given{"layer", std::string_view(name)});
        for (const auto& channel : channels) {
            ensure(channel.is_number_unsigned() && channel <= UINT32_MAX,
                "an order of inputs is an array of whole numbers",
                given{"layer", std::string_view(name)});
            channel_at.push_back(channel.get<std::uint32_t>());
        }
        orders.set(m, input_permutation(std::move(channel_at)));
    }
    return orders;
}

} // namespace espalier
