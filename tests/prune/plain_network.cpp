// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/strided.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

// A network as it is written in C, with the bias of every neuron among its weights, in the hands of
// a pruner that is told so.

using namespace espalier;

namespace {

constexpr std::size_t inputs = 6;
constexpr std::size_t hidden = 16;
constexpr std::size_t outputs = 3;

/// Rows are neurons: the bias and then its weights in the first layer, the weights and then the
/// bias in the second one, so that both ways are seen.
struct plain_network {
    double first[hidden][1 + inputs];
    double second[outputs][hidden + 1];
    double velocity[hidden * (1 + inputs) + outputs * (hidden + 1)] = {};

    plain_network()
    {
        std::mt19937 random(9);
        std::normal_distribution<double> normal(0, 0.4);
        for (auto& row : first)
            for (double& w : row)
                w = normal(random);
        for (auto& row : second)
            for (double& w : row)
                w = normal(random);
    }

    struct activations {
        std::array<double, hidden> inner;
        std::array<double, outputs> chances;
    };
    activations forward(const double* x) const
    {
        activations a{};
        for (std::size_t n = 0; n < hidden; ++n) {
            double sum = first[n][0];
            for (std::size_t i = 0; i < inputs; ++i)
                sum += first[n][1 + i] * x[i];
            a.inner[n] = std::tanh(sum);
        }
        double all = 0;
        for (std::size_t o = 0; o < outputs; ++o) {
            double sum = second[o][hidden];
            for (std::size_t n = 0; n < hidden; ++n)
                sum += second[o][n] * a.inner[n];
            all += a.chances[o] = std::exp(sum);
        }
        for (double& chance : a.chances)
            chance /= all;
        return a;
    }

    /// One step of gradient descent with momentum for one point.
    void step(const double* x, std::size_t label)
    {
        const activations a = forward(x);
        std::array<double, hidden> back{};
        double* v = velocity;
        const auto change = [&](double& w, double slope) {
            *v = 0.9 * *v - 0.01 * slope;
            w += *v++;
        };
        for (std::size_t o = 0; o < outputs; ++o) {
            const double delta = a.chances[o] - (o == label ? 1 : 0);
            for (std::size_t n = 0; n < hidden; ++n) {
                back[n] += delta * second[o][n];
                change(second[o][n], delta * a.inner[n]);
            }
            change(second[o][hidden], delta);
        }
        for (std::size_t n = 0; n < hidden; ++n) {
            const double delta = back[n] * (1 - a.inner[n] * a.inner[n]);
            change(first[n][0], delta);
            for (std::size_t i = 0; i < inputs; ++i)
                change(first[n][1 + i], delta * x[i]);
        }
    }
};

struct points {
    std::vector<std::array<double, inputs>> all;

    points()
    {
        std::mt19937 random(10);
        std::normal_distribution<double> normal;
        for (int i = 0; i < 300; ++i) {
            auto& x = all.emplace_back();
            for (double& value : x)
                value = normal(random);
        }
    }
    static std::size_t label(const std::array<double, inputs>& x)
    {
        return x[0] * x[1] > 0.3 ? 0 : x[2] + x[3] > 0 ? 1 : 2;
    }
    void train(plain_network& net, const auto& after) const
    {
        for (const auto& x : all) {
            net.step(x.data(), label(x));
            after();
        }
    }
    /// Mean chance of the right class: every bit of it depends on every number of the network.
    double metric(const plain_network& net) const
    {
        double sum = 0;
        for (const auto& x : all)
            sum += net.forward(x.data()).chances[label(x)];
        return sum / static_cast<double>(all.size());
    }
};

} // namespace

TEST_CASE("a network in plain C with biases among its weights is pruned in doubles")
{
    plain_network net;
    const points data;
    for (int epoch = 0; epoch < 20; ++epoch)
        data.train(net, [] {});

    const std::vector<layer_spec> layers{
        dense{.name = "first", .inputs = inputs, .outputs = hidden, .weight = {18, 8}},
        dense{.name = "second", .inputs = hidden, .outputs = outputs, .weight = {18, 8}}};
    const std::span<double> first(&net.first[0][0], hidden * (1 + inputs));
    const std::span<double> second(&net.second[0][0], outputs * (hidden + 1));
    pruner p{layers,
        {.weights = {{strided{first.subspan(1), {hidden, inputs, 1 + inputs}}, layout::pytorch},
             {strided{second, {outputs, hidden, hidden + 1}}, layout::pytorch}},
            .state = {{"first, with biases", first}, {"second, with biases", second},
                {"velocity", net.velocity}}},
        {.schedule = constant{.steps = 4, .target = 0.9}, .tolerance = 0.93, .patience = 2}};
    p.baseline(data.metric(net));
    std::size_t rejected = 0;
    plain_network accepted = net;
    while (auto round = p.next()) {
        for (int epoch = 0; epoch < 3; ++epoch)
            data.train(net, [&] { round->mask(); });
        if (p.report(data.metric(net)))
            accepted = net;
        else
            ++rejected;
    }

    REQUIRE(p.accepted() != nullptr);
    CHECK(rejected > 0);
    CHECK(data.metric(net) == p.accepted()->metric); // to the last bit
    CHECK(data.metric(accepted) == p.accepted()->metric);
    // Zeros by the loop that a C programmer would write, against the masks.
    std::size_t wrong = 0;
    std::size_t pruned = 0;
    for (std::size_t n = 0; n < hidden; ++n) {
        wrong += net.first[n][0] == 0 ? 1U : 0U;
        for (std::size_t i = 0; i < inputs; ++i) {
            const bool is_zero = net.first[n][1 + i] == 0;
            pruned += is_zero ? 1U : 0U;
            wrong += is_zero == (p.masks()[0][n * inputs + i] != 0) ? 1U : 0U;
        }
    }
    for (std::size_t o = 0; o < outputs; ++o) {
        wrong += net.second[o][hidden] == 0 ? 1U : 0U;
        for (std::size_t n = 0; n < hidden; ++n) {
            const bool is_zero = net.second[o][n] == 0;
            pruned += is_zero ? 1U : 0U;
            wrong += is_zero == (p.masks()[1][o * hidden + n] != 0) ? 1U : 0U;
        }
    }
    CHECK(wrong == 0);
    CHECK(static_cast<std::int64_t>(hidden * (inputs + outputs) - pruned) ==
          p.accepted()->kept_weights);
}
