// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/strength.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <stdexcept>
#include <vector>

using namespace espalier;

TEST_CASE("a search finds the order of magnitude of the best strength with a handful of probes")
{
    for (const double best : {2e-7, 3e-6, 1e-4, 8e-3})
        for (const metric_direction direction : {metric_direction::gain, metric_direction::loss}) {
            CAPTURE(best);
            std::set<double> seen;
            const double found = find_strength(
                [&](double strength) {
                    seen.insert(strength);
                    const double off = std::log10(strength / best);
                    return direction == metric_direction::gain ? 0.9 - off * off : off * off;
                },
                {.probes = 9, .direction = direction});
            CHECK(seen.size() == 9);
            CHECK(*seen.begin() == doctest::Approx(1e-7));
            CHECK(*seen.rbegin() == doctest::Approx(1e-2));
            CHECK(std::abs(std::log10(found / best)) < 0.35);
        }
}

TEST_CASE("half of the probes, and the odd one, lie at equal ratios; the rest lie around the best")
{
    std::vector<double> seen;
    static_cast<void>(find_strength(
        [&](double strength) {
            seen.push_back(strength);
            return -std::abs(std::log2(strength) - 3); // best at 8
        },
        {.weakest = 1, .strongest = 16, .probes = 9}));
    REQUIRE(seen.size() == 9);
    for (int k = 0; k < 5; ++k)
        CHECK(seen[static_cast<std::size_t>(k)] == doctest::Approx(1 << k));
    for (std::size_t k = 5; k < 9; ++k) {
        CHECK(seen[k] > 4);
        CHECK(seen[k] < 16);
    }
}

TEST_CASE("of equal strengths the weakest is taken, and one that diverges never")
{
    CHECK(find_strength([](double) { return 0.5; }) == 1e-7);
    const double found =
        find_strength([](double strength) { return strength > 1e-5 ? std::nan("") : strength; });
    CHECK(found <= 1e-5);
    CHECK(found > 1e-7);
}

TEST_CASE("a search without a range, without probes or without a metric is refused")
{
    const auto half = [](double) { return 0.5; };
    CHECK_THROWS_WITH_AS(static_cast<void>(find_strength(half, {.weakest = 0})),
        "strengths are searched from a weakest above 0 to a stronger one (weakest = 0, strongest = "
        "0.01)",
        std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(find_strength(half, {.weakest = 1e-3, .strongest = 1e-3})),
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(static_cast<void>(find_strength(half, {.probes = 1})),
        "a search probes at least two strengths (probes = 1)", std::invalid_argument);
    CHECK_THROWS_WITH_AS(static_cast<void>(find_strength([](double) { return std::nan(""); })),
        "the metric of a probe is finite, of one of them at least", std::invalid_argument);
}

TEST_CASE("a round that is reported as diverged is a probe: it leaves the network as it was")
{
    const std::vector<layer_spec> layers{dense{.inputs = 8, .outputs = 4}};
    std::vector<float> weights(32);
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] = static_cast<float>(i + 1);
    const std::vector<float> before = weights;
    int probes = 0;
    const double found = find_strength(
        [&](double strength) {
            pruner p{layers, {weights_in(layout::pytorch, std::vector{std::span(weights)})},
                {.schedule = constant{.steps = 1, .target = 0.5}, .regularization = strength}};
            p.baseline(1);
            auto round = p.next();
            REQUIRE(round);
            round->shrink(1);
            // Wanted: a sum of 390 or so of what is kept.
            double sum = 0;
            for (const float w : weights)
                sum += static_cast<double>(w);
            p.report(std::numeric_limits<double>::quiet_NaN());
            CHECK(weights == before);
            ++probes;
            return std::abs(sum - 390);
        },
        {.weakest = 1e-3, .strongest = 10, .direction = metric_direction::loss});
    CHECK(probes == 8);
    // Σ 17 … 32 = 392: single weights of price 1 lose the strength itself, 16 of them 2 together.
    CHECK(found > 0.08);
    CHECK(found < 0.2);
}
