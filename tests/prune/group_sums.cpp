// SPDX-License-Identifier: Apache-2.0
#include "how_often.hpp"
#include "model/framework_order.hpp"
#include "model/hardware_loops.hpp"
#include "model/random_layers.hpp"

#include <espalier/prune/group_sums.hpp>
#include <espalier/prune/ranking.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

using namespace espalier;
using hardware_loops::integer;
using random_layers::between;

namespace {

/// The sums weight by weight. Weights are small whole numbers, so sums are exact in any order and
/// the fast ones must be equal to these, bit for bit.
std::vector<double> sums_one_by_one(
    const grouping& groups, layout l, const std::vector<float>& weights)
{
    std::vector<double> sums(static_cast<std::size_t>(groups.groups()), 0.0);
    const std::vector<integer> numbers = framework_order::hardware_numbers(groups.matrix(), l);
    for (std::size_t offset = 0; offset < weights.size(); ++offset)
        sums[static_cast<std::size_t>(groups.group_of(numbers[offset]))] +=
            std::abs(static_cast<double>(weights[offset]));
    return sums;
}

std::vector<float> whole_weights(std::mt19937_64& random, integer count)
{
    std::vector<float> weights(static_cast<std::size_t>(count));
    for (float& w : weights)
        w = static_cast<float>(between(random, -999, 999));
    return weights;
}

int differing_layouts(const weight_matrix& m, const structure& how, std::mt19937_64& random)
{
    int differ = 0;
    const grouping groups(m, how);
    const std::vector<float> weights = whole_weights(random, m.weights());
    for (const layout l : framework_order::layouts_for(m)) {
        std::vector<double> norms(static_cast<std::size_t>(groups.groups()), -1.0);
        group_norms(groups, l, weights, ranking::l1, norms);
        differ += norms != sums_one_by_one(groups, l, weights) ? 1 : 0;
    }
    return differ;
}

} // namespace

TEST_CASE("group sums are the sums weight by weight, in every layout and structure")
{
    std::mt19937_64 random(91);
    int differ = 0;
    for (const layer_kind kind : random_layers::kinds)
        for (int i = 0; i < how_often(150); ++i) {
            layer_spec s = random_layers::layer_of(random, kind);
            random_layers::draw_reuse_factors(random, s);
            s.weight = {between(random, 1, 64), 1};
            for (const weight_matrix& m : matrices_of(s)) {
                const structure block{.kind = structure_kind::block,
                    .block_outputs = between(random, 1, 9),
                    .block_inputs = between(random, 1, 9)};
                for (const structure& how : {structure::weights, structure::multipliers,
                         structure::consecutive, structure::neurons, block})
                    if (how.kind != structure_kind::block || !m.is_depthwise())
                        differ += differing_layouts(m, how, random);
            }
        }
    CHECK(differ == 0);
}

TEST_CASE("group sums are right for layers larger than the tiles they are summed in")
{
    // Outputs and inputs beyond 512 and 64 pieces, neither a multiple of a tile; groups that divide
    // the inputs, that do not, and that span outputs.
    std::mt19937_64 random(92);
    for (const auto& [n_in, n_out, rf] :
        {std::array{300, 1030, 4}, std::array{300, 1030, 25}, std::array{301, 530, 7},
            std::array{256, 600, 1}, std::array{16, 1500, 48}, std::array{1030, 90, 2}}) {
        const weight_matrix m =
            matrices_of(dense{.inputs = n_in, .outputs = n_out, .reuse_factor = rf})[0];
        CAPTURE(m.reuse_factor);
        for (const structure& how : {structure::multipliers, structure::consecutive})
            CHECK(differing_layouts(m, how, random) == 0);
    }
    const weight_matrix conv = matrices_of(conv2d{.height = 5,
        .width = 5,
        .channels = 40,
        .filters = 70,
        .kernel_height = 3,
        .kernel_width = 3,
        .reuse_factor = 8})[0];
    CHECK(differing_layouts(conv, structure::consecutive, random) == 0);
}

TEST_CASE("sums of any weights are as exact as double allows and the same on every run")
{
    std::mt19937_64 random(93);
    const weight_matrix m =
        matrices_of(dense{.inputs = 700, .outputs = 300, .reuse_factor = 35})[0];
    std::vector<float> weights(static_cast<std::size_t>(m.weights()));
    for (float& w : weights)
        w = std::ldexp(static_cast<float>(random() % 20'001) - 10'000, -between(random, 0, 40));
    for (const layout l : {layout::pytorch, layout::keras}) {
        const grouping groups(m, structure::consecutive);
        const std::vector<double> norms = group_norms(groups, l, weights);
        const std::vector<double> expected = sums_one_by_one(groups, l, weights);
        double worst = 0;
        for (std::size_t g = 0; g < norms.size(); ++g)
            worst = std::max(worst, std::abs(norms[g] - expected[g]) / expected[g]);
        CHECK(worst < 1e-14);
        std::vector<float> elsewhere(weights.size() + 3); // another alignment
        std::copy(weights.begin(), weights.end(), elsewhere.begin() + 3);
        CHECK(group_norms(groups, l, std::span<const float>(elsewhere).subspan(3)) == norms);
    }
}

TEST_CASE("squares of weights that float cannot square are summed")
{
    const weight_matrix m = matrices_of(dense{.inputs = 4, .outputs = 2, .reuse_factor = 4})[0];
    const std::vector<float> weights{3e30F, 0, 4e30F, 0, 3e-30F, 4e-30F, 0, 0};
    const auto norms =
        group_norms(grouping(m, structure::multipliers), layout::pytorch, weights, ranking::l2);
    CHECK(norms[0] == doctest::Approx(5e30).epsilon(1e-6));
    CHECK(norms[1] == doctest::Approx(5e-30).epsilon(1e-6));
}

TEST_CASE("norms are written to as many places as there are groups, or not at all")
{
    const grouping groups(matrices_of(dense{.inputs = 4, .outputs = 2, .reuse_factor = 4})[0],
        structure::multipliers);
    const std::vector<float> weights(8, 1.0F);
    std::vector<double> norms(3);
    CHECK_THROWS_WITH_AS(group_norms(groups, layout::keras, weights, ranking::l1, norms),
        "there is a norm for every group (norms = 3, groups = 2)", std::invalid_argument);
}
