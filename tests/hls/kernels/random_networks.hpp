// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/kernel.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/quantize.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Networks with random shapes, formats, modes, reuse factors, masks and layouts.

namespace random_networks {

namespace esp = espalier;

inline int between(std::mt19937_64& random, int first, int last)
{
    return first + static_cast<int>(random() % static_cast<std::uint64_t>(last - first + 1));
}

inline esp::precision format(std::mt19937_64& random, int widest)
{
    const int width = between(random, 2, widest);
    return {width, between(random, -2, width + 2), random() % 4 != 0};
}
inline esp::fixed_point result(std::mt19937_64& random, int widest)
{
    esp::fixed_point f{format(random, widest), static_cast<esp::rounding>(random() % 7),
        static_cast<esp::overflow>(random() % 4)};
    f.format.width += f.format.width == 2 ? 1 : 0;
    return f;
}

/// Raw numbers of a format, some of them at its limits.
inline std::vector<std::int64_t> raws(
    std::mt19937_64& random, const esp::precision& p, std::size_t count)
{
    std::vector<std::int64_t> numbers(count);
    for (std::int64_t& n : numbers)
        n = random() % 8 == 0 ? (random() % 2 == 0 ? esp::smallest_raw(p) : esp::largest_raw(p))
                              : esp::requantized(static_cast<std::int64_t>(random() >> 8), {64, 64},
                                    {{p.width, p.width, p.is_signed}});
    return numbers;
}

/// A layer with its weights; groups of weights are pruned at random.
inline esp::kernel kernel_of(std::mt19937_64& random, esp::layer_spec layer)
{
    const auto legal = esp::legal_reuse_factors(layer);
    std::vector<int> factors;
    for (const std::int64_t rf : legal)
        factors.push_back(static_cast<int>(rf));
    if (factors.empty())
        factors = {1}, layer.strategy = esp::strategy::resource;
    layer.reuse_factor = factors[random() % factors.size()];
    if (random() % 4 == 0) // no kernel of hls4ml, but a schedule: rows that share a multiplier
        layer.reuse_factor = between(random, 1, 12);
    const esp::weight_matrix m = esp::matrices_of(layer)[0];
    std::vector<std::int64_t> weights =
        raws(random, layer.weight, static_cast<std::size_t>(m.weights()));
    const int percent = std::vector{0, 10, 50, 100}[random() % 4];
    const std::int64_t group = between(random, 1, 3) * layer.reuse_factor;
    for (std::int64_t first = 0; first < m.weights(); first += group)
        if (between(random, 1, 100) > percent)
            for (std::int64_t i = first; i < std::min(first + group, m.weights()); ++i)
                weights[static_cast<std::size_t>(i)] = 0;
    const esp::memory_layout memory =
        random() % 2 == 0 ? esp::memory_layout::in_place : esp::memory_layout::packed;
    esp::matrix_schedule schedule =
        esp::schedule_of(m, std::span<const std::int64_t>(weights), memory);
    const esp::precision bias = format(random, 18);
    std::vector<std::int64_t> biases = raws(random, bias, static_cast<std::size_t>(m.n_out()));
    return {.layer = layer,
        .schedule = std::move(schedule),
        .weights = std::move(weights),
        .biases = std::move(biases),
        .bias = bias,
        .accum_rounding = static_cast<esp::rounding>(random() % 7),
        .result = result(random, 18)};
}

/// One convolution or none, with ReLU and pooling, then one or two dense layers.
inline esp::kernel_network network(std::mt19937_64& random, std::string name)
{
    esp::kernel_network net{.name = std::move(name), .stages = {}};
    esp::precision data = format(random, 18);
    const auto strategy = [&] {
        return random() % 3 == 0 ? esp::strategy::resource : esp::strategy::resource_unrolled;
    };
    int features = between(random, 1, 14);
    if (random() % 2 == 0) {
        const bool is_1d = random() % 3 == 0;
        const auto padding = random() % 2 == 0 ? esp::padding::same : esp::padding::valid;
        const auto io = random() % 2 == 0 ? esp::io_type::io_parallel : esp::io_type::io_stream;
        esp::layer_spec layer;
        if (is_1d)
            layer = esp::conv1d{.name = "conv",
                .width = between(random, 4, 9),
                .channels = 2,
                .filters = between(random, 1, 4),
                .kernel_width = between(random, 1, 4),
                .stride_width = between(random, 1, 3),
                .padding = padding,
                .strategy = strategy(),
                .io = io,
                .weight = format(random, 18),
                .data = data,
                .accum = format(random, 30)};
        else
            layer = esp::conv2d{.name = "conv",
                .height = between(random, 4, 7),
                .width = between(random, 4, 7),
                .channels = between(random, 1, 3),
                .filters = between(random, 1, 4),
                .kernel_height = between(random, 1, 4),
                .kernel_width = between(random, 1, 4),
                .stride_height = between(random, 1, 3),
                .stride_width = between(random, 1, 3),
                .padding = padding,
                .strategy = strategy(),
                .parallelization_factor =
                    io == esp::io_type::io_parallel ? between(random, 1, 3) : 1,
                .io = io,
                .weight = format(random, 18),
                .data = data,
                .accum = format(random, 30)};
        net.stages.emplace_back(kernel_of(random, layer));
        if (random() % 2 == 0)
            net.stages.emplace_back(esp::relu_stage{result(random, 18)});
        const esp::kernel_wire image = esp::wires_of(net).back();
        if (random() % 2 == 0)
            net.stages.emplace_back(esp::max_pool_stage{.height = between(random, 1, image.height),
                .width = between(random, 1, image.width),
                .stride_height = between(random, 1, 2),
                .stride_width = between(random, 1, 2)});
        data = esp::wires_of(net).back().format.format;
        features = static_cast<int>(esp::wires_of(net).back().size());
        if (random() % 3 == 0)
            return net;
    }
    for (int i = 0; i < 2; ++i) {
        const esp::dense layer{.name = i == 0 ? "fc-1" : "fc 2",
            .inputs = features,
            .outputs = between(random, 1, 9),
            .strategy = strategy(),
            .weight = format(random, 18),
            .data = data,
            .accum = format(random, 30)};
        net.stages.emplace_back(kernel_of(random, layer));
        features = layer.outputs;
        if (random() % 2 == 0)
            net.stages.emplace_back(esp::relu_stage{result(random, 18)});
        data = esp::wires_of(net).back().format.format;
        if (random() % 3 == 0)
            break;
    }
    return net;
}

} // namespace random_networks
