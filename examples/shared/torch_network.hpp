// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <concepts>
#include <cstddef>
#include <fstream>
#include <ios>
#include <stdexcept>
#include <string>
#include <vector>

// What is asked of any network of LibTorch that classifies images.

namespace example {

/// Logits of many images, a batch at a time and without gradients.
template <class Network>
torch::Tensor logits_of(Network& net, const torch::Tensor& images)
{
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> parts;
    for (const torch::Tensor& part : images.split(500))
        parts.push_back(net.forward(part));
    return torch::cat(parts);
}

/// Part of the images that the network puts into the right class.
template <std::derived_from<torch::nn::Module> Network>
double accuracy(Network& net, const torch::Tensor& images, const torch::Tensor& labels)
{
    return logits_of(net, images)
        .argmax(1)
        .eq(labels)
        .to(torch::kFloat64)
        .mean()
        .template item<double>();
}

/// Copies of all parameters, weights and biases.
inline std::vector<torch::Tensor> snapshot(const torch::nn::Module& net)
{
    std::vector<torch::Tensor> copies;
    for (const torch::Tensor& parameter : net.parameters())
        copies.push_back(parameter.detach().clone());
    return copies;
}

inline void restore(torch::nn::Module& net, const std::vector<torch::Tensor>& copies)
{
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> parameters = net.parameters();
    for (std::size_t i = 0; i < copies.size(); ++i)
        parameters[i].copy_(copies[i]);
}

/// All parameters as raw little-endian 32-bit floats, in the order in which the module names them.
inline void save_weights(const torch::nn::Module& net, const std::string& path)
{
    std::ofstream file(path, std::ios::binary);
    for (const torch::Tensor& parameter : net.parameters())
        file.write(reinterpret_cast<const char*>(parameter.data_ptr<float>()),
            static_cast<std::streamsize>(parameter.numel() * 4));
    if (!file.flush())
        throw std::runtime_error("the weights cannot be written to " + path);
}

/// \throws std::runtime_error if the file is missing or does not hold exactly the parameters
inline void load_weights(const torch::nn::Module& net, const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error("the weights cannot be read from " + path);
    for (const torch::Tensor& parameter : net.parameters())
        if (!file.read(reinterpret_cast<char*>(parameter.data_ptr<float>()),
                static_cast<std::streamsize>(parameter.numel() * 4)))
            throw std::runtime_error(path + " holds fewer numbers than the network has parameters");
    if (file.peek() != std::ifstream::traits_type::eof())
        throw std::runtime_error(path + " holds more numbers than the network has parameters");
}

} // namespace example
