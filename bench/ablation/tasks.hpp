// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/espalier.hpp>

#include <torch/torch.h>

#include <cstdint>
#include <fashion_mnist/dataset.hpp>
#include <fashion_mnist/lenet.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <shared/idx_file.hpp>
#include <shared/relu_max_pool.hpp>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// The data sets and networks of the ablation. A task can be split in several ways (five folds of
// the jets; the given test set of the others); a dense network belongs to each seed and split.

namespace ablation {

using torch::Tensor;

/// A module, and how it answers: inputs → logits.
struct network {
    std::shared_ptr<torch::nn::Module> module;
    std::function<Tensor(const Tensor&)> forward;
};

struct task {
    std::vector<esp::layer_spec> hardware{};
    Tensor inputs{}, labels{};           ///< of training; of the jets, all of them
    Tensor test_inputs{}, test_labels{}; ///< not defined where folds are left out instead
    int folds = 1;
    std::function<network()> build{}; ///< newly initialised, or with the weights that were given
    std::int64_t dense_epochs = 0;
    std::int64_t epochs = 0; ///< of fine-tuning after each pruning step
    std::int64_t batch = 64;
    double rate = 1e-3; ///< of fine-tuning, at its beginning
};

/// A dense layer runs as a 1×1 convolution, as in the example: Debian's LibTorch hands convolutions
/// to oneDNN and matrix products to the reference BLAS.
inline Tensor dense(const Tensor& x, const torch::nn::Linear& layer)
{
    return torch::conv2d(x, layer->weight.unsqueeze(-1).unsqueeze(-1), layer->bias);
}

/// Dense layers with ReLU between them, named as the layers of the hardware.
struct dense_layers {
    std::vector<torch::nn::Linear> layers;

    dense_layers(torch::nn::Module& owner, const std::vector<esp::layer_spec>& hardware)
    {
        for (const esp::layer_spec& layer : hardware)
            if (layer.kind == esp::layer_kind::dense)
                layers.push_back(owner.register_module(std::string(layer.name.view()),
                    torch::nn::Linear(layer.inputs, layer.outputs)));
    }
    /// (n, features) → (n, classes)
    [[nodiscard]] Tensor operator()(Tensor x) const
    {
        x = x.contiguous().view({x.size(0), -1, 1, 1});
        for (std::size_t l = 0; l < layers.size(); ++l)
            x = l + 1 < layers.size() ? torch::relu(dense(x, layers[l])) : dense(x, layers[l]);
        return x.flatten(1);
    }
};

inline void ensure_there(const std::filesystem::path& file)
{
    if (!std::filesystem::exists(file))
        throw std::runtime_error(
            "there is no " + file.string() + ": bench/README.md says which data are needed");
}

template <class Number>
std::vector<Number> read_numbers(const std::filesystem::path& file, std::size_t count)
{
    ensure_there(file);
    std::vector<Number> numbers(count);
    std::ifstream stream(file, std::ios::binary);
    if (!stream.read(reinterpret_cast<char*>(numbers.data()),
            static_cast<std::streamsize>(count * sizeof(Number))))
        throw std::runtime_error(file.string() + " holds too few numbers");
    return numbers;
}

/// The jet tagger, 16-64-32-32-5 at 18 bits, from trained weights; five folds of 1,024 jets.
/// \param reuse_factors  one for each of the four layers
inline task jets(const std::filesystem::path& folder, const std::vector<int>& reuse_factors)
{
    const std::vector<int> sizes{16, 64, 32, 32, 5};
    task t{.folds = 5, .epochs = 12, .batch = 128, .rate = 3e-3};
    static constexpr esp::label names[]{"fc1", "fc2", "fc3", "out"};
    std::size_t numbers = 0;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
        t.hardware.push_back(esp::dense{.name = names[l],
            .inputs = sizes[l],
            .outputs = sizes[l + 1],
            .reuse_factor = reuse_factors[l],
            .weight = {18, 8}});
        numbers += static_cast<std::size_t>((sizes[l] + 1) * sizes[l + 1]);
    }
    constexpr std::int64_t rows = 1024;
    std::vector<float> features = read_numbers<float>(folder / "jets_features.f32", rows * 16);
    std::vector<std::uint8_t> labels = read_numbers<std::uint8_t>(folder / "jets_labels.u8", rows);
    std::vector<float> weights =
        read_numbers<float>(folder / "jets_mlp_16_64_32_32_5_keras.f32", numbers);
    t.inputs = torch::from_blob(features.data(), {rows, 16}).clone();
    t.labels = torch::from_blob(labels.data(), {rows}, torch::kUInt8).to(torch::kInt64);
    t.build = [hardware = t.hardware, weights]() mutable {
        const torch::NoGradGuard no_grad;
        auto module = std::make_shared<torch::nn::Module>();
        const dense_layers layers(*module, hardware);
        float* next = weights.data();
        for (const torch::nn::Linear& layer : layers.layers) {
            const std::int64_t in = layer->weight.size(1);
            const std::int64_t out = layer->weight.size(0);
            layer->weight.copy_(torch::from_blob(next, {in, out}).t());
            layer->bias.copy_(torch::from_blob(next + in * out, {out}));
            next += (in + 1) * out;
        }
        return network{module, layers};
    };
    return t;
}

/// The paper's network for street-view house numbers at 18 bits, trained here.
inline task svhn(const std::filesystem::path& folder)
{
    task t{.dense_epochs = 20, .epochs = 2};
    const auto add_convolution = [&](esp::label name, int size, int channels, int filters) {
        t.hardware.push_back(esp::conv2d{.name = name,
            .height = size,
            .width = size,
            .channels = channels,
            .filters = filters,
            .kernel_height = 3,
            .kernel_width = 3,
            .reuse_factor = channels == 3 ? 3 : 9,
            .weight = {18, 8}});
    };
    add_convolution("conv1", 32, 3, 16);
    add_convolution("conv2", 15, 16, 16);
    add_convolution("conv3", 6, 16, 24);
    t.hardware.push_back(esp::dense{.name = "fc1",
        .inputs = 96,
        .outputs = 42,
        .flattened = {.height = 2, .width = 2, .channels = 24},
        .reuse_factor = 3,
        .weight = {18, 8}});
    t.hardware.push_back(esp::dense{
        .name = "fc2", .inputs = 42, .outputs = 64, .reuse_factor = 3, .weight = {18, 8}});
    t.hardware.push_back(esp::dense{
        .name = "out", .inputs = 64, .outputs = 10, .reuse_factor = 4, .weight = {18, 8}});

    const auto read = [&](const std::string& which) {
        const std::filesystem::path file = folder / (which + "-images-idx4-ubyte.gz");
        ensure_there(file);
        auto images = example::read_idx(file);
        auto labels = example::read_idx(folder / (which + "-labels-idx1-ubyte.gz"));
        const Tensor x = fashion_mnist::to_tensor(images).to(torch::kFloat32).div_(255.0);
        const Tensor mean = x.mean({1, 2, 3}, true);
        const Tensor deviation = (x - mean).pow(2).mean({1, 2, 3}, true).sqrt() + 0.02;
        return std::pair{((x - mean) / deviation).permute({0, 3, 1, 2}).contiguous(),
            fashion_mnist::to_tensor(labels).to(torch::kInt64)};
    };
    std::tie(t.inputs, t.labels) = read("train");
    std::tie(t.test_inputs, t.test_labels) = read("test");
    t.build = [hardware = t.hardware] {
        auto module = std::make_shared<torch::nn::Module>();
        std::vector<torch::nn::Conv2d> convolutions;
        for (const esp::layer_spec& layer : hardware)
            if (layer.kind == esp::layer_kind::conv2d)
                convolutions.push_back(module->register_module(std::string(layer.name.view()),
                    torch::nn::Conv2d(torch::nn::Conv2dOptions(layer.channels, layer.filters, 3))));
        return network{module, [convolutions, head = dense_layers(*module, hardware)](Tensor x) {
                           for (torch::nn::Conv2d convolution : convolutions) {
                               x = convolution(x);
                               // Whole windows only, as everywhere: 30, 12 and 4 pixels.
                               const std::int64_t even = x.size(2) / 2 * 2;
                               x = example::relu_max_pool::apply(
                                   x.narrow(2, 0, even).narrow(3, 0, even));
                           }
                           return head(x);
                       }};
    };
    return t;
}

/// The example's LeNet on 12,000 images.
inline task fashion(const std::filesystem::path& folder)
{
    ensure_there(folder / "train-images-idx3-ubyte.gz");
    constexpr std::int64_t size = 12'000;
    const fashion_mnist::image_data data = fashion_mnist::read_dataset(folder, size);
    return {
        .hardware = {fashion_mnist::hardware.specs.begin(), fashion_mnist::hardware.specs.end()},
        .inputs = data.training.images.narrow(0, 0, size).clone(), // without the mirrored ones
        .labels = data.training.labels.narrow(0, 0, size).clone(),
        .test_inputs = data.test.images,
        .test_labels = data.test.labels,
        .build =
            [] {
                auto module = std::make_shared<fashion_mnist::lenet>();
                return network{module, [module](const Tensor& x) { return module->forward(x); }};
            },
        .dense_epochs = 8,
        .epochs = 2,
        .batch = 128};
}

inline task task_of(const std::string& name, const std::filesystem::path& folder)
{
    if (name == "jets")
        return jets(folder, {4, 4, 4, 4});
    if (name == "jets-mixed")
        return jets(folder, {2, 16, 8, 2});
    if (name == "svhn")
        return svhn(folder);
    if (name == "fashion")
        return fashion(folder);
    throw std::runtime_error("the tasks are jets, jets-mixed, svhn and fashion");
}

} // namespace ablation
