// SPDX-License-Identifier: Apache-2.0
#include "how_often.hpp"
#include "needed_hardware.hpp"

#include <espalier/prune/recount.hpp>
#include <espalier/prune/selection.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <span>
#include <vector>

using namespace espalier;

TEST_CASE("a recount from the weights agrees with the hardware marked bit by bit")
{
    std::mt19937_64 random(61);
    int differ = 0, compared = 0;
    for (int i = 0; i < how_often(1500); ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        for (std::size_t l = 0; l < layers.size(); ++l)
            for (const weight_matrix& m : matrices_of(layers[l])) {
                // Zeros anywhere, as an unstructured pruner leaves them: no group is needed here.
                const int percent = random_layers::one_of<int>(random, {0, 2, 20, 90, 100});
                std::vector<std::uint8_t> mask(static_cast<std::size_t>(m.weights()));
                std::vector<float> weights(mask.size());
                for (std::size_t k = 0; k < mask.size(); ++k) {
                    mask[k] = random_layers::between(random, 1, 100) <= percent ? 1 : 0;
                    weights[k] = mask[k] != 0 ? static_cast<float>(random() % 100) - 200 : 0.0F;
                }
                for (const memory_layout use : {memory_layout::in_place, memory_layout::packed}) {
                    differ += recount(m, order, weights, options.costs, use) !=
                                      needed_hardware::of(m, order, mask, options.costs, use)
                                  ? 1
                                  : 0;
                    ++compared;
                }
            }
    }
    CHECK(compared > how_often(5000));
    CHECK(differ == 0);
}

TEST_CASE("every copy needs an adder for each constant and a product for more than two digits")
{
    // All sums of at most two powers of two, either sign.
    std::set<std::int64_t> two_digits{0};
    for (int a = 0; a <= 16; ++a)
        for (int b = 0; b <= 16; ++b)
            for (const int of_a : {-1, 1})
                for (const int of_b : {-1, 0, 1})
                    two_digits.insert(of_a * (1 << a) + of_b * (1 << b));
    std::mt19937_64 random(62);
    for (const int copies : {1, 3}) {
        const conv1d layer{.width = 8,
            .channels = 3,
            .filters = 7,
            .kernel_width = 3,
            .parallelization_factor = copies,
            .weight = {16, 6}};
        const weight_matrix m = matrices_of(layer)[0];
        REQUIRE(m.copies == copies);
        std::vector<float> weights(static_cast<std::size_t>(m.weights()));
        resources expected;
        for (std::size_t k = 0; k < weights.size(); ++k) {
            const std::int64_t stored = k < 9 ? 0 : static_cast<std::int64_t>(random() % 200) - 100;
            weights[k] = static_cast<float>(stored) / 1024 + 0x1p-12F; // truncated
            expected.dsp += two_digits.contains(stored) ? 0 : copies;
            expected.lut += stored == 0 ? 0 : 32 * copies; // 16 bits and 16
        }
        CHECK(recount(m, layout::pytorch, weights, {}, structure::constants) == expected);
        const std::vector<float> full(weights.size(), 85.0F / 1024);
        CHECK(
            recount(m, layout::pytorch, full, {}, structure::constants) ==
            selection(std::vector<layer_spec>{layer}, {.structure = structure::constants}).total());
    }
}

TEST_CASE("every copy has its own multipliers that take any of several weights")
{
    std::mt19937_64 random(63);
    for (const structure& how : {structure::n_of(4), structure::free_rows}) {
        const layer_spec layer = conv1d{.width = 8,
            .channels = 4,
            .filters = 7,
            .kernel_width = 3,
            .reuse_factor = 2,
            .parallelization_factor = 3};
        weight_matrix m = matrices_of(layer)[0];
        std::vector<float> weights(static_cast<std::size_t>(m.weights()), 1.0F);
        const resources dense = recount(m, layout::pytorch, weights, {}, how);
        const selection s(std::vector<layer_spec>{layer}, {.structure = how});
        CHECK(s.total().lut == dense.lut);
        CHECK(s.total().dsp == dense.dsp);
        // Of every selector what logic synthesis leaves.
        const cost_policy& logic = cost_policy::logic_synthesis;
        const resources left = recount(m, layout::pytorch, weights, logic, how);
        CHECK(selection(std::vector<layer_spec>{layer}, {.structure = how, .costs = logic})
                  .total()
                  .lut == left.lut);
        CHECK(left.lut >= dense.lut * 47 / 100);
        CHECK(left.lut < dense.lut * 3 / 4);
        for (float& w : weights)
            w = random() % 4 == 0 ? 1.0F : 0.0F;
        const resources all = recount(m, layout::pytorch, weights, {}, how);
        m.copies = 1;
        const resources one = recount(m, layout::pytorch, weights, {}, how);
        CHECK(one.lut > 0);
        CHECK(all.lut == 3 * one.lut);
        CHECK(all.dsp == 3 * one.dsp);
        CHECK(all.bram18 == one.bram18);
    }
}

TEST_CASE("a layer of zeros needs nothing, and a negative zero is a zero")
{
    const weight_matrix m = matrices_of(dense{.inputs = 8, .outputs = 4, .reuse_factor = 4})[0];
    std::vector<float> weights(32, 0.0F);
    weights[4] = -0.0F;
    CHECK(recount(m, layout::keras, weights, cost_policy::paper) == resources{});
    weights[4] = 1e-30F;
    CHECK(
        recount(m, layout::keras, weights, cost_policy::paper) == resources{.dsp = 1, .bram18 = 2});
}

TEST_CASE("a recount refuses the wrong number of weights")
{
    const weight_matrix m = matrices_of(dense{.inputs = 8, .outputs = 4, .reuse_factor = 4})[0];
    const std::vector<float> weights(31, 1.0F);
    CHECK_THROWS_WITH_AS((void)recount(m, layout::keras, weights),
        "a recount needs every weight of the matrix (given = 31, weights = 32)",
        std::invalid_argument);
}
