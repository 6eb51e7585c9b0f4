// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/kernel_network.hpp>
#include <espalier/model/layers.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <vector>

// The LeNet of the examples with random weights, as a network of kernels under io_stream: what it
// needs and how long it takes depends on which multipliers are built, not on how well it
// classifies.

namespace lenet {

namespace esp = espalier;

/// Multipliers of conv1, conv2, fc1, fc2 and fc3.
using multipliers = std::array<std::int64_t, 5>;
inline constexpr multipliers unpruned{150, 2400, 1920, 840, 840};
/// What examples/run.sh leaves (seed 1; README.md).
inline constexpr multipliers pruned{118, 466, 392, 218, 114};

/// A part of all multipliers in every layer.
inline multipliers percent(std::int64_t of_hundred)
{
    multipliers kept = unpruned;
    for (std::int64_t& k : kept)
        k = k * of_hundred / 100;
    return kept;
}

/// Sets the weights of all multipliers but `kept` to zero: those whose sums of squares are
/// smallest.
inline void prune(const esp::weight_matrix& m, std::vector<double>& weights, std::int64_t kept)
{
    std::vector<double> value(static_cast<std::size_t>(m.multipliers()));
    const auto multiplier = [&](std::size_t flat) {
        return flat / static_cast<std::size_t>(m.reuse_factor);
    };
    for (std::size_t flat = 0; flat < weights.size(); ++flat)
        value[multiplier(flat)] += weights[flat] * weights[flat];
    std::vector<std::size_t> order(value.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(
        order, std::ranges::greater{}, [&](std::size_t g) { return value[g]; });
    for (auto i = static_cast<std::size_t>(kept); i < order.size(); ++i)
        value[order[i]] = -1;
    for (std::size_t flat = 0; flat < weights.size(); ++flat)
        if (value[multiplier(flat)] < 0)
            weights[flat] = 0;
}

/// Its layers with weights.
inline std::vector<esp::layer_spec> layers()
{
    const esp::precision format{18, 8};
    const auto convolution = [&](const char* name, int extent, int channels, int filters,
                                 esp::padding padding) {
        return esp::conv2d{.name = name,
            .height = extent,
            .width = extent,
            .channels = channels,
            .filters = filters,
            .kernel_height = 5,
            .kernel_width = 5,
            .padding = padding,
            .strategy = esp::strategy::latency,
            .io = esp::io_type::io_stream,
            .weight = format};
    };
    const auto dense = [&](const char* name, int inputs, int outputs, int reuse_factor) {
        return esp::dense{.name = name,
            .inputs = inputs,
            .outputs = outputs,
            .strategy =
                reuse_factor == 1 ? esp::strategy::latency : esp::strategy::resource_unrolled,
            .reuse_factor = reuse_factor,
            .weight = format};
    };
    return {convolution("conv1", 28, 1, 6, esp::padding::same),
        convolution("conv2", 14, 6, 16, esp::padding::valid), dense("fc1", 400, 120, 25),
        dense("fc2", 120, 84, 12), dense("fc3", 84, 10, 1)};
}

/// The network.
/// \param kept  multipliers that stay in each layer: those with the largest weights
inline esp::kernel_network network(
    const multipliers& kept, esp::memory_layout memory = esp::memory_layout::in_place)
{
    const esp::precision format{18, 8};
    esp::kernel_network net("lenet", {28, 28, 1}, format, esp::io_type::io_stream);
    std::mt19937_64 random(1);
    std::size_t number = 0;
    for (const esp::layer_spec& layer : layers()) {
        const esp::weight_matrix m = esp::matrices_of(layer)[0];
        const double share =
            static_cast<double>(kept[number]) / static_cast<double>(m.multipliers());
        // He's initialisation, by which sums neither vanish nor overflow.
        std::normal_distribution<double> weight(
            0, std::sqrt(2.0 / static_cast<double>(m.n_in()) / share));
        std::normal_distribution<double> bias(0, 0.1);
        esp::real_kernel real;
        for (std::int64_t i = 0; i < m.weights(); ++i)
            real.weights.push_back(weight(random));
        for (std::int64_t i = 0; i < m.n_out(); ++i)
            real.biases.push_back(bias(random));
        prune(m, real.weights, kept[number]);
        net.add(layer, esp::quantized(real, esp::formats_of(layer)), memory);
        if (++number < kept.size())
            net.add(esp::integer_relu{});
        if (layer.kind == esp::layer_kind::conv2d)
            net.add(esp::integer_pooling{});
    }
    return net;
}

} // namespace lenet
