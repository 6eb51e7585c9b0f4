// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/espalier.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <random>
#include <vector>

// Real networks and deep ones, with Gaussian weights, the same on every run.

namespace networks {

using layers = std::vector<esp::layer_spec>;

struct network {
    const char* name;
    layers (*build)();
    esp::layout framework = esp::layout::keras;
    /// The proven optimum on the Gaussian weights at 16 bits and a reduction of 70 %.
    std::optional<double> optimum{};
};

/// A convolution with `same` padding that keeps the size of the image or divides it by `stride`.
inline esp::layer_spec convolution(
    int size, int channels, int filters, int kernel, int stride, int reuse_factor)
{
    return esp::conv2d{.height = size,
        .width = size,
        .channels = channels,
        .filters = filters,
        .kernel_height = kernel,
        .kernel_width = kernel,
        .stride_height = stride,
        .stride_width = stride,
        .padding = esp::padding::same,
        .reuse_factor = reuse_factor,
        .io = esp::io_type::io_stream};
}

inline esp::layer_spec fully_connected(int inputs, int outputs, int reuse_factor)
{
    return esp::dense{.inputs = inputs, .outputs = outputs, .reuse_factor = reuse_factor};
}

inline layers jets()
{
    return {fully_connected(16, 64, 4), fully_connected(64, 32, 4), fully_connected(32, 32, 4),
        fully_connected(32, 5, 4)};
}

/// Convolutions and the output under the latency strategy, as the example trains it.
inline layers lenet()
{
    const auto latency = [](esp::layer_spec layer) {
        layer.strategy = esp::strategy::latency;
        return layer;
    };
    return {latency(convolution(28, 1, 6, 5, 1, 1)),
        latency(esp::conv2d{.height = 14,
            .width = 14,
            .channels = 6,
            .filters = 16,
            .kernel_height = 5,
            .kernel_width = 5}),
        fully_connected(400, 120, 25), fully_connected(120, 84, 12),
        latency(fully_connected(84, 10, 1))};
}

inline layers svhn()
{
    return {convolution(32, 3, 16, 3, 1, 9), convolution(15, 16, 16, 3, 1, 9),
        convolution(6, 16, 24, 3, 1, 9), fully_connected(96, 42, 3), fully_connected(42, 64, 3),
        fully_connected(64, 10, 4)};
}

/// The image classifier of MLPerf Tiny.
inline layers resnet8()
{
    layers all{convolution(32, 3, 16, 3, 1, 27), convolution(32, 16, 16, 3, 1, 72),
        convolution(32, 16, 16, 3, 1, 72), convolution(32, 16, 32, 3, 2, 144),
        convolution(16, 32, 32, 3, 1, 144), convolution(32, 16, 32, 1, 2, 16),
        convolution(16, 32, 64, 3, 2, 288), convolution(8, 64, 64, 3, 1, 576),
        convolution(16, 32, 64, 1, 2, 32), fully_connected(64, 10, 16)};
    all.back().io = esp::io_type::io_stream;
    return all;
}

/// The anomaly detector of MLPerf Tiny.
inline layers autoencoder()
{
    const int sizes[]{640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640};
    layers all;
    for (std::size_t i = 0; i + 1 < std::size(sizes); ++i)
        all.push_back(fully_connected(sizes[i], sizes[i + 1], std::min(sizes[i], 64)));
    return all;
}

/// Convolutions at 16, 32 and 64 channels over and over, then a third as dense layers: many small
/// layers, of which some would be removed by tight budgets.
inline layers deep(int depth)
{
    layers all;
    int channels = 3;
    int size = 64;
    const int convolutions = 2 * depth / 3;
    for (int i = 0; i < convolutions; ++i) {
        const int filters = 16 << (i / 4 % 3);
        const int kernel = i % 4 == 3 ? 1 : 3;
        const int inputs = kernel * kernel * channels;
        // One multiplier for each filter, or two.
        const int reuse_factor = i % 2 == 1 && inputs % 2 == 0 ? inputs / 2 : inputs;
        all.push_back(convolution(size, channels, filters, kernel, 1, reuse_factor));
        channels = filters;
        if (i % 12 == 11 && size > 8)
            size /= 2;
    }
    int inputs = channels;
    for (int i = convolutions; i < depth; ++i) {
        const int outputs = i + 1 == depth ? 10 : i % 3 == 0 ? 64 : i % 3 == 1 ? 32 : 48;
        all.push_back(fully_connected(inputs, outputs, inputs / 2));
        inputs = outputs;
    }
    return all;
}

inline const network every_one[]{
    {.name = "jets", .build = jets},
    {.name = "lenet", .build = lenet, .framework = esp::layout::pytorch},
    {.name = "svhn", .build = svhn},
    {.name = "resnet8", .build = resnet8, .optimum = 121.722},
    {.name = "autoencoder", .build = autoencoder},
    {.name = "deep10", .build = [] { return deep(10); }},
    {.name = "deep60", .build = [] { return deep(60); }},
    {.name = "deep200", .build = [] { return deep(200); }},
};

using weights = std::vector<std::vector<float>>; ///< of each matrix

inline weights gaussian(const esp::selection& groups)
{
    std::mt19937 engine(11);
    std::normal_distribution<float> normal;
    weights all;
    for (std::size_t m = 0; m < groups.matrices(); ++m) {
        all.emplace_back(static_cast<std::size_t>(groups.groups_of(m).matrix().weights()));
        for (float& weight : all.back())
            weight = normal(engine);
    }
    return all;
}

inline std::vector<double> values_of(
    const esp::selection& groups, esp::layout order, const weights& all)
{
    std::vector<double> values;
    for (std::size_t m = 0; m < groups.matrices(); ++m) {
        std::vector<double> norms = esp::group_norms(groups.groups_of(m), order, all[m]);
        esp::normalize(norms, esp::normalization::layer_maximum);
        values.insert(values.end(), norms.begin(), norms.end());
    }
    return values;
}

} // namespace networks
