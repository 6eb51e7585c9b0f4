// SPDX-License-Identifier: Apache-2.0
#include "deterministic_training.hpp"

#include <espalier/hls/schedule.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

using namespace espalier;

// Weights that are assigned to multipliers, in the hands of a pruner.

TEST_CASE("a pruner's masks are served by the multipliers of its usage, round after round")
{
    for (const structure& how : {structure::n_of(4), structure::free_rows})
        for (const ranking by : {ranking::l2, ranking::taylor}) {
            deterministic::training mine;
            pruner p{mine.layers, mine.views(), deterministic::with([&](pruner_options& o) {
                         o.selection.structure = how;
                         o.rank_by = by;
                     })};
            mine.observe(p);
            p.baseline(mine.metric());
            std::size_t rounds = 0;
            const auto look = [&](int) {
                resources counted;
                for (std::size_t m = 0; m < p.masks().size(); ++m) {
                    const weight_matrix& matrix = p.groups().groups_of(m).matrix();
                    const matrix_schedule schedule =
                        schedule_of(matrix, std::span<const std::uint8_t>(p.masks()[m]), how);
                    counted.dsp += schedule.multipliers();
                    counted.lut += schedule.multipliers() * lut_own_selector(matrix, how);
                }
                CHECK(counted.dsp == p.history().back().usage.dsp);
                CHECK(counted.lut == p.history().back().usage.lut);
                ++rounds;
            };
            while (deterministic::run_round(p, mine, deterministic::observing::in_rounds, look)) {
            }
            CHECK(rounds > 20);
            CHECK(p.accepted() != nullptr);
        }
}

TEST_CASE("a pruner assigns by importance: no weight of a free row is worth more than a kept one")
{
    const std::vector<layer_spec> layers{
        dense{.inputs = 24, .outputs = 6, .reuse_factor = 3, .weight = {18, 8}}};
    std::mt19937 random(16);
    std::uniform_real_distribution<float> some(-1, 1);
    std::vector<std::vector<float>> weights{std::vector<float>(144)};
    for (float& w : weights[0])
        w = some(random);
    const std::vector<float> before = weights[0];
    pruner p{layers, {weights_in(layout::pytorch, weights)},
        {.schedule = constant{.steps = 1, .target = 0.6},
            .selection = {.structure = structure::free_rows}}};
    p.baseline(1);
    REQUIRE(p.next());
    std::size_t rows = 0;
    for (std::size_t row = 0; row < 144; row += 24) {
        float least_kept = 1, most_pruned = 0;
        for (std::size_t i = row; i < row + 24; ++i) {
            const float worth = std::abs(before[i]);
            if (p.masks()[0][i] != 0)
                least_kept = std::min(least_kept, worth);
            else
                most_pruned = std::max(most_pruned, worth);
        }
        CHECK(most_pruned <= least_kept);
        rows += most_pruned > 0 && least_kept < 1 ? 1 : 0;
    }
    CHECK(rows > 3); // of which a part is kept
}

TEST_CASE(
    "a layer keeps the multipliers of its floor, with the best weights, though it is worth little")
{
    const std::vector<layer_spec> layers{
        dense{.name = "large", .inputs = 16, .outputs = 4, .reuse_factor = 4, .weight = {18, 8}},
        dense{.name = "small", .inputs = 8, .outputs = 5, .reuse_factor = 2, .weight = {18, 8}}};
    std::mt19937 random(17);
    std::uniform_real_distribution<float> some(0.1F, 1);
    for (const structure& how :
        {structure::n_of(2), structure::n_of(4), structure::free_rows, structure::multipliers})
        for (const bool half : {false, true}) {
            std::vector<std::vector<float>> weights{std::vector<float>(64), std::vector<float>(40)};
            for (float& w : weights[0])
                w = some(random);
            for (float& w : weights[1])
                w = 1e-3F * some(random);
            layer_rule rule{.layer = "small"};
            if (half)
                rule.keep_share = 0.5;
            else
                rule.keep_at_least = 3;
            pruner p{layers, {weights_in(layout::pytorch, weights)},
                {.schedule = constant{.steps = 1, .target = reduction(0.6, 0)},
                    .rank_by = ranking::l1,
                    .normalize_by = normalization::none,
                    .selection = {.structure = how, .costs = cost_policy::paper, .rules = {rule}}}};
            p.baseline(1);
            REQUIRE(p.next());
            const grouping& groups = p.groups().groups_of(1);
            std::vector<int> kept(20);
            visit_weights(groups, layout::pytorch, [&](std::int64_t offset, std::int64_t group) {
                kept[static_cast<std::size_t>(group)] +=
                    p.masks()[1][static_cast<std::size_t>(offset)];
            });
            CHECK(std::count(kept.begin(), kept.end(), 2) == (half ? 10 : 3));
            CHECK(std::count(kept.begin(), kept.end(), 0) == (half ? 10 : 17));
        }
}
