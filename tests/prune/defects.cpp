// SPDX-License-Identifier: Apache-2.0
#include "needed_hardware.hpp"

#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/timing.hpp>
#include <espalier/prune/regularizer.hpp>
#include <espalier/prune/selection.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

// Mistakes that hls4ml's own pruning was seen to make in mid-2026, each as a test that Espalier
// passes. Those of its knapsack solvers are with the solvers.

using namespace espalier;

namespace {

std::vector<double> random_values(std::size_t count)
{
    std::mt19937_64 random(71);
    std::vector<double> values(count);
    for (double& v : values)
        v = static_cast<double>(random() % 1000 + 1) / 1000;
    return values;
}

resources part_of(const resources& total, double part)
{
    const auto cut = [&](std::int64_t of) {
        return static_cast<std::int64_t>(part * static_cast<double>(of));
    };
    return {.dsp = cut(total.dsp), .bram18 = cut(total.bram18), .lut = cut(total.lut)};
}

std::size_t kept(const std::vector<std::uint8_t>& keep)
{
    return static_cast<std::size_t>(std::count(keep.begin(), keep.end(), 1));
}

} // namespace

TEST_CASE("hls4ml prunes nothing for DSP and BRAM together unless C times the width is 36 or 72; "
          "here every width saves both")
{
    for (int width = 10; width <= 64; ++width) {
        CAPTURE(width);
        const layer_spec layer =
            dense{.inputs = 64, .outputs = 32, .reuse_factor = 4, .weight = {width, 6}};
        for (const structure& how :
            {structure::consecutive, structure::multipliers, structure::packed_multipliers})
            for (const cost_policy& costs : {cost_policy::paper, cost_policy::hls_block_rom,
                     cost_policy::hls, cost_policy::logic_synthesis, cost_policy::yosys}) {
                selection s(std::span(&layer, 1), {.structure = how, .costs = costs});
                if (to_string(costs) == "paper")
                    REQUIRE((s.total().dsp > 0 && s.total().bram18 > 0));
                const resources budget = part_of(s.total(), 0.5);
                const knapsack_problem& problem = s.pose(random_values(s.items()), budget);
                const knapsack_solution solution = greedy{}(problem);
                REQUIRE(solution.has_answer());
                CHECK(kept(solution.keep) < s.items());
                // More than a third of the groups survive half of the budget: columns are shared,
                // but pruning pays, and the hardware that is really left is within the budget.
                CHECK(kept(solution.keep) > s.items() / 3);
                std::vector<std::uint8_t> mask(64 * 32);
                s.write_mask(solution.keep, 0, layout::pytorch, std::span(mask));
                const resources left = needed_hardware::of(
                    s.groups_of(0).matrix(), layout::pytorch, mask, s.costs(), how.memory);
                CHECK(left.dsp <= budget.dsp);
                CHECK(left.bram18 <= budget.bram18);
                CHECK((left.dsp > 0 || s.total().dsp == 0));
            }
    }
}

TEST_CASE(
    "hls4ml raises when the multipliers are not a multiple of C; here the last group is smaller")
{
    // 32 × 5 at reuse factor 4: 40 multipliers, in groups of 3 at 27 bits.
    const layer_spec layer =
        dense{.inputs = 32, .outputs = 5, .reuse_factor = 4, .weight = {27, 8}, .data = {16, 6}};
    const selection s(std::span(&layer, 1), {.structure = structure::consecutive});
    REQUIRE(s.items() == 14);
    CHECK(s.groups_of(0).size(13) == 4); // one multiplier of the 40
    CHECK(s.total().dsp == 40);
    std::vector<std::uint8_t> keep(14, 1);
    keep[13] = 0;
    CHECK(s.usage_of(keep).dsp == 39);
    keep[12] = 0;
    CHECK(s.usage_of(keep).dsp == 36);
}

TEST_CASE("hls4ml's group lasso charges one DSP as much as nine DSPs and four block RAMs; here the "
          "price decides")
{
    // Groups of nine 16-bit multipliers on four columns of their own, and single multipliers
    // without a memory.
    const std::vector<layer_spec> layers{
        dense{.inputs = 9, .outputs = 36, .reuse_factor = 1, .weight = {16, 6}},
        dense{.inputs = 36, .outputs = 9, .reuse_factor = 4, .weight = {16, 6}}};
    const selection s(layers,
        {.costs = cost_policy::paper,
            .rules = {{.layer = "layer0", .structure = structure::weights},
                {.layer = "layer1",
                    .structure = structure{
                        .kind = structure_kind::block, .block_outputs = 1, .block_inputs = 36}}}});
    // One row of the second layer: 36 inputs, 9 multipliers, 144 bits, 4 columns.
    const std::vector<double> price =
        s.priced(std::vector<double>{1.0, 0.5, 0.0}); // a RAMB18: half
    const double one_dsp = price[s.first_item(0)];
    const double nine_and_four = price[s.first_item(1)];
    CHECK(one_dsp == doctest::Approx(1));
    CHECK(nine_and_four == doctest::Approx(9 + 4));

    // The penalty of two groups of equal size and equal weights differs as their prices do.
    const grouping rows = s.groups_of(1);
    std::vector<float> weights(324, 0.0F);
    std::fill_n(weights.begin(), 36, 0.25F);
    std::vector<double> cheap(9, one_dsp), dear(9, nine_and_four);
    const double cheap_loss = group_lasso_loss(rows, layout::pytorch, weights, cheap);
    CHECK(cheap_loss == doctest::Approx(6 * std::sqrt(36 * 0.0625)));
    CHECK(
        group_lasso_loss(rows, layout::pytorch, weights, dear) == doctest::Approx(13 * cheap_loss));
    std::vector<float> cheap_gradient(324, 0.0F), dear_gradient(324, 0.0F);
    add_group_lasso_gradient(rows, layout::pytorch, weights, cheap, 0.1, cheap_gradient);
    add_group_lasso_gradient(rows, layout::pytorch, weights, dear, 0.1, dear_gradient);
    CHECK(cheap_gradient[0] > 0);
    CHECK(dear_gradient[0] == doctest::Approx(13 * cheap_gradient[0]));
    CHECK(dear_gradient[36] == 0);
}

TEST_CASE("hls4ml limits the multipliers to n_out when the reuse factor exceeds n_in; here it is "
          "the block factor")
{
    // 16 inputs, 64 outputs, reuse factor 32: a multiplier serves two outputs, so 32 of them do.
    constexpr weight_matrix m =
        matrices_of(dense{.inputs = 16, .outputs = 64, .reuse_factor = 32})[0];
    static_assert(m.multipliers() == 32);
    CHECK(m.multipliers() == 32);
    CHECK(cost(m).dsp == 32);
    std::mt19937_64 random(72);
    int differ = 0, over = 0;
    for (int i = 0; i < 1000; ++i) {
        const int n_in = random_layers::between(random, 1, 30);
        const int n_out = random_layers::between(random, 2, 30);
        const int outputs_each = random_layers::between(random, 2, n_out);
        const weight_matrix any = matrices_of(
            dense{.inputs = n_in, .outputs = n_out, .reuse_factor = n_in * outputs_each})[0];
        std::vector<bool> used(static_cast<std::size_t>(n_in * n_out), false);
        hardware_loops::run(any, [&](const hardware_loops::meeting& at) {
            used[static_cast<std::size_t>(at.multiplier)] = true;
        });
        const auto working = std::count(used.begin(), used.end(), true);
        differ += any.multipliers() != working ? 1 : 0;
        over += working < n_out ? 1 : 0;
    }
    CHECK(differ == 0);
    CHECK(over == 1000); // n_out would always be too many
}

TEST_CASE("hls4ml's objectives know dense and conv2d only; here every layer, strategy and resource "
          "has a cost and can be pruned")
{
    const precision narrow{8, 3};
    const std::vector<layer_spec> layers{
        conv1d{.name = "conv1d",
            .width = 16,
            .channels = 4,
            .filters = 6,
            .kernel_width = 3,
            .reuse_factor = 6,
            .parallelization_factor = 2},
        conv2d{.name = "conv2d",
            .height = 6,
            .width = 6,
            .channels = 4,
            .filters = 6,
            .kernel_height = 3,
            .kernel_width = 3,
            .reuse_factor = 9},
        depthwise_conv2d{.name = "depthwise",
            .height = 6,
            .width = 6,
            .channels = 8,
            .kernel_height = 3,
            .kernel_width = 3,
            .reuse_factor = 4},
        separable_conv2d{.name = "separable",
            .height = 6,
            .width = 6,
            .channels = 8,
            .filters = 10,
            .kernel_height = 3,
            .kernel_width = 3,
            .reuse_factor = 4},
        lstm{.name = "lstm",
            .inputs = 8,
            .units = 6,
            .timesteps = 5,
            .reuse_factor = 4,
            .recurrent_reuse_factor = 3},
        gru{.name = "gru",
            .inputs = 8,
            .units = 6,
            .timesteps = 5,
            .bidirectional = true,
            .reuse_factor = 4,
            .recurrent_reuse_factor = 3},
        dense{.name = "latency",
            .inputs = 8,
            .outputs = 8,
            .strategy = strategy::latency,
            .reuse_factor = 2},
        dense{.name = "in LUTs", .inputs = 8, .outputs = 8, .reuse_factor = 2, .weight = narrow},
    };
    for (const layer_spec& layer : layers) {
        CAPTURE(layer.name.view());
        const resources need = cost(layer, cost_policy::paper);
        const bool soft = layer.weight.width < 10;
        CHECK((soft ? need.dsp == 0 : need.dsp > 0));
        CHECK(need.lut > 0);
        CHECK((layer.strategy == strategy::latency ? need.bram18 == 0 : need.bram18 > 0));
        CHECK(timing_of(layer).interval > 0);
        // The last cycle of an interval may begin nothing.
        CHECK(timing_of(layer).latency + 1 >= timing_of(layer).interval);

        selection s(std::span(&layer, 1), {.costs = cost_policy::paper});
        const resources budget = part_of(s.total(), 0.5);
        const knapsack_problem& problem = s.pose(random_values(s.items()), budget);
        const knapsack_solution solution = greedy{}(problem);
        REQUIRE(solution.has_answer());
        CHECK(is_feasible(problem, solution.keep));
        const resources used = s.usage_of(solution.keep);
        CHECK(used.dsp <= budget.dsp);
        CHECK(used.bram18 <= budget.bram18);
        CHECK(used.lut <= budget.lut);
        CHECK((soft ? used.lut < s.total().lut : used.dsp < s.total().dsp));
        CHECK(kept(solution.keep) > 0);
    }

    // Two pixels at once are twice the multipliers: 12 weights of a filter over reuse factor 6.
    CHECK(cost(layers[0]).dsp == 2 * 6 * 2);
    const selection s(std::span(layers.data(), 1), {.structure = structure::multipliers});
    std::vector<std::uint8_t> keep(s.items(), 1);
    keep[0] = 0;
    CHECK(s.usage_of(keep).dsp == s.total().dsp - 2);
}
