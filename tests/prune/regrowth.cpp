// SPDX-License-Identifier: Apache-2.0
#include "deterministic_training.hpp"

#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

// Weights that come back by their gradients: what they are worth is worked out here weight by
// weight, from the batches themselves.

using namespace espalier;

namespace {

using floats = std::vector<float>;
using bits = std::vector<std::uint8_t>;

const std::vector<layer_spec> eight{
    dense{.name = "fc", .inputs = 4, .outputs = 2, .weight = {18, 8}}};

/// Two steps, to three quarters and to a half of the weights.
pruner_options two_steps(ranker by, double regrowth)
{
    return {.schedule = constant{.steps = 2, .target = 0.5},
        .rank_by = std::move(by),
        .normalize_by = normalization::none,
        .regrowth = regrowth};
}

void observe(pruner& p, floats gradients)
{
    p.observe(std::vector<std::span<float>>{gradients});
}

/// The masks of two rounds, of which the first is accepted, and the weights after them.
struct two_rounds {
    bits first, second;
    floats weights;
};
two_rounds prune_twice(const pruner_options& options, floats weights, const floats& before,
    const std::vector<floats>& batches)
{
    pruner p{eight, {weights_in(layout::pytorch, std::vector{std::span(weights)})}, options};
    p.baseline(1);
    observe(p, before);
    two_rounds result;
    REQUIRE(p.next());
    result.first = p.masks()[0];
    p.report(1);
    for (const floats& batch : batches)
        observe(p, batch);
    REQUIRE(p.next());
    result.second = p.masks()[0];
    result.weights = weights;
    return result;
}

} // namespace

TEST_CASE("a pruned weight comes back where one step of descent makes it larger than others")
{
    const floats weights{8, 7, 6, 5, 4, 3, 2, 1};
    const floats ones(8, 1.0F);
    // The gradients of the last weight cancel; those of the one before have a mean of 2.
    const std::vector<floats> batches{{0, 0, 0, 0, 0, 0, 1, 9}, {0, 0, 0, 0, 0, 0, 3, -9}};
    const auto masks = [&](double regrowth) {
        const two_rounds r = prune_twice(two_steps(ranking::l1, regrowth), weights, ones, batches);
        CHECK(r.first == bits{1, 1, 1, 1, 1, 1, 0, 0});
        CHECK(r.weights[6] == 0);
        return r.second;
    };
    CHECK(masks(0) == bits{1, 1, 1, 1, 0, 0, 0, 0});
    CHECK(masks(2.25) == bits{1, 1, 1, 1, 0, 0, 0, 0}); // 4.5 < 5
    CHECK(masks(2.75) == bits{1, 1, 1, 0, 0, 0, 1, 0}); // 5.5 > 5
    CHECK(masks(100) == bits{1, 1, 1, 0, 0, 0, 1, 0});
}

TEST_CASE("what comes back is the best of all weights, by every ranking")
{
    std::mt19937 random(3);
    const auto any = [&] {
        floats numbers(8);
        for (float& number : numbers)
            number = static_cast<float>(static_cast<int>(random() % 2001) - 1000) / 1000;
        return numbers;
    };
    const ranker own = ranker::function(
        [](const grouping&, layout, std::span<const float> w, std::span<double> values) {
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = 2 * std::abs(static_cast<double>(w[i]));
        });
    const std::vector<ranker> all{ranking::l1, ranking::l2, ranking::taylor, ranking::fisher, own};
    int came_back = 0;
    for (int turn = 0; turn < 200; ++turn)
        for (const ranker& by : all) {
            const floats weights = any();
            const floats before = any();
            const std::vector<floats> batches{any(), any(), any()};
            const double step = 0.25 * (turn % 12);
            const two_rounds r = prune_twice(two_steps(by, step), weights, before, batches);
            std::vector<double> worth;
            for (std::size_t i = 0; i < 8; ++i) {
                double mean = 0;
                for (const floats& batch : batches)
                    mean += static_cast<double>(batch[i]) / 3;
                const bool pruned = r.first[i] == 0;
                const double w = pruned ? step * mean : static_cast<double>(weights[i]);
                double sum = 0;
                for (const floats& batch : batches) {
                    const double g = pruned ? mean : static_cast<double>(batch[i]);
                    sum += by.is_by_gradients() && by.by() == ranking::fisher ? w * g * w * g
                                                                              : std::abs(w * g);
                }
                worth.push_back(by.is_by_gradients() ? sum : std::abs(w));
            }
            std::vector<std::size_t> order(8);
            std::iota(order.begin(), order.end(), std::size_t{0});
            std::sort(order.begin(), order.end(),
                [&](std::size_t a, std::size_t b) { return worth[a] > worth[b]; });
            if (worth[order[3]] - worth[order[4]] < 1e-6)
                continue; // floats may see it the other way round
            bits expected(8, 0);
            for (std::size_t k = 0; k < 4; ++k)
                expected[order[k]] = 1;
            CAPTURE(turn);
            CAPTURE(static_cast<int>(by.by()));
            CHECK(r.second == expected);
            for (std::size_t i = 0; i < 8; ++i)
                if (r.first[i] == 0) {
                    CHECK(r.weights[i] == 0); // it starts at zero
                    came_back += r.second[i];
                }
        }
    CHECK(came_back > 200);
}

TEST_CASE("a multiplier under N:M takes a weight that was pruned in place of one that it had")
{
    // One row, two streams of two cycles: inputs 0 1 | 2 3. One multiplier stays and serves the
    // best of 0 and 2, and the best of 1 and 3.
    const std::vector<layer_spec> layers{dense{.name = "fc",
        .inputs = 4,
        .outputs = 2,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 2,
        .weight = {18, 8}}};
    floats weights{1, 4, 3, 2, 4, 4, 9, 9};
    pruner p{layers, {weights_in(layout::pytorch, std::vector{std::span(weights)})},
        {.schedule = constant{.steps = 2, .target = reduction(0.5, 0)},
            .rank_by = ranking::l1,
            .normalize_by = normalization::none,
            .selection = {.structure = structure::n_of(2)},
            .regrowth = 1}};
    p.baseline(1);
    observe(p, floats(8, 0.0F));
    REQUIRE(p.next());
    CHECK(p.masks()[0] == bits{0, 1, 1, 0, 1, 1, 1, 1});
    p.report(1);
    observe(p, {-5, 0, 0, 1, 0, 0, 0, 0});
    REQUIRE(p.next());
    // The row's multiplier has input 0, as if it were 5, before input 2, which is 3. With that it
    // is worth 9 and stays before the second of the other row, which is worth 8.
    CHECK(p.masks()[0] == bits{1, 1, 0, 0, 0, 0, 1, 1});
    CHECK(weights == floats{0, 4, 0, 0, 0, 0, 9, 9});
}

TEST_CASE("a constant that comes back has two digits, for its own are not known yet")
{
    floats weights{7.34375F, 3.328125F, 1.3125F, 0.03125F, 5.34375F, 6.34375F, 3.34375F, 2.34375F};
    pruner p{eight, {weights_in(layout::pytorch, std::vector{std::span(weights)})},
        {.schedule = constant{.steps = 2, .target = reduction(0.5, 0, 0.25)},
            .rank_by = ranking::l1,
            .normalize_by = normalization::none,
            .selection = {.structure = structure::constants, .costs = cost_policy::paper},
            .regrowth = 10}};
    p.baseline(1);
    observe(p, floats(8, 0.0F));
    REQUIRE(p.next());
    REQUIRE(p.masks()[0][3] == static_cast<std::uint8_t>(weight_state::pruned));
    p.report(1);
    observe(p, {0, 0, 0, 0.5328125F, 0, 0, 0, 0}); // 5.328125 has many digits
    REQUIRE(p.next());
    CHECK(p.masks()[0][3] == static_cast<std::uint8_t>(weight_state::two_digits));
    CHECK(weights[3] == 0);
}

TEST_CASE("regrowth needs gradients, and a step that is one")
{
    floats weights(8, 1.0F);
    const auto views = weights_in(layout::pytorch, std::vector{std::span(weights)});
    pruner p{eight, {views}, two_steps(ranking::l2, 0.1)};
    p.baseline(1);
    CHECK_THROWS_WITH_AS((void)p.next(),
        "regrowth needs observe() for at least one batch before each round", std::invalid_argument);
    observe(p, floats(8, 1.0F));
    CHECK(p.next());
    p.report(1);
    CHECK_THROWS_AS((void)p.next(), std::invalid_argument); // they are of the round before
    for (const double step :
        {-0.1, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_WITH_AS(pruner(eight, {views}, two_steps(ranking::l2, step)),
            doctest::Contains("the step of regrowth is finite and not negative"),
            std::invalid_argument);
}
