// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/pruner_state.hpp>
#include <espalier/with/torch.hpp>

#include <doctest/doctest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

using namespace espalier;

namespace {

/// A small classifier of images with batch normalisation and dropout.
struct classifier : torch::nn::Module {
    torch::nn::Conv2d conv{torch::nn::Conv2dOptions(2, 4, {3, 5}).padding({1, 2})};
    torch::nn::BatchNorm2d norm{4};
    torch::nn::Dropout dropout{0.2};
    torch::nn::Linear fc{4 * 6 * 6, 3};

    classifier()
    {
        register_module("conv", conv);
        register_module("norm", norm);
        register_module("dropout", dropout);
        register_module("fc", fc);
    }
    torch::Tensor forward(const torch::Tensor& x)
    {
        return fc(dropout(torch::relu(norm(conv(x))).flatten(1)));
    }
    /// Mean logits of the right class: a metric of which every bit depends on every parameter.
    double metric(const torch::Tensor& images, const torch::Tensor& labels)
    {
        const torch::NoGradGuard no_grad;
        eval();
        const torch::Tensor chances = torch::softmax(forward(images).to(torch::kFloat64), 1);
        train();
        return chances.gather(1, labels.unsqueeze(1)).mean().item<double>();
    }
};

const std::vector<layer_spec> of_classifier{conv2d{.name = "conv",
                                                .height = 6,
                                                .width = 6,
                                                .channels = 2,
                                                .filters = 4,
                                                .kernel_height = 3,
                                                .kernel_width = 5,
                                                .padding = padding::same,
                                                .reuse_factor = 2,
                                                .weight = {18, 8}},
    dense{.name = "fc", .inputs = 144, .outputs = 3, .reuse_factor = 4, .weight = {18, 8}}};

struct task {
    torch::Tensor images;
    torch::Tensor labels;

    task()
    {
        torch::manual_seed(7);
        labels = torch::randint(3, {96});
        images = torch::randn({96, 2, 6, 6}) + labels.to(torch::kFloat32).view({-1, 1, 1, 1});
    }
};

/// Every tensor that makes up a module.
std::vector<torch::Tensor> copies(const torch::nn::Module& module)
{
    std::vector<torch::Tensor> all;
    for (const torch::Tensor& tensor : module.parameters())
        all.push_back(tensor.detach().clone());
    for (const torch::Tensor& tensor : module.buffers())
        all.push_back(tensor.detach().clone());
    return all;
}

bool are_equal(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
        [](const torch::Tensor& x, const torch::Tensor& y) { return torch::equal(x, y); });
}

template <class Optimizer>
void step(classifier& net, Optimizer& optimizer, const task& of)
{
    optimizer.zero_grad();
    torch::nn::functional::cross_entropy(net.forward(of.images), of.labels).backward();
    optimizer.step();
}

/// Prunes, rejects a round on purpose, and compares the network that is left with the accepted one.
template <class Optimizer>
void check_what_is_left(classifier& net, Optimizer& optimizer)
{
    const task of;
    for (int i = 0; i < 30; ++i)
        step(net, optimizer, of);
    pruner p{of_classifier, trainee_of(net, optimizer, of_classifier),
        {.schedule = constant{.steps = 4, .target = 0.8}, .tolerance = 0.5, .patience = 2}};
    p.baseline(net.metric(of.images, of.labels));
    std::vector<torch::Tensor> accepted = copies(net);
    double metric = 0;
    std::vector<torch::Tensor> after_one_step; // as the accepted network would go on
    for (std::size_t number = 1; auto round = p.next(); ++number) {
        for (int i = 0; i < 10; ++i) {
            step(net, optimizer, of);
            round->mask();
        }
        if (number < 3) {
            metric = net.metric(of.images, of.labels);
            CHECK(p.report(metric));
            accepted = copies(net);
            torch::manual_seed(3); // of dropout
            step(net, optimizer, of);
            after_one_step = copies(net);
        } else {
            CHECK_FALSE(p.report(std::numeric_limits<double>::quiet_NaN()));
            CHECK(are_equal(copies(net), accepted));
        }
    }
    CHECK(are_equal(copies(net), accepted));
    CHECK(net.metric(of.images, of.labels) == metric); // to the last bit
    CHECK(p.accepted()->metric == metric);
    // The optimiser went back, too: it makes the step that it made from there.
    torch::manual_seed(3);
    step(net, optimizer, of);
    CHECK(are_equal(copies(net), after_one_step));
}

} // namespace

TEST_CASE("a module and its optimiser are left as the accepted round was measured")
{
    torch::manual_seed(1);
    SUBCASE("Adam")
    {
        classifier net;
        torch::optim::Adam optimizer(
            net.parameters(), torch::optim::AdamOptions(1e-2).weight_decay(1e-3).amsgrad(true));
        check_what_is_left(net, optimizer);
    }
    SUBCASE("AdamW")
    {
        classifier net;
        torch::optim::AdamW optimizer(net.parameters(), torch::optim::AdamWOptions(1e-2));
        check_what_is_left(net, optimizer);
    }
    SUBCASE("gradient descent with momentum")
    {
        classifier net;
        torch::optim::SGD optimizer(net.parameters(), torch::optim::SGDOptions(1e-2).momentum(0.9));
        check_what_is_left(net, optimizer);
    }
    SUBCASE("RMSprop")
    {
        classifier net;
        torch::optim::RMSprop optimizer(
            net.parameters(), torch::optim::RMSpropOptions(1e-3).momentum(0.9).centered(true));
        check_what_is_left(net, optimizer);
    }
    SUBCASE("Adagrad")
    {
        classifier net;
        torch::optim::Adagrad optimizer(net.parameters(), torch::optim::AdagradOptions(1e-2));
        check_what_is_left(net, optimizer);
    }
}

TEST_CASE("an optimiser that had not begun when the baseline was taken begins anew")
{
    torch::manual_seed(1);
    const task of;
    classifier net;
    torch::optim::Adam optimizer(net.parameters(), torch::optim::AdamOptions(1e-2));
    pruner p{of_classifier, trainee_of(net, optimizer, of_classifier)};
    p.baseline(net.metric(of.images, of.labels));
    REQUIRE(p.next());
    step(net, optimizer, of);
    CHECK(optimizer.state().size() == net.parameters().size());
    p.mask();
    CHECK_FALSE(p.report(0));
    CHECK(optimizer.state().empty());
}

TEST_CASE("a module and its optimiser go on from what another pruner saved")
{
    const task of;
    const pruner_options options{.schedule = constant{.steps = 4, .target = 0.5}};
    const auto two_rounds = [&](classifier& net, torch::optim::Adam& optimizer, pruner& p) {
        for (int k = 0; k < 2; ++k) {
            auto round = p.next();
            REQUIRE(round);
            torch::manual_seed(round->number()); // of the dropout
            step(net, optimizer, of);
            round->mask();
            p.report(1);
        }
    };
    classifier first;
    torch::optim::Adam its_optimizer(first.parameters(), torch::optim::AdamOptions(1e-2));
    pruner p{of_classifier, trainee_of(first, its_optimizer, of_classifier), options};
    p.baseline(1);
    two_rounds(first, its_optimizer, p);
    const pruner_state saved = p.save();
    two_rounds(first, its_optimizer, p);

    classifier second; // with other weights, and a learning rate that is not the one
    torch::optim::Adam other_optimizer(second.parameters(), torch::optim::AdamOptions(1e-3));
    pruner q{of_classifier, trainee_of(second, other_optimizer, of_classifier), options};
    q.resume(saved);
    two_rounds(second, other_optimizer, q);
    CHECK(q.masks() == p.masks());
    for (std::size_t k = 0; k < first.parameters().size(); ++k)
        CHECK(torch::equal(second.parameters()[k], first.parameters()[k]));
    for (std::size_t k = 0; k < first.buffers().size(); ++k)
        CHECK(torch::equal(second.buffers()[k], first.buffers()[k]));
    CHECK(second.metric(of.images, of.labels) == first.metric(of.images, of.labels));
}

TEST_CASE("moments of pruned weights are zero")
{
    torch::manual_seed(1);
    const task of;
    classifier net;
    torch::optim::Adam optimizer(net.parameters(), torch::optim::AdamOptions(1e-2));
    trainee network = trainee_of(net, optimizer, of_classifier);
    CHECK(network.moments().empty());
    pruner p{of_classifier, network, {.schedule = constant{.steps = 1, .target = 0.5}}};
    p.baseline(net.metric(of.images, of.labels));
    auto round = p.next();
    REQUIRE(round);
    for (int i = 0; i < 3; ++i) {
        step(net, optimizer, of);
        round->mask();
    }
    const auto moments = network.moments();
    REQUIRE(moments.size() == 4); // two of each matrix
    for (const weight_moments& each : moments) {
        const auto& mask = p.masks()[each.matrix];
        int differ = 0;
        for (std::size_t i = 0; i < mask.size(); ++i)
            differ += mask[i] == 0 && each.values[i] != 0 ? 1 : 0;
        CHECK(differ == 0);
        CHECK(std::any_of(each.values.begin(), each.values.end(), [](float v) { return v != 0; }));
    }
}

TEST_CASE("a module shows layout and shape, and layers of another shape are refused")
{
    classifier net;
    const auto views = weights_of(net, of_classifier);
    REQUIRE(views.size() == 2);
    CHECK(views[0].order() == layout::pytorch);
    CHECK(views[0].shape() == tensor_shape{4, 2, 3, 5});
    const auto refused = [&](const std::function<void(std::vector<layer_spec>&)>& change) {
        std::vector<layer_spec> other = of_classifier;
        change(other);
        try {
            static_cast<void>(weights_of(net, other));
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    CHECK(refused([](auto& l) { std::swap(l[0].kernel_height, l[0].kernel_width); }) ==
          "a parameter has the shape of its layer (parameter = 'conv.weight', shape = '(4, 2, 3, "
          "5)', "
          "the layer's = '(4, 2, 5, 3)')");
    CHECK(refused([](auto& l) { std::swap(l[0].channels, l[0].filters); }) ==
          "a parameter has the shape of its layer (parameter = 'conv.weight', shape = '(4, 2, 3, "
          "5)', "
          "the layer's = '(2, 4, 3, 5)')");
    CHECK(
        refused([](auto& l) { std::swap(l[1].inputs, l[1].outputs); }) ==
        "a parameter has the shape of its layer (parameter = 'fc.weight', shape = '(3, 144)', the "
        "layer's = '(144, 3)')");
    CHECK(refused([](auto& l) { l[1].name = "head"; }) ==
          "the module has no parameter 'head.weight'");
}

TEST_CASE("a transposed convolution is not taken for a convolution of the same shape")
{
    struct upsampler : torch::nn::Module {
        torch::nn::ConvTranspose2d up{torch::nn::ConvTranspose2dOptions(4, 4, 3)};
        upsampler() { register_module("up", up); }
    } net;
    const std::vector<layer_spec> layer{conv2d{.name = "up",
        .height = 6,
        .width = 6,
        .channels = 4,
        .filters = 4,
        .kernel_height = 3,
        .kernel_width = 3}};
    CHECK_THROWS_WITH(static_cast<void>(weights_of(net, layer)),
        "up.weight: no layer is a transposed convolution");
}

TEST_CASE("parameters that were moved are noticed")
{
    classifier net;
    pruner p{of_classifier, trainee_of(net, of_classifier)};
    p.baseline(1);
    auto round = p.next();
    REQUIRE(round);
    net.fc->weight.set_data(net.fc->weight.detach().clone());
    CHECK_THROWS_WITH(
        round->mask(), "weights stay where they were when the pruner was made (layer = 'fc')");
}

TEST_CASE("a tensor takes back only what was saved of it")
{
    classifier net;
    const state_part bias = trainee_of(net, of_classifier).state.front();
    const std::vector<std::byte> shorter(*bias.bytes() - 1);
    CHECK_THROWS_WITH(
        bias.restore(shorter), doctest::Contains("a tensor is restored to what was saved of it"));
    CHECK_NOTHROW(bias.restore(bias.save()));
}
