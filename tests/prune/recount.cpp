// SPDX-License-Identifier: Apache-2.0
#include "needed_hardware.hpp"

#include <espalier/prune/recount.hpp>
#include <espalier/prune/selection.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

using namespace espalier;

TEST_CASE("a recount from the weights agrees with the hardware marked bit by bit")
{
    std::mt19937_64 random(61);
    int differ = 0, compared = 0;
    for (int i = 0; i < 1500; ++i) {
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
    CHECK(compared > 5000);
    CHECK(differ == 0);
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
