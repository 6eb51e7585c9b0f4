// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/cost_of_weights.hpp>
#include <espalier/model/expected_sharing.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using namespace espalier;

namespace {

weight_matrix matrix_of(int inputs, int outputs, precision weight)
{
    return matrices_of(dense{.inputs = inputs,
        .outputs = outputs,
        .strategy = strategy::latency,
        .weight = weight,
        .data = {16, 6}})[0];
}

} // namespace

TEST_CASE("equal weights share as many products on average as those drawn at random do")
{
    std::mt19937_64 random(301);
    std::exponential_distribution<double> magnitude;
    for (const precision format :
        {precision{6, 1}, precision{7, 1}, precision{8, 1}, precision{8, 2}})
        for (const int outputs : {8, 64, 300})
            for (const double scale : {0.03, 0.1, 0.17}) { // hardly any beyond 1
                CAPTURE(format.width);
                CAPTURE(outputs);
                CAPTURE(scale);
                const weight_matrix m = matrix_of(200, outputs, format);
                std::vector<float> weights(static_cast<std::size_t>(m.weights()));
                for (float& w : weights)
                    w = static_cast<float>(
                        (random() % 2 == 0 ? scale : -scale) * magnitude(random));
                cost_policy alone;
                alone.constants.share_equal = false;
                const constant_counts each = counts_of(m, layout::keras, weights, alone);
                const constant_counts shared = counts_of(m, layout::keras, weights);
                const constant_counts expected = sharing_on_average(m, each);
                if (each.products == 0)
                    continue;
                const auto near = [](std::int64_t estimate, std::int64_t counted) {
                    const auto drawn = static_cast<double>(counted);
                    return std::abs(static_cast<double>(estimate) - drawn) <=
                           0.03 * drawn + 3 * std::sqrt(drawn);
                };
                CHECK(near(expected.products, shared.products));
                CHECK(near(expected.additions, shared.additions));
                CHECK(near(expected.by_adders, shared.by_adders));
                CHECK(expected.zeros == each.zeros);
                CHECK(expected.one_digit == each.one_digit);
                CHECK(expected.two_digits == each.two_digits);
                CHECK(expected.products <= each.products);
            }
}

TEST_CASE("counts stay as they are where nothing is shared")
{
    const weight_matrix m = matrix_of(16, 64, {8, 1});
    const constant_counts counts{.zeros = 165, .by_adders = 563, .products = 296, .dsp = 296};
    CHECK(sharing_on_average(m, counts).products < 250);
    CHECK(sharing_on_average(m, counts, cost_policy::yosys) == counts);
    CHECK(sharing_on_average(m, counts, cost_policy::paper) == counts);
    CHECK(sharing_on_average(matrix_of(16, 64, {9, 1}), counts) == counts);
    CHECK(sharing_on_average(m, constant_counts{}) == constant_counts{});
    const constant_counts in_luts =
        sharing_on_average(m, {.by_adders = 563, .products = 296, .soft_products = 296});
    CHECK(in_luts.soft_products == in_luts.products);
    CHECK(in_luts.dsp == 0);
}
