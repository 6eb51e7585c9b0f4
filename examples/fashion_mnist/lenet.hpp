// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "relu_max_pool.hpp"

#include <espalier/espalier.hpp>

#include <torch/torch.h>

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
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

    /// (n, 1, 28, 28) images → (n, 10) logits.
    torch::Tensor forward(const torch::Tensor& images)
    {
        const auto dense = [](const torch::Tensor& x, torch::nn::Linear& layer) {
            return torch::conv2d(x, layer->weight.unsqueeze(-1).unsqueeze(-1), layer->bias);
        };
        torch::Tensor x = relu_max_pool::apply(conv1(images));
        x = relu_max_pool::apply(conv2(x));
        x = x.contiguous().view({-1, 400, 1, 1});
        x = torch::relu(dense(x, fc1));
        x = torch::relu(dense(x, fc2));
        return dense(x, fc3).view({-1, 10});
    }
};

/// Logits of many images, a batch at a time and without gradients.
inline torch::Tensor logits_of(lenet& net, const torch::Tensor& images)
{
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> parts;
    for (const torch::Tensor& part : images.split(500))
        parts.push_back(net.forward(part));
    return torch::cat(parts);
}

/// Part of the images that the network puts into the right class.
inline double accuracy(lenet& net, const torch::Tensor& images, const torch::Tensor& labels)
{
    return logits_of(net, images).argmax(1).eq(labels).to(torch::kFloat64).mean().item<double>();
}

/// Copies of all parameters, weights and biases.
inline std::vector<torch::Tensor> snapshot(const lenet& net)
{
    std::vector<torch::Tensor> copies;
    for (const torch::Tensor& parameter : net.parameters())
        copies.push_back(parameter.detach().clone());
    return copies;
}

inline void restore(lenet& net, const std::vector<torch::Tensor>& copies)
{
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> parameters = net.parameters();
    for (std::size_t i = 0; i < copies.size(); ++i)
        parameters[i].copy_(copies[i]);
}

/// All parameters as raw little-endian 32-bit floats, in the order in which the module names them.
inline void save_weights(const lenet& net, const std::string& path)
{
    std::ofstream file(path, std::ios::binary);
    for (const torch::Tensor& parameter : net.parameters())
        file.write(reinterpret_cast<const char*>(parameter.data_ptr<float>()),
            static_cast<std::streamsize>(parameter.numel() * 4));
    if (!file.flush())
        throw std::runtime_error("the weights cannot be written to " + path);
}

/// \throws std::runtime_error if the file is missing or does not hold exactly the parameters
inline void load_weights(lenet& net, const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error("the weights cannot be read from " + path);
    for (const torch::Tensor& parameter : net.parameters())
        if (!file.read(reinterpret_cast<char*>(parameter.data_ptr<float>()),
                static_cast<std::streamsize>(parameter.numel() * 4)))
            throw std::runtime_error(path + " holds fewer numbers than LeNet has parameters");
    if (file.peek() != std::ifstream::traits_type::eof())
        throw std::runtime_error(path + " holds more numbers than LeNet has parameters");
}

} // namespace fashion_mnist
