// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/pruner_state.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

// Training that a computer repeats to the last bit: two layers with biases, momentum that is made
// when it is first needed, random batches, and rounds that fail when they are told to.

namespace deterministic {

using namespace espalier;

enum class observing { never, before_rounds, in_rounds };

class training {
public:
    std::vector<layer_spec> layers{
        dense{.name = "fc1", .inputs = 16, .outputs = 32, .reuse_factor = 4, .weight = {16, 6}},
        dense{.name = "fc2", .inputs = 32, .outputs = 5, .reuse_factor = 2, .weight = {16, 6}}};
    std::vector<std::vector<float>> weights;
    std::vector<double> biases = std::vector<double>(37);
    std::vector<std::vector<float>> momentum; // none before the first step
    std::mt19937_64 random{7};

    explicit training(unsigned seed = 1)
    {
        std::mt19937_64 first(seed);
        for (const layer_spec& layer : layers) {
            weights.emplace_back(static_cast<std::size_t>(matrices_of(layer)[0].weights()));
            for (float& w : weights.back())
                w = number(first);
        }
    }

    trainee views()
    {
        return {.weights = weights_in(layout::pytorch, weights),
            .state = {{"biases", biases}, {"random", std::span(&random, 1)},
                {"momentum", [this] { return saved_momentum(); },
                    [this](std::span<const std::byte> saved) { restore_momentum(saved); }}},
            .moments = [this] {
                std::vector<weight_moments> moments;
                for (std::size_t m = 0; m < momentum.size(); ++m)
                    moments.push_back({m, momentum[m]});
                return moments;
            }};
    }

    /// A gradient for every weight: towards zero, and at random.
    std::vector<std::vector<float>> gradients()
    {
        std::vector<std::vector<float>> all;
        for (const std::vector<float>& matrix : weights) {
            all.emplace_back();
            for (const float w : matrix)
                all.back().push_back(0.1F * w + number(random));
        }
        return all;
    }

    template <class Round>
    void step(const Round& round)
    {
        std::vector<std::vector<float>> slopes = gradients();
        const auto spans = spans_of(slopes);
        round.regularize(spans);
        if (momentum.empty())
            for (const std::vector<float>& matrix : weights)
                momentum.emplace_back(matrix.size());
        for (std::size_t m = 0; m < weights.size(); ++m)
            for (std::size_t i = 0; i < weights[m].size(); ++i) {
                momentum[m][i] = 0.9F * momentum[m][i] + slopes[m][i];
                weights[m][i] -= 0.01F * momentum[m][i];
            }
        for (double& bias : biases)
            bias += 0.001 * static_cast<double>(number(random));
    }

    void observe(pruner& p)
    {
        std::vector<std::vector<float>> slopes = gradients();
        p.observe(spans_of(slopes));
    }

    /// Near 1, and another number for other weights.
    [[nodiscard]] double metric() const
    {
        double sum = 0;
        for (const std::vector<float>& matrix : weights)
            for (const float w : matrix)
                sum += static_cast<double>(w);
        for (const double bias : biases)
            sum += bias;
        return 1 - 1e-6 * std::abs(sum);
    }

    /// Everything of this network, to be compared with another's.
    [[nodiscard]] std::vector<std::byte> bytes() const
    {
        std::vector<std::byte> all = saved_momentum();
        const auto add = [&](auto span) {
            const auto bytes = std::as_bytes(span);
            all.insert(all.end(), bytes.begin(), bytes.end());
        };
        for (const std::vector<float>& matrix : weights)
            add(std::span(matrix));
        add(std::span(biases));
        add(std::span(&random, 1));
        return all;
    }

private:
    static float number(std::mt19937_64& from)
    {
        return static_cast<float>(static_cast<double>(from() % 20001) / 10000 - 1);
    }
    static std::vector<std::span<float>> spans_of(std::vector<std::vector<float>>& matrices)
    {
        return {matrices.begin(), matrices.end()};
    }
    [[nodiscard]] std::vector<std::byte> saved_momentum() const
    {
        std::vector<std::byte> all;
        for (const std::vector<float>& matrix : momentum) {
            const auto bytes = std::as_bytes(std::span(matrix));
            all.insert(all.end(), bytes.begin(), bytes.end());
        }
        return all;
    }
    void restore_momentum(std::span<const std::byte> saved)
    {
        momentum.clear();
        for (std::size_t m = 0; m < weights.size() && !saved.empty(); ++m) {
            momentum.emplace_back(weights[m].size());
            const std::size_t size = momentum[m].size() * sizeof(float);
            std::memcpy(momentum[m].data(), saved.data(), size);
            saved = saved.subspan(size);
        }
    }
};

/// Long enough for rounds of all kinds.
inline const pruner_options usual{
    .schedule = polynomial{.steps = 5, .target = 0.8}, .patience = 5, .regularization = 1e-3};

inline pruner_options with(const std::function<void(pruner_options&)>& change)
{
    pruner_options options = usual;
    change(options);
    return options;
}

/// Between two steps.
inline constexpr auto nothing = [](int) {};

/// One round from `next` to `report`; false when there is none.
/// \param between  called between any two steps
template <class Between>
bool run_round(pruner& p, training& mine, observing when, Between&& between)
{
    if (when == observing::before_rounds)
        mine.observe(p);
    auto round = p.next();
    if (!round)
        return false;
    for (int step = 0; step < 4; ++step) {
        between(step);
        mine.step(*round);
        round->mask();
        if (when == observing::in_rounds)
            mine.observe(p);
    }
    // The first round diverges, the fourth fails, the sixth and the seventh fail in a row, ….
    const std::size_t number = round->number();
    p.report(number % 4 == 1                      ? std::numeric_limits<double>::quiet_NaN()
             : number % 3 == 1 || number % 7 == 6 ? 0.5
                                                  : mine.metric());
    return true;
}

/// A history to the last bit, but without the time that the solver took.
inline std::string without_times(std::span<const round_record> history)
{
    std::string text;
    const auto add = [&](auto number) {
        if constexpr (sizeof number == sizeof(std::uint64_t))
            text += std::to_string(std::bit_cast<std::uint64_t>(number)) + ' ';
        else
            text += std::to_string(static_cast<int>(number)) + ' ';
    };
    for (const round_record& r : history) {
        add(r.progress), add(r.kept_weights), add(r.gap), add(r.metric);
        for (const resources& of : {r.budget, r.usage})
            add(of.dsp), add(of.bram18), add(of.lut), add(of.ff), add(of.uram);
        add(r.status), add(r.accepted);
        text += '\n';
    }
    return text;
}

} // namespace deterministic
