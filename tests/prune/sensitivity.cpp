// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/sensitivity.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <vector>

using namespace espalier;

namespace {

/// Loss ½ Σ h·w²: gradient h·w, so that the sensitivities are known.
struct quadratic {
    std::vector<layer_spec> layers{dense{.inputs = 4, .outputs = 2, .weight = {18, 8}}};
    std::vector<float> weights{1, -2, 3, 4, -5, 6, 7, -8};
    std::vector<float> curvature{8, 7, 6, 5, 4, 3, 2, 0.5F};
    std::vector<std::span<float>> spans() { return {weights}; }
    std::vector<float> gradient() const
    {
        std::vector<float> g(weights.size());
        for (std::size_t i = 0; i < g.size(); ++i)
            g[i] = curvature[i] * weights[i];
        return g;
    }
};

} // namespace

TEST_CASE("the Taylor and Fisher rankings keep what the loss needs, not what is large")
{
    for (const ranking by : {ranking::taylor, ranking::fisher}) {
        quadratic q;
        pruner p{q.layers, {weights_in(layout::pytorch, q.spans())},
            {.schedule = constant{.steps = 1, .target = 0.5}, .rank_by = by}};
        p.baseline(1);
        auto gradient = q.gradient();
        std::vector<std::span<float>> spans{gradient};
        p.observe(spans);
        p.observe(spans);
        REQUIRE(p.next());
        // h·w²: 8 28 54 80 100 108 98 32: the largest four, and not the largest weight of all.
        CHECK(p.masks()[0] == std::vector<std::uint8_t>{0, 0, 0, 1, 1, 1, 1, 0});
    }
}

TEST_CASE("each round ranks by what was observed since the one before")
{
    std::vector<layer_spec> layers{dense{.inputs = 4, .outputs = 2, .weight = {18, 8}}};
    std::vector<float> weights(8, 1.0F);
    pruner p{layers, {weights_in(layout::pytorch, std::vector{std::span(weights)})},
        {.schedule = constant{.steps = 2, .target = 0.5}, .rank_by = ranking::taylor}};
    p.baseline(1);
    std::vector<float> before{100, 200, 300, 400, 500, 600, 700, 800};
    p.observe(std::vector<std::span<float>>{before});
    REQUIRE(p.next());
    CHECK(p.masks()[0] == std::vector<std::uint8_t>{0, 0, 1, 1, 1, 1, 1, 1});
    p.report(1);
    std::vector<float> since{0, 0, 6, 5, 4, 3, 2, 1};
    p.observe(std::vector<std::span<float>>{since});
    REQUIRE(p.next());
    CHECK(p.masks()[0] == std::vector<std::uint8_t>{0, 0, 1, 1, 1, 1, 0, 0});
}

TEST_CASE("what was observed in a rejected round does not count")
{
    quadratic q;
    pruner p{q.layers, {weights_in(layout::pytorch, q.spans())},
        {.schedule = constant{.steps = 1, .target = 0.5}, .rank_by = ranking::fisher}};
    auto gradient = q.gradient();
    std::vector<std::span<float>> spans{gradient};
    p.observe(spans);
    p.baseline(1);
    REQUIRE(p.next());
    CHECK(p.masks()[0] == std::vector<std::uint8_t>{0, 0, 0, 1, 1, 1, 1, 0});
    // Of a network half of which is zero: what is pruned looks as if it were worth nothing.
    auto masked = q.gradient();
    spans = {masked};
    p.observe(spans);
    p.report(0.1);
    REQUIRE(p.next());
    // 6 of 8: h·w² is 8 28 54 80 100 108 98 32.
    CHECK(p.masks()[0] == std::vector<std::uint8_t>{0, 0, 1, 1, 1, 1, 1, 1});
}

TEST_CASE("sensitivities add up batch by batch")
{
    std::vector<float> weights{2, -3};
    std::vector<float> first{1, 1};
    std::vector<float> second{-0.5F, 2};
    const std::vector<std::span<const float>> w{weights};
    const std::vector<std::span<const float>> g1{first};
    const std::vector<std::span<const float>> g2{second};
    sensitivity taylor(ranking::taylor);
    taylor.observe(w, g1);
    taylor.observe(w, g2);
    CHECK(taylor.batches() == 2);
    CHECK(taylor.sums(0)[0] == 3);
    CHECK(taylor.sums(0)[1] == 9);
    sensitivity fisher(ranking::fisher);
    fisher.observe(w, g1);
    fisher.observe(w, g2);
    CHECK(fisher.sums(0)[0] == 5);
    CHECK(fisher.sums(0)[1] == 45);
}

TEST_CASE("a ranking by gradients without gradients is refused")
{
    quadratic q;
    pruner p{q.layers, {weights_in(layout::pytorch, q.spans())}, {.rank_by = ranking::fisher}};
    p.baseline(1);
    CHECK_THROWS_WITH(static_cast<void>(p.next()),
        "ranking by gradients needs observe() for at least one batch before each round");
    std::vector<float> wrong(7);
    std::vector<std::span<float>> spans{wrong};
    CHECK_THROWS_WITH(p.observe(spans),
        "there is a gradient for every weight (layer = 'layer0', gradients = 7, weights = 8)");
}
