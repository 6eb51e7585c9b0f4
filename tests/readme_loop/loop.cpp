// SPDX-License-Identifier: Apache-2.0
// README's loop, as it stands there, prunes a small classifier. This file is the training that the
// page leaves to its reader.
#include "readme_loop.hpp" // the block of README.md

#include <espalier/stopwatch.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

namespace {

constexpr std::size_t inputs = 16, classes = 4, batch_size = 50;

struct example {
    std::array<float, inputs> features{};
    std::size_t label = 0;
};

/// Points around a centre for each class, far apart in six directions and hardly in the others.
std::vector<example> points(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::mt19937 fixed(7);
    std::array<std::array<float, inputs>, classes> centre{};
    for (auto& of : centre)
        for (std::size_t i = 0; i < inputs; ++i)
            of[i] = normal(fixed) * (i < 6 ? 1.0F : 0.1F);
    std::vector<example> all(count);
    for (example& one : all) {
        one.label = random() % classes;
        for (std::size_t i = 0; i < inputs; ++i)
            one.features[i] = centre[one.label][i] + normal(random);
    }
    return all;
}

const std::vector<example> training_set = points(1000, 1), validation_set = points(2000, 2);
std::vector<float> weights(inputs*classes, 0.0F), slopes(weights.size());
std::array<float, classes> bias_slopes{};
std::vector<double> measured; // every accuracy that the pruner was told
double own_seconds = 0;       // of training and measuring

struct own_clock {
    esp::stopwatch clock;
    ~own_clock() { own_seconds += clock.seconds(); }
};

std::array<double, classes> probabilities(const my_training& mine, const example& one)
{
    std::array<double, classes> p{};
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        double z = double{mine.biases[c]};
        for (std::size_t i = 0; i < inputs; ++i)
            z += double{weights[c * inputs + i]} * double{one.features[i]};
        p[c] = std::exp(z);
        sum += p[c];
    }
    for (double& x : p)
        x /= sum;
    return p;
}

double accuracy_of(const my_training& mine)
{
    std::size_t right = 0;
    for (const example& one : validation_set) {
        const auto p = probabilities(mine, one);
        const auto best =
            static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
        right += best == one.label ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(validation_set.size());
}

} // namespace

std::vector<std::span<float>> my_training::weights()
{
    return {::weights};
}
std::vector<std::span<float>> my_training::gradients()
{
    return {slopes};
}
int my_training::batches()
{
    return static_cast<int>(training_set.size() / batch_size);
}
void my_training::backpropagate(int batch)
{
    const own_clock clock;
    std::fill(slopes.begin(), slopes.end(), 0.0F);
    bias_slopes = {};
    for (std::size_t k = 0; k < batch_size; ++k) {
        const example& one = training_set[static_cast<std::size_t>(batch) * batch_size + k];
        auto p = probabilities(*this, one);
        p[one.label] -= 1;
        for (std::size_t c = 0; c < classes; ++c) {
            bias_slopes[c] += static_cast<float>(p[c] / batch_size);
            for (std::size_t i = 0; i < inputs; ++i)
                slopes[c * inputs + i] +=
                    static_cast<float>(p[c] * double{one.features[i]} / batch_size);
        }
    }
}
void my_training::step()
{
    const own_clock clock;
    for (std::size_t k = 0; k < ::weights.size(); ++k) {
        momentum[k] = 0.9F * momentum[k] + slopes[k];
        ::weights[k] -= 0.1F * momentum[k];
    }
    for (std::size_t c = 0; c < classes; ++c)
        biases[c] -= 0.1F * bias_slopes[c];
}
double my_training::accuracy()
{
    const own_clock clock;
    measured.push_back(accuracy_of(*this));
    return measured.back();
}

TEST_CASE("README's loop ends with the network that was accepted last, to the last bit")
{
    my_training mine{.biases = std::vector<float>(classes, 0.0F),
        .running_statistics = {1.0, 2.0},
        .momentum = std::vector<float>(weights.size(), 0.0F)};
    for (int epoch = 0; epoch < 5; ++epoch)
        for (int batch = 0; batch < mine.batches(); ++batch) {
            mine.backpropagate(batch);
            mine.step();
        }
    const std::vector<esp::layer_spec> network{esp::dense{.name = "fc",
        .inputs = inputs,
        .outputs = classes,
        .strategy = esp::strategy::resource_unrolled,
        .reuse_factor = 2,
        .weight = {16, 6}}};
    own_seconds = 0;
    const esp::stopwatch clock;
    prune(network, mine);
    MESSAGE("the pruner took ", 1e3 * (clock.seconds() - own_seconds), " ms of ",
        1e3 * clock.seconds(), " ms in ", measured.size(), " rounds");

    REQUIRE(measured.size() > 3);
    const double enough = 0.98 * measured.front();
    const auto rejected =
        std::count_if(measured.begin(), measured.end(), [&](double m) { return m < enough; });
    CHECK(measured.front() > 0.6);
    CHECK(rejected > 0);
    const auto accepted =
        std::find_if(measured.rbegin(), measured.rend() - 1, [&](double m) { return m >= enough; });
    REQUIRE(accepted != measured.rend() - 1); // not the dense network
    CHECK(accuracy_of(mine) == *accepted);
    CHECK(measured.back() != *accepted); // or the test shows nothing
    // Whole multipliers are gone.
    int gone = 0;
    for (std::size_t m = 0; m < weights.size(); m += 2)
        gone += std::all_of(&weights[m], &weights[m] + 2, [](float w) { return w == 0; }) ? 1 : 0;
    CHECK(gone > 0);
}
