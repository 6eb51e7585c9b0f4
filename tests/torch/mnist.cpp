// SPDX-License-Identifier: Apache-2.0
// A trainer that nobody here wrote: the MNIST program of pytorch/examples in our own words, with
// batch normalisation and decaying weights, in a quarter of its width. Two dozen lines of it are
// Espalier's.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/with/torch.hpp>

#include <doctest/doctest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <digits.hpp>
#include <vector>

namespace {

struct convnet : torch::nn::Module {
    torch::nn::Conv2d conv1{torch::nn::Conv2dOptions(1, 8, 3)};
    torch::nn::BatchNorm2d norm1{8};
    torch::nn::Conv2d conv2{torch::nn::Conv2dOptions(8, 16, 3)};
    torch::nn::BatchNorm2d norm2{16};
    torch::nn::Dropout dropout1{0.25};
    torch::nn::Linear fc1{16 * 12 * 12, 32};
    torch::nn::Dropout dropout2{0.5};
    torch::nn::Linear fc2{32, 10};

    convnet()
    {
        register_module("conv1", conv1);
        register_module("norm1", norm1);
        register_module("conv2", conv2);
        register_module("norm2", norm2);
        register_module("dropout1", dropout1);
        register_module("fc1", fc1);
        register_module("dropout2", dropout2);
        register_module("fc2", fc2);
    }
    torch::Tensor forward(torch::Tensor x)
    {
        x = torch::relu(norm1(conv1(x)));
        x = torch::relu(norm2(conv2(x)));
        x = dropout1(torch::max_pool2d(x, 2)).flatten(1);
        x = dropout2(torch::relu(fc1(x)));
        return torch::log_softmax(fc2(x), 1);
    }
};

struct labelled {
    torch::Tensor images; ///< (n, 1, 28, 28)
    torch::Tensor labels;

    labelled(std::int64_t count, unsigned seed) : images(torch::empty({count, 1, 28, 28}))
    {
        struct row_major {
            std::vector<float> pixels;
            row_major(long rows, long columns) : pixels(static_cast<std::size_t>(rows * columns)) {}
            float& operator()(long r, long c)
            {
                return pixels[static_cast<std::size_t>(28 * r + c)];
            }
        };
        digits<row_major> made(static_cast<std::size_t>(count), seed);
        for (std::int64_t i = 0; i < count; ++i) {
            auto& pixels = made.images[static_cast<std::size_t>(i)].pixels;
            images[i][0].copy_(torch::from_blob(pixels.data(), {28, 28}) / 128 - 1);
        }
        labels = torch::from_blob(made.labels.data(), {count}, torch::kInt64).clone();
    }
};

// Rows, columns, channels; filters and their rows and columns.
const std::vector<espalier::layer_spec> layers{espalier::conv2d{"conv1", 28, 28, 1, 8, 3, 3},
    espalier::conv2d{"conv2", 26, 26, 8, 16, 3, 3},
    espalier::dense{.name = "fc1", .inputs = 2304, .outputs = 32, .reuse_factor = 16},
    espalier::dense{.name = "fc2", .inputs = 32, .outputs = 10, .reuse_factor = 16}};

void train(convnet& model, const labelled& data, torch::optim::Optimizer& optimizer,
    espalier::pruner::round* round = nullptr)
{
    constexpr std::int64_t batch = 16;
    model.train();
    const torch::Tensor order = torch::randperm(data.labels.size(0));
    for (std::int64_t at = 0; at + batch <= order.size(0); at += batch) {
        const torch::Tensor rows = order.narrow(0, at, batch);
        optimizer.zero_grad();
        torch::nll_loss(
            model.forward(data.images.index_select(0, rows)), data.labels.index_select(0, rows))
            .backward();
        if (round != nullptr)
            round->regularize(espalier::gradients_of(model, layers));
        optimizer.step();
        if (round != nullptr)
            round->mask();
    }
}

/// Mean loss of the images, with every bit that it has.
double test(convnet& model, const labelled& data)
{
    const torch::NoGradGuard no_grad;
    model.eval();
    return torch::nll_loss(model.forward(data.images).to(torch::kFloat64), data.labels)
        .item<double>();
}

} // namespace

TEST_CASE("the MNIST program of PyTorch's examples is left with the network that was accepted")
{
    torch::manual_seed(1);
    const labelled training(640, 1);
    const labelled validation(320, 2);
    convnet model;
    torch::optim::Adam optimizer(
        model.parameters(), torch::optim::AdamOptions(2e-3).weight_decay(1e-4));
    for (int epoch = 0; epoch < 8; ++epoch)
        train(model, training, optimizer);

    espalier::pruner pruner{layers, espalier::trainee_of(model, optimizer, layers),
        {.schedule = espalier::binary{.target = 0.98, .resolution = 0.1},
            .direction = espalier::metric_direction::loss,
            .tolerance = espalier::tolerance::points(0.1),
            .regularization = 1e-4}};
    pruner.baseline(test(model, validation));
    while (auto round = pruner.next()) {
        train(model, training, optimizer, &*round);
        pruner.report(test(model, validation));
    }

    const auto rounds = pruner.history();
    REQUIRE(pruner.accepted() != nullptr);
    CHECK(std::any_of(rounds.begin(), rounds.end(), [](const auto& r) { return !r.accepted; }));
    CHECK(test(model, validation) == pruner.accepted()->metric); // to the last bit
    for (const auto& r : rounds)
        MESSAGE("loss ", r.metric, " at ", r.usage.dsp, " DSP; the pruner took ",
            1e3 * r.pruner_seconds, " ms of ", r.seconds, " s");
}
