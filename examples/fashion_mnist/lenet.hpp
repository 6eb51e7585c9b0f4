// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../shared/relu_max_pool.hpp"

#include <espalier/espalier.hpp>
#include <espalier/with/torch_rounding.hpp>

#include <torch/torch.h>

#include <cstddef>
#include <span>
#include <vector>

// LeNet twice: as hardware for the compiler and as a module for LibTorch. The names of the layers
// tie the two together.

namespace fashion_mnist {

/// The paper's Fashion-MNIST design: 18-bit weights and data, convolutions and output layer with a
/// multiplier for every weight, the two large dense layers at reuse factors 25 and 12.
inline constexpr auto hardware = esp::network<esp::conv2d{.name = "conv1",
                                                  .height = 28,
                                                  .width = 28,
                                                  .channels = 1,
                                                  .filters = 6,
                                                  .kernel_height = 5,
                                                  .kernel_width = 5,
                                                  .padding = esp::padding::same,
                                                  .strategy = esp::strategy::latency,
                                                  .weight = {18, 8}},
    esp::conv2d{.name = "conv2",
        .height = 14,
        .width = 14,
        .channels = 6,
        .filters = 16,
        .kernel_height = 5,
        .kernel_width = 5,
        .strategy = esp::strategy::latency,
        .weight = {18, 8}},
    esp::dense{.name = "fc1",
        .inputs = 400,
        .outputs = 120,
        .flattened = {.height = 5, .width = 5, .channels = 16},
        .strategy = esp::strategy::resource_unrolled,
        .reuse_factor = 25,
        .weight = {18, 8}},
    esp::dense{.name = "fc2",
        .inputs = 120,
        .outputs = 84,
        .strategy = esp::strategy::resource_unrolled,
        .reuse_factor = 12,
        .weight = {18, 8}},
    esp::dense{.name = "fc3",
        .inputs = 84,
        .outputs = 10,
        .strategy = esp::strategy::latency,
        .weight = {18, 8}}>;

// The worked numbers: 150 + 2,400 + 1,920 + 840 + 840 multipliers, 960 + 420 memory columns.
// Counted as the paper counts, here and in all that the example prints unless it says otherwise.
inline constexpr esp::cost_policy costs = esp::cost_policy::paper;
static_assert(esp::cost(hardware, costs).dsp == 6150);
static_assert(esp::cost(hardware, costs).bram() == 1380);
static_assert(esp::must_fit<hardware, esp::device::xcvu9p>());

/// Widths that a network may have: 18 bits as above, 16, 12 and 8.
inline const std::vector<int>& possible_bits()
{
    static const std::vector<int> bits{18, 16, 12, 8};
    return bits;
}

/// The same layers with weights and data of so many bits. Weights need few bits left of the point,
/// sums some. Accumulators hold every sum, which costs adders and no DSP (docs/quantization.md).
inline std::vector<esp::layer_spec> layers_with(int bits)
{
    std::vector<esp::layer_spec> layers(hardware.specs.begin(), hardware.specs.end());
    for (esp::layer_spec& layer : layers) {
        if (bits < 18) {
            layer.weight = {.width = bits, .integer = bits == 16 ? 6 : bits == 12 ? 2 : 1};
            layer.data = {.width = bits, .integer = bits == 8 ? 4 : 6};
        }
        layer.accum = {.width = layer.weight.width + layer.data.width + 9,
            .integer = layer.weight.integer + layer.data.integer + 9};
    }
    return layers;
}

/// How results come into the format of a layer: those of few bits are rounded to the nearest,
/// others truncated as ap_fixed does by itself; all saturate.
inline esp::fixed_point result_of(const esp::layer_spec& layer)
{
    return {.format = layer.data,
        .rounding = layer.data.width < 18 ? esp::rounding::rnd : esp::rounding::trn,
        .overflow = esp::overflow::sat};
}

/// The trained twin. Two liberties that change no result: pooling goes before the ReLU (they
/// commute, and a quarter of the work is left), and a dense layer runs as a 1×1 convolution (which
/// Debian's LibTorch hands to oneDNN, while its matrix products go to the reference BLAS).
struct lenet : torch::nn::Module {
    torch::nn::Conv2d conv1{torch::nn::Conv2dOptions(1, 6, 5).padding(2)};
    torch::nn::Conv2d conv2{torch::nn::Conv2dOptions(6, 16, 5)};
    torch::nn::Linear fc1{400, 120};
    torch::nn::Linear fc2{120, 84};
    torch::nn::Linear fc3{84, 10};

    lenet()
    {
        register_module("conv1", conv1);
        register_module("conv2", conv2);
        register_module("fc1", fc1);
        register_module("fc2", fc2);
        register_module("fc3", fc3);
    }

    /// Whose formats data and biases have in the forward pass, with gradients that pass straight
    /// through; none: they stay floats.
    void round_as(std::span<const esp::layer_spec> layers)
    {
        layers_.assign(layers.begin(), layers.end());
    }

    /// (n, 1, 28, 28) images → (n, 10) logits.
    torch::Tensor forward(const torch::Tensor& images)
    {
        using example::relu_max_pool;
        const auto dense = [](const torch::nn::Linear& layer) {
            return layer->weight.unsqueeze(-1).unsqueeze(-1);
        };
        torch::Tensor x = rounded(images, 0);
        // A maximum of rounded numbers is the rounded maximum.
        x = relu_max_pool::apply(torch::conv2d(x, conv1->weight, bias(conv1, 0), 1, 2));
        x = relu_max_pool::apply(torch::conv2d(rounded(x, 0), conv2->weight, bias(conv2, 1)));
        x = rounded(x, 1).contiguous().view({-1, 400, 1, 1});
        x = rounded(torch::relu(torch::conv2d(x, dense(fc1), bias(fc1, 2))), 2);
        x = rounded(torch::relu(torch::conv2d(x, dense(fc2), bias(fc2, 3))), 3);
        return rounded(torch::conv2d(x, dense(fc3), bias(fc3, 4)), 4).view({-1, 10});
    }

private:
    /// Data as the layer has them.
    [[nodiscard]] torch::Tensor rounded(const torch::Tensor& data, std::size_t layer) const
    {
        return layers_.empty() ? data : esp::in_format(data, result_of(layers_[layer]));
    }
    template <class Layer>
    [[nodiscard]] torch::Tensor bias(const Layer& of, std::size_t layer) const
    {
        if (layers_.empty())
            return of->bias;
        return esp::in_format(
            of->bias, {.format = layers_[layer].weight, .overflow = esp::overflow::sat});
    }

    std::vector<esp::layer_spec> layers_;
};

} // namespace fashion_mnist
