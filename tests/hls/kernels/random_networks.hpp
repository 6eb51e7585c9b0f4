// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/kernel_network.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/quantize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Networks with random shapes, formats, modes, reuse factors, masks and layouts.

namespace random_networks {

namespace esp = espalier;

/// Random numbers, and whether formats are to be such that ap_fixed takes them: an assertion of its
/// headers fails where an assignment drops all bits of a number and more. For circuits,
/// accumulators truncate and wrap and convolutions have one copy.
struct generator : std::mt19937_64 {
    generator(std::uint64_t seed, bool is_mild, bool is_for_circuits = false)
        : std::mt19937_64(seed), mild(is_mild), for_circuits(is_for_circuits)
    {}
    bool mild;
    bool for_circuits;
};

inline int between(generator& random, int first, int last)
{
    return first + static_cast<int>(random() % static_cast<std::uint64_t>(last - first + 1));
}

/// Of data. Most formats are such that what goes into a network still shows several layers later.
inline esp::precision format(generator& random, int widest)
{
    if (!random.mild && random() % (random.for_circuits ? 16 : 3) != 0)
        return {between(random, 9, std::max(9, widest)), between(random, 5, 7), random() % 8 != 0};
    const int width = between(random, 2, widest);
    return {width, random.mild ? between(random, 0, width) : between(random, -2, width + 2),
        random() % 4 != 0};
}
/// Of weights: likewise, mostly below 1.
inline esp::precision weight_format(generator& random)
{
    if (!random.mild && random() % (random.for_circuits ? 16 : 3) != 0)
        return {between(random, 4, 14), between(random, 0, 1), random() % 8 != 0};
    return format(random, 18);
}
inline esp::precision accumulator(generator& random)
{
    return random.mild || random.for_circuits ? esp::precision{30, 12 + between(random, 0, 2)}
                                              : format(random, 30);
}
inline esp::fixed_point modes(generator& random, const esp::precision& p)
{
    return {p, static_cast<esp::rounding>(random() % 7), static_cast<esp::overflow>(random() % 4)};
}
inline esp::strategy strategy(generator& random)
{
    return random() % 3 == 0 ? esp::strategy::resource : esp::strategy::resource_unrolled;
}

/// Raw numbers of a format, some of them at its limits.
inline std::vector<std::int64_t> raws(generator& random, const esp::precision& p, std::size_t count)
{
    std::vector<std::int64_t> numbers(count);
    for (std::int64_t& n : numbers)
        n = random() % 8 == 0 ? (random() % 2 == 0 ? esp::smallest_raw(p) : esp::largest_raw(p))
                              : esp::requantized(static_cast<std::int64_t>(random() >> 8), {64, 64},
                                    {{p.width, p.width, p.is_signed}});
    return numbers;
}

/// Legal, or not so, for any of the matrices of a layer.
inline int reuse_factor(generator& random, const esp::weight_matrix& m)
{
    std::vector<int> factors;
    for (const std::int64_t rf : esp::legal_reuse_factors(m))
        factors.push_back(static_cast<int>(rf));
    if (factors.empty()) // resource_unrolled takes no layer of one weight
        factors = {1};
    const int drawn = factors[random() % factors.size()];
    // hls4ml has no such kernel, a schedule has: rows share a multiplier.
    return random() % 4 == 0 ? between(random, 1, 12) : drawn;
}

/// Weights of a matrix, of which groups are pruned at random, and biases.
inline esp::integer_kernel kernel(
    generator& random, const esp::layer_spec& layer, const esp::weight_matrix& m)
{
    esp::integer_kernel numbers;
    numbers.formats = {.weight = layer.weight,
        .bias = format(random, 18),
        .accum = {layer.accum, static_cast<esp::rounding>(random() % 7),
            random() % 4 == 0 ? esp::overflow::sat : esp::overflow::wrap},
        .result = modes(random, format(random, 18))};
    if (random.for_circuits)
        numbers.formats.accum = layer.accum;
    numbers.weights = raws(random, layer.weight, static_cast<std::size_t>(m.weights()));
    const int percent = random.for_circuits ? std::vector{50, 80, 90, 100}[random() % 4]
                                            : std::vector{0, 30, 60, 100}[random() % 4];
    const std::int64_t group = between(random, 1, 3) * m.reuse_factor;
    for (std::int64_t first = 0; first < m.weights(); first += group)
        if (between(random, 1, 100) > percent)
            for (std::int64_t i = first; i < std::min(first + group, m.weights()); ++i)
                numbers.weights[static_cast<std::size_t>(i)] = 0;
    if (random() % 4 != 0)
        numbers.biases =
            raws(random, numbers.formats.bias.format, static_cast<std::size_t>(m.n_out()));
    return numbers;
}

/// Adds a layer with its weights.
inline void add(generator& random, esp::kernel_network& network, esp::layer_spec layer)
{
    const auto memory = [&] {
        return random() % 2 == 0 ? esp::memory_layout::in_place : esp::memory_layout::packed;
    };
    layer.reuse_factor = reuse_factor(random, esp::matrices_of(layer)[0]);
    if (layer.kind == esp::layer_kind::separable_conv2d) {
        layer.second_reuse_factor = reuse_factor(random, esp::matrices_of(layer)[1]);
        std::vector<esp::integer_kernel> kernels;
        for (const esp::weight_matrix& m : esp::matrices_of(layer))
            kernels.push_back(kernel(random, layer, m));
        network.add(layer, kernels, memory());
        return;
    }
    const esp::weight_matrix m = esp::matrices_of(layer)[0];
    const esp::integer_kernel numbers = kernel(random, layer, m);
    if (!m.is_depthwise() && m.n_in() % m.reuse_factor == 0 && random() % 2 == 0) {
        network.add(layer, numbers,
            random() % 3 == 0 ? esp::structure::free_rows
                              : esp::structure::n_of(between(random, 1, 5)));
        return;
    }
    network.add(layer, numbers, memory());
}

inline int stride(generator& random)
{
    return random() % 2 == 0 ? 1 : between(random, 2, 3);
}

inline esp::layer_spec separable(generator& random, const esp::kernel_wire& in, esp::io_type io)
{
    const auto height = static_cast<int>(in.shape.height);
    const auto width = static_cast<int>(in.shape.width);
    const auto padding = random() % 2 == 0 ? esp::padding::same : esp::padding::valid;
    const int most = padding == esp::padding::same ? 5 : 4;
    return esp::separable_conv2d{.name = "separable",
        .height = height,
        .width = width,
        .channels = static_cast<int>(in.shape.channels),
        .filters = between(random, 1, 4),
        .kernel_height = between(random, 1, std::min(height, most)),
        .kernel_width = between(random, 1, std::min(width, most)),
        .stride_height = stride(random),
        .stride_width = stride(random),
        .padding = padding,
        .strategy = strategy(random),
        .parallelization_factor =
            io == esp::io_type::io_parallel && !random.for_circuits ? between(random, 1, 3) : 1,
        .io = io,
        .weight = weight_format(random),
        .data = in.format.format,
        .accum = accumulator(random)};
}

inline esp::layer_spec convolution(generator& random, const esp::kernel_wire& in, esp::io_type io)
{
    const auto height = static_cast<int>(in.shape.height);
    const auto width = static_cast<int>(in.shape.width);
    const auto padding = random() % 2 == 0 ? esp::padding::same : esp::padding::valid;
    const int most = padding == esp::padding::same ? 5 : 4;
    const int factor =
        io == esp::io_type::io_parallel && !random.for_circuits ? between(random, 1, 3) : 1;
    if (random() % 4 == 0)
        return separable(random, in, io);
    if (random() % 4 == 0)
        return esp::depthwise_conv2d{.name = "depthwise",
            .height = height,
            .width = width,
            .channels = static_cast<int>(in.shape.channels),
            .kernel_height = between(random, 1, std::min(height, most)),
            .kernel_width = between(random, 1, std::min(width, most)),
            .stride_height = stride(random),
            .stride_width = stride(random),
            .padding = padding,
            .strategy = strategy(random),
            .parallelization_factor = factor,
            .io = io,
            .weight = weight_format(random),
            .data = in.format.format,
            .accum = accumulator(random)};
    if (height == 1)
        return esp::conv1d{.name = "conv",
            .width = width,
            .channels = static_cast<int>(in.shape.channels),
            .filters = between(random, 1, 4),
            .kernel_width = between(random, 1, std::min(width, most)),
            .stride_width = stride(random),
            .padding = padding,
            .strategy = strategy(random),
            .parallelization_factor = factor,
            .io = io,
            .weight = weight_format(random),
            .data = in.format.format,
            .accum = accumulator(random)};
    return esp::conv2d{.name = "conv",
        .height = height,
        .width = width,
        .channels = static_cast<int>(in.shape.channels),
        .filters = between(random, 1, 4),
        .kernel_height = between(random, 1, std::min(height, most)),
        .kernel_width = between(random, 1, std::min(width, most)),
        .stride_height = stride(random),
        .stride_width = stride(random),
        .padding = padding,
        .strategy = strategy(random),
        .parallelization_factor = factor,
        .io = io,
        .weight = weight_format(random),
        .data = in.format.format,
        .accum = accumulator(random)};
}

/// A pooling of any kind that fits.
inline void add_pooling(generator& random, esp::kernel_network& network)
{
    const esp::image_shape image = network.wire().shape;
    esp::integer_pooling pool{.kind = random() % 2 == 0 ? esp::pooling::max : esp::pooling::average,
        .height = between(random, 1, static_cast<int>(std::min<std::int64_t>(3, image.height))),
        .width = between(random, 1, static_cast<int>(std::min<std::int64_t>(3, image.width))),
        .stride_height = between(random, 0, 2),
        .stride_width = between(random, 0, 2)};
    if (random() % 4 == 0)
        pool.accum = modes(random, format(random, 18));
    if (random() % 4 == 0)
        pool.result = modes(random, format(random, 18));
    network.add(pool);
}

/// A batch normalisation.
inline void add_scale(generator& random, esp::kernel_network& network)
{
    const auto channels = static_cast<std::size_t>(network.wire().shape.channels);
    esp::integer_scale norm{.scale_format = weight_format(random),
        // Now and then with more bits right of the point than the products have.
        .bias_format = random() % 2 == 0 ? format(random, 12) : esp::precision{30, 2},
        .result = modes(random, format(random, 18))};
    norm.scale = raws(random, norm.scale_format.format, channels);
    norm.bias = raws(random, norm.bias_format.format, channels);
    network.add(norm);
}

/// A ReLU, a cast, a batch normalisation or nothing.
inline void add_conversion(generator& random, esp::kernel_network& network)
{
    if (random() % 4 == 0)
        add_scale(random, network);
    if (random() % 2 == 0)
        network.add(esp::integer_relu{random() % 4 == 0 ? std::optional<esp::fixed_point>()
                                                        : modes(random, format(random, 18))});
    else if (random() % 4 == 0)
        network.add(esp::integer_cast{modes(random, format(random, 18))});
}

/// One convolution or none, with ReLU and pooling, then one or two dense layers.
inline esp::kernel_network network(generator& random, const std::string& name)
{
    const bool has_image = random() % 2 == 0;
    const auto io = random() % 2 == 0 ? esp::io_type::io_parallel : esp::io_type::io_stream;
    const esp::image_shape shape =
        has_image ? esp::image_shape{random() % 3 == 0 ? 1 : between(random, 4, 7),
                        between(random, 4, 9), between(random, 1, 3)}
                  : esp::image_shape{1, 1, between(random, 1, 14)};
    esp::kernel_network net(
        name, shape, format(random, 18), has_image ? io : esp::io_type::io_parallel);
    if (has_image) {
        add(random, net, convolution(random, net.wire(), io));
        add_conversion(random, net);
        if (random() % 2 == 0)
            add_pooling(random, net);
        if (random() % 3 == 0)
            return net;
    }
    for (int i = 0; i < 2; ++i) {
        add(random, net,
            esp::dense{.name = i == 0 ? "fc-1" : "fc 1", // one name to C++
                .inputs = static_cast<int>(net.wire().shape.size()),
                .outputs = between(random, 1, 9),
                .strategy = strategy(random),
                .weight = weight_format(random),
                .data = net.wire().format.format,
                .accum = accumulator(random)});
        add_conversion(random, net);
        if (random() % 3 == 0)
            break;
    }
    return net;
}

/// A separable convolution with what may be behind it.
inline esp::kernel_network separable_network(generator& random, const std::string& name)
{
    const auto io = random() % 2 == 0 ? esp::io_type::io_parallel : esp::io_type::io_stream;
    esp::kernel_network net(name,
        {between(random, 3, 7), between(random, 3, 8), between(random, 1, 4)}, format(random, 18),
        io);
    add(random, net, separable(random, net.wire(), io));
    add_conversion(random, net);
    if (random() % 2 == 0)
        add_pooling(random, net);
    return net;
}

/// A dense layer whose multipliers choose from several streams of inputs, with so many rows that
/// the streams are worth bringing.
inline esp::kernel_network choosing_network(generator& random, const std::string& name)
{
    const int reuse_factor = between(random, 5, 9);
    const int inputs = reuse_factor * between(random, 3, 6);
    esp::kernel_network net(name, {1, 1, inputs}, format(random, 18));
    const esp::dense layer{.name = "fc",
        .inputs = inputs,
        .outputs = between(random, 9, 12),
        .strategy = strategy(random),
        .reuse_factor = reuse_factor,
        .weight = format(random, 18),
        .data = net.wire().format.format,
        .accum = accumulator(random)};
    const esp::weight_matrix m = esp::matrices_of(layer)[0];
    esp::integer_kernel numbers;
    numbers.formats = {.weight = layer.weight,
        .bias = format(random, 18),
        .accum = {layer.accum, static_cast<esp::rounding>(random() % 7),
            random() % 4 == 0 ? esp::overflow::sat : esp::overflow::wrap},
        .result = modes(random, format(random, 18))};
    numbers.weights = raws(random, layer.weight, static_cast<std::size_t>(m.weights()));
    for (std::int64_t& weight : numbers.weights)
        weight = random() % 3 == 0 ? weight : 0;
    net.add(layer, numbers, esp::structure::n_of(between(random, 2, 4)));
    return net;
}

} // namespace random_networks
