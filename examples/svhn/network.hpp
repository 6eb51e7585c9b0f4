// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../shared/relu_max_pool.hpp"

#include <espalier/espalier.hpp>
#include <espalier/with/torch.hpp>

#include <torch/torch.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// The paper's SVHN network three times: as hardware, as a module for LibTorch, and in integers.

namespace svhn {

/// The legal reuse factor next to the wanted one, the smaller of two that are as near, as hls4ml
/// takes it: 3, 9 and 27 divide the inputs of the first convolution, and not those of every layer.
inline int nearest_legal(const esp::layer_spec& layer, int wanted)
{
    const esp::weight_matrix m = esp::matrices_of(layer)[0];
    const esp::legal_reuse_factors_range legal(m);
    if (legal.contains(wanted))
        return wanted;
    const std::int64_t below = legal.below(wanted);
    const std::int64_t above = legal.above(wanted);
    if (below == 0)
        return static_cast<int>(above);
    return static_cast<int>(above != 0 && above - wanted < wanted - below ? above : below);
}

/// Three convolutions 3 × 3, each with pooling behind, and three dense layers. Accumulators hold
/// every sum, which costs adders and no DSP (docs/quantization.md).
/// \param bits  18 is ap_fixed<18,8>, 16 is ap_fixed<16,6>
inline std::vector<esp::layer_spec> layers_of(int bits, int reuse_factor)
{
    const esp::precision format = bits == 18 ? esp::precision{18, 8} : esp::precision{16, 6};
    const esp::precision sums{2 * format.width + 8, 2 * format.integer + 8};
    constexpr esp::strategy strategy = esp::strategy::resource_unrolled;
    constexpr esp::io_type io = esp::io_type::io_stream; // under which convolutions are unrolled
    const auto convolution = [&](esp::label name, int extent, int inputs, int filters) {
        return esp::layer_spec(esp::conv2d{.name = name,
            .height = extent,
            .width = extent,
            .channels = inputs,
            .filters = filters,
            .kernel_height = 3,
            .kernel_width = 3,
            .strategy = strategy,
            .io = io,
            .weight = format,
            .accum = sums});
    };
    const auto dense = [&](esp::dense layer) {
        layer.strategy = strategy;
        layer.io = io;
        layer.weight = layer.data = format;
        layer.accum = sums;
        return esp::layer_spec(layer);
    };
    std::vector<esp::layer_spec> layers{convolution("conv1", 32, 3, 16),
        convolution("conv2", 15, 16, 16), convolution("conv3", 6, 16, 24),
        dense({.name = "fc1",
            .inputs = 96,
            .outputs = 42,
            .flattened = {.height = 2, .width = 2, .channels = 24}}),
        dense({.name = "fc2", .inputs = 42, .outputs = 64}),
        dense({.name = "out", .inputs = 64, .outputs = 10})};
    for (esp::layer_spec& layer : layers)
        layer.reuse_factor = nearest_legal(layer, reuse_factor);
    return layers;
}

/// The trained twin. A dense layer runs as a 1×1 convolution, which LibTorch hands to a faster
/// library; pooling stands before the ReLU, which changes no result.
struct network : torch::nn::Module {
    torch::nn::Conv2d conv1{torch::nn::Conv2dOptions(3, 16, 3)};
    torch::nn::Conv2d conv2{torch::nn::Conv2dOptions(16, 16, 3)};
    torch::nn::Conv2d conv3{torch::nn::Conv2dOptions(16, 24, 3)};
    torch::nn::Linear fc1{96, 42};
    torch::nn::Linear fc2{42, 64};
    torch::nn::Linear out{64, 10};

    network()
    {
        register_module("conv1", conv1);
        register_module("conv2", conv2);
        register_module("conv3", conv3);
        register_module("fc1", fc1);
        register_module("fc2", fc2);
        register_module("out", out);
    }

    /// (n, 3, 32, 32) images → (n, 10) logits.
    torch::Tensor forward(const torch::Tensor& images)
    {
        const auto dense = [](const torch::Tensor& x, torch::nn::Linear& layer) {
            return torch::conv2d(x, layer->weight.unsqueeze(-1).unsqueeze(-1), layer->bias);
        };
        torch::Tensor x = example::relu_max_pool::apply(conv1(images));
        // 13 × 13: the last row and column have no pair and are pooled by nobody.
        x = example::relu_max_pool::apply(conv2(x).slice(2, 0, 12).slice(3, 0, 12));
        x = example::relu_max_pool::apply(conv3(x));
        x = x.contiguous().view({-1, 96, 1, 1});
        x = torch::relu(dense(x, fc1));
        x = torch::relu(dense(x, fc2));
        return dense(x, out).view({-1, 10});
    }
};

/// The network as the hardware computes it; results saturate.
inline esp::integer_network in_integers(const network& net, std::span<const esp::layer_spec> layers)
{
    const std::vector<esp::weight_view> weights = esp::weights_of(net, layers);
    const std::array biases{net.conv1->bias, net.conv2->bias, net.conv3->bias, net.fc1->bias,
        net.fc2->bias, net.out->bias};
    esp::integer_network result({32, 32, 3}, layers[0].data);
    for (std::size_t i = 0; i < biases.size(); ++i) {
        if (i == 3) // under io_stream hls4ml brings the image into PyTorch's order
            result.add(esp::integer_transpose{});
        esp::kernel_formats formats = esp::formats_of(layers[i]);
        formats.result.overflow = esp::overflow::sat;
        const std::span<const float> bias(
            biases[i].data_ptr<float>(), static_cast<std::size_t>(biases[i].numel()));
        result.add(layers[i],
            esp::quantized(
                esp::in_hardware_order(esp::matrices_of(layers[i])[0], weights[i], bias), formats));
        if (i + 1 < biases.size())
            result.add(esp::integer_relu{});
        if (i < 3)
            result.add(esp::integer_pooling{});
    }
    return result;
}

} // namespace svhn
