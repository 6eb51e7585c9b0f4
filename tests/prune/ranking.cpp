// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/prune/ranking.hpp>

#include <doctest/doctest.h>

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

TEST_CASE(
    "normalisation makes the largest value, the mean or the length one, and leaves zeros alone")
{
    std::vector<double> values{1, 2, 5};
    normalize(values, normalization::layer_maximum);
    CHECK(values == std::vector{0.2, 0.4, 1.0});
    values = {1, 2, 6};
    normalize(values, normalization::layer_mean);
    CHECK(values == std::vector{1.0 / 3, 2.0 / 3, 2.0});
    for (const double unit : {1.0, 0x1p-900, 0x1p900}) { // whose squares are no numbers of use
        values = {3 * unit, 0, 4 * unit};
        normalize(values, normalization::layer_l2);
        CHECK(values[0] == doctest::Approx(0.6));
        CHECK(values[1] == 0);
        CHECK(values[2] == doctest::Approx(0.8));
    }
    for (const normalization by : {normalization::layer_maximum, normalization::layer_mean,
             normalization::layer_l2, normalization::none}) {
        values = {0, 0};
        normalize(values, by);
        CHECK(values == std::vector{0.0, 0.0});
    }
    values = {3, 4};
    normalize(values, normalization::none);
    CHECK(values == std::vector{3.0, 4.0});
}

TEST_CASE("a matrix is ranked by all of its weights or not at all")
{
    const grouping groups(matrices_of(dense{.inputs = 4, .outputs = 2})[0], structure::weights);
    const std::vector<float> too_few(7);
    CHECK_THROWS_WITH(static_cast<void>(group_norms(groups, layout::pytorch, too_few)),
        "a matrix is ranked by all of its weights (given = 7, weights = 8)");
}
