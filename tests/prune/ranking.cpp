// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/prune/ranking.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <random>
#include <vector>

using namespace espalier;

TEST_CASE("group norms are sums over the weights of a multiplier")
{
    const grouping groups(
        matrices_of(dense{.inputs = 4, .outputs = 2, .reuse_factor = 2, .weight = {36, 8}})[0],
        structure::multipliers);
    const std::vector<float> weights{1, -2, 3, 0, -5, 12, 0, 0};
    CHECK(group_norms(groups, layout::pytorch, weights) == std::vector<double>{3, 3, 17, 0});
    CHECK(group_norms(groups, layout::pytorch, weights, ranking::l2)[2] == 13);
    // The same numbers read as Keras's (inputs, outputs): output 0 has 1, 3, -5, 0.
    CHECK(group_norms(groups, layout::keras, weights) == std::vector<double>{4, 5, 2, 12});
}

TEST_CASE("normalisation makes the largest value or the mean one, and leaves zeros alone")
{
    std::vector<double> values{1, 2, 5};
    normalize(values, normalization::layer_maximum);
    CHECK(values == std::vector{0.2, 0.4, 1.0});
    values = {1, 2, 6};
    normalize(values, normalization::layer_mean);
    CHECK(values == std::vector{1.0 / 3, 2.0 / 3, 2.0});
    values = {3, 0, 5, 3, 2};
    normalize(values, normalization::lamp);
    CHECK(values == std::vector{3.0 / 8, 0.0, 1.0, 3.0 / 11, 2.0 / 13});
    for (const normalization by : {normalization::layer_maximum, normalization::layer_mean,
             normalization::lamp, normalization::none}) {
        values = {0, 0};
        normalize(values, by);
        CHECK(values == std::vector{0.0, 0.0});
    }
    values = {3, 4};
    normalize(values, normalization::none);
    CHECK(values == std::vector{3.0, 4.0});
}

TEST_CASE("dividing by what is larger knows no scale, and keeps the order with ties by index")
{
    std::mt19937 random(5);
    std::vector<double> values(200);
    for (double& value : values)
        value = static_cast<double>(random() % 50); // many are equal, some are zero
    std::vector<double> scaled = values;
    for (double& value : scaled)
        value *= 0x1p-700;
    std::vector<double> normalized = values;
    normalize(normalized, normalization::lamp);
    normalize(scaled, normalization::lamp);
    CHECK(normalized == scaled);
    int wrong = 0;
    for (std::size_t g = 0; g < values.size(); ++g) {
        double larger = 0;
        for (std::size_t h = 0; h < values.size(); ++h)
            larger += values[h] > values[g] || (values[h] == values[g] && h <= g) ? values[h] : 0;
        wrong += normalized[g] != values[g] / larger ? 1 : 0; // whole numbers: sums are exact
    }
    CHECK(wrong == 0);
}

TEST_CASE("a matrix is ranked by all of its weights or not at all")
{
    const grouping groups(matrices_of(dense{.inputs = 4, .outputs = 2})[0], structure::weights);
    const std::vector<float> too_few(7);
    CHECK_THROWS_WITH(static_cast<void>(group_norms(groups, layout::pytorch, too_few)),
        "a matrix is ranked by all of its weights (given = 7, weights = 8)");
}
