// SPDX-License-Identifier: Apache-2.0
#include "deterministic_training.hpp"

#include <espalier/hls/schedule.hpp>
#include <espalier/model/input_channels.hpp>
#include <espalier/model/input_permutation.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/input_orders.hpp>
#include <espalier/prune/order_search.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/recount.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace espalier;

// A pruner that looks for an order of inputs.

namespace {

pruner_options permuting(structure how = structure::n_of(4), ranking by = ranking::l2)
{
    return deterministic::with([&](pruner_options& o) {
        o.selection.structure = how;
        o.rank_by = by;
        o.permute_inputs = order_search{};
    });
}

/// Masks as the hardware has them.
std::vector<std::vector<std::uint8_t>> moved(
    const input_orders& orders, std::vector<std::vector<std::uint8_t>> masks)
{
    for (std::size_t m = 0; m < masks.size(); ++m)
        orders.apply(m, layout::pytorch, std::span(masks[m]));
    return masks;
}

std::int64_t scheduled(const pruner& p, const std::vector<std::vector<std::uint8_t>>& masks)
{
    std::int64_t multipliers = 0;
    for (std::size_t m = 0; m < masks.size(); ++m)
        multipliers += schedule_of(p.groups().groups_of(m).matrix(),
            std::span<const std::uint8_t>(masks[m]), p.groups().groups_of(m).how())
                           .multipliers();
    return multipliers;
}

} // namespace

TEST_CASE("what a pruner keeps is served by the multipliers of its usage once inputs are permuted")
{
    for (const structure& how : {structure::n_of(2), structure::n_of(4)})
        for (const ranking by : {ranking::l1, ranking::l2, ranking::taylor}) {
            deterministic::training mine;
            pruner p{mine.layers, mine.views(), permuting(how, by)};
            CHECK(p.orders().is_identity());
            mine.observe(p);
            p.baseline(mine.metric());
            int rounds = 0;
            int would_need_more = 0;
            const auto look = [&](int) {
                const resources& usage = p.history().back().usage;
                CHECK(scheduled(p, moved(p.orders(), p.masks())) == usage.dsp);
                would_need_more += scheduled(p, p.masks()) > usage.dsp ? 1 : 0;
                resources counted;
                std::vector<std::vector<float>> weights = mine.weights;
                for (std::size_t m = 0; m < weights.size(); ++m) {
                    p.orders().apply(m, weight_view(weights[m], layout::pytorch));
                    counted += recount(p.groups().groups_of(m).matrix(), layout::pytorch,
                        weights[m], p.groups().costs(), how);
                }
                CHECK(counted.dsp == usage.dsp);
                CHECK(counted.lut == usage.lut);
                CHECK(counted.bram18 == usage.bram18);
                ++rounds;
            };
            while (deterministic::run_round(p, mine, deterministic::observing::in_rounds, look)) {
            }
            CHECK(rounds > 20);
            CHECK(would_need_more > 10); // without the order
            CHECK_FALSE(p.orders().is_identity());
            CHECK(p.orders().of(0).is_identity()); // the network's inputs
        }
}

TEST_CASE("a rejected round takes the order of the inputs back, and the end is the accepted one's")
{
    deterministic::training mine;
    pruner p{mine.layers, mine.views(), permuting()};
    p.baseline(mine.metric());
    input_orders accepted = p.orders();
    bool took_back = false;
    input_orders tried = accepted;
    const auto look = [&](int) { tried = p.orders(); };
    while (deterministic::run_round(p, mine, deterministic::observing::never, look)) {
        if (p.history().back().accepted)
            accepted = tried;
        else
            took_back = took_back || tried != accepted;
        CHECK(p.orders() == accepted);
    }
    CHECK(took_back);
    CHECK_FALSE(accepted.is_identity());
    CHECK(p.orders() == accepted);
    CHECK(scheduled(p, moved(p.orders(), p.masks())) == p.accepted()->usage.dsp);
}

TEST_CASE("a pruner that permutes resumes to the same orders, masks and weights")
{
    deterministic::training straight;
    pruner whole{straight.layers, straight.views(), permuting()};
    whole.baseline(straight.metric());
    deterministic::training first;
    pruner_state state;
    {
        pruner p{first.layers, first.views(), permuting()};
        p.baseline(first.metric());
        state = p.save();
    }
    bool saved_an_order = false;
    for (bool goes_on = true; goes_on;) {
        deterministic::training mine(2); // weights come with the state
        pruner resumed{mine.layers, mine.views(), permuting()};
        resumed.resume(state);
        CHECK(resumed.orders() == whole.orders());
        goes_on = deterministic::run_round(
            whole, straight, deterministic::observing::never, deterministic::nothing);
        CHECK(deterministic::run_round(resumed, mine, deterministic::observing::never,
                  deterministic::nothing) == goes_on);
        CHECK(resumed.masks() == whole.masks());
        CHECK(resumed.orders() == whole.orders());
        CHECK(mine.bytes() == straight.bytes());
        saved_an_order = saved_an_order || !whole.orders().is_identity();
        state = resumed.save();
    }
    CHECK(saved_an_order);
    CHECK(whole.history().size() > 4);
}

TEST_CASE("a saved order that is none is refused, and the pruner is as it was")
{
    deterministic::training mine;
    pruner_state state;
    {
        pruner p{mine.layers, mine.views(), permuting()};
        p.baseline(mine.metric());
        state = p.save();
    }
    const auto refuses = [&](const auto& change, const char* sentence) {
        pruner_state changed = state;
        change(changed);
        pruner p{mine.layers, mine.views(), permuting()};
        const auto bytes = mine.bytes();
        CHECK_THROWS_WITH_AS(p.resume(changed), doctest::Contains(sentence), std::invalid_argument);
        CHECK(mine.bytes() == bytes);
        CHECK(p.orders().is_identity());
    };
    refuses([](pruner_state& s) { s.accepted.orders.pop_back(); }, "an order of inputs for every");
    refuses([](pruner_state& s) { s.accepted.orders.clear(); }, "an order of inputs for every");
    refuses([](pruner_state& s) { s.accepted.orders[1][3] = 0; }, "a place of its own");
    refuses([](pruner_state& s) { s.accepted.orders[1].pop_back(); }, "every input channel");
    refuses([](pruner_state& s) { s.accepted.orders[1] = {0}; }, "every input channel");
    refuses([](pruner_state& s) { std::swap(s.accepted.orders[0][0], s.accepted.orders[0][1]); },
        "inputs are permuted in");
    // One that permutes is not continued by one that does not, nor by one that looks longer.
    pruner_options other = permuting();
    other.permute_inputs->steps = 7;
    pruner longer{mine.layers, mine.views(), other};
    CHECK_THROWS_WITH_AS(
        longer.resume(state), doctest::Contains("search for an order"), std::invalid_argument);
    other.permute_inputs.reset();
    pruner plain{mine.layers, mine.views(), other};
    CHECK_THROWS_AS(plain.resume(state), std::invalid_argument);
}

TEST_CASE(
    "the order is the best one for as many multipliers as stay, by what their values are sums of")
{
    const std::vector<layer_spec> layers{
        dense{.name = "fc1", .inputs = 2, .outputs = 8, .weight = {18, 8}},
        dense{.name = "fc2",
            .inputs = 8,
            .outputs = 3,
            .strategy = strategy::resource_unrolled,
            .reuse_factor = 2,
            .weight = {18, 8}}};
    std::mt19937_64 random(4);
    int other_by_size = 0, other_count = 0;
    for (int turn = 0; turn < 100; ++turn)
        for (const ranking by : {ranking::l1, ranking::l2}) {
            std::vector<std::vector<float>> weights{
                std::vector<float>(16, 1.0F), std::vector<float>(24)};
            std::vector<double> sizes, squares;
            for (float& w : weights[1]) {
                w = static_cast<float>(static_cast<int>(random() % 2001) - 1000) / 1000;
                sizes.push_back(std::abs(static_cast<double>(w)));
                squares.push_back(sizes.back() * sizes.back());
            }
            pruner p{layers, {weights_in(layout::pytorch, weights)},
                {.schedule = constant{.steps = 1, .target = reduction(0.25, 0)},
                    .rank_by = by,
                    .normalize_by = normalization::none,
                    .selection = {.structure = structure::n_of(2),
                        .costs = cost_policy::paper,
                        .rules = {unpruned("fc1")}},
                    .permute_inputs = order_search{}}};
            p.baseline(1);
            REQUIRE(p.next());
            // All others are of fc1.
            const auto kept = static_cast<double>(p.history().back().usage.dsp - 16);
            const grouping& groups = p.groups().groups_of(1);
            const auto best = [&](const std::vector<double>& terms, double count) {
                return best_order(groups, channels_of(groups.matrix(), layout::pytorch), terms,
                    count / 12, input_permutation::identity(8));
            };
            const bool is_l1 = by == ranking::l1;
            CAPTURE(turn);
            CHECK(p.orders().of(1) == best(is_l1 ? sizes : squares, kept));
            other_by_size += best(sizes, kept) != best(squares, kept) ? 1 : 0;
            other_count +=
                best(is_l1 ? sizes : squares, kept - 1) != best(is_l1 ? sizes : squares, kept) &&
                        best(is_l1 ? sizes : squares, kept + 1) !=
                            best(is_l1 ? sizes : squares, kept)
                    ? 1
                    : 0;
        }
    CHECK(other_by_size > 20);
    CHECK(other_count > 20);
}

TEST_CASE("under one budget a permuted layer keeps more")
{
    // The first layer stays whole, so the second loses what is lost. l1 norms add up.
    const std::vector<layer_spec> layers{
        dense{.name = "fc1", .inputs = 4, .outputs = 32, .reuse_factor = 4, .weight = {18, 8}},
        dense{.name = "fc2", .inputs = 32, .outputs = 8, .reuse_factor = 4, .weight = {18, 8}}};
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    for (int i = 0; i < 10; ++i) {
        std::vector<std::vector<float>> weights{std::vector<float>(128), std::vector<float>(256)};
        for (auto& matrix : weights)
            for (float& w : matrix)
                w = normal(random);
        const auto kept = [&](bool permutes) {
            std::vector<std::vector<float>> own = weights;
            pruner p{layers, {weights_in(layout::keras, own)},
                {.schedule = constant{.steps = 1, .target = 0.5},
                    .rank_by = ranking::l1,
                    .normalize_by = normalization::none,
                    .selection = {.structure = structure::n_of(4),
                        .costs = cost_policy::paper,
                        .rules = {unpruned("fc1")}},
                    .permute_inputs = permutes ? std::optional(order_search{}) : std::nullopt}};
            p.baseline(1);
            REQUIRE(p.next());
            double sum = 0;
            for (const float w : own[1])
                sum += static_cast<double>(std::abs(w));
            CHECK(p.orders().is_identity() != permutes);
            return sum;
        };
        CHECK(kept(true) > kept(false));
    }
}

TEST_CASE("rows may move where that changes no need, and do change it elsewhere")
{
    const layer_spec narrow =
        dense{.inputs = 12, .outputs = 7, .reuse_factor = 4, .weight = {16, 6}, .data = {16, 6}};
    layer_spec unrolled = narrow; // no memory
    unrolled.reuse_factor = 1;
    layer_spec across = narrow; // multipliers with weights of two rows
    across.reuse_factor = 14;
    layer_spec soft = narrow;
    soft.weight = soft.data = {8, 4};
    layer_spec soft_unrolled = unrolled;
    soft_unrolled.weight = soft_unrolled.data = {8, 4};
    layer_spec pooled = narrow;
    pooled.strategy = strategy::latency;
    std::mt19937 random(9);
    int movable = 0, others_change = 0;
    for (const layer_spec& layer : {narrow, unrolled, across, soft, soft_unrolled, pooled})
        for (const structure& how : {structure::weights, structure::multipliers,
                 structure::packed_multipliers, structure::consecutive, structure::n_of(2),
                 structure::free_rows, structure::neurons, structure::constants,
                 structure{.kind = structure_kind::block, .block_outputs = 2, .block_inputs = 3}})
            for (const cost_policy& costs :
                {cost_policy::paper, cost_policy::hls, cost_policy::yosys, cost_policy::ecp5}) {
                const weight_matrix m = matrices_of(layer)[0];
                bool suits = true;
                try {
                    (void)resource_units(grouping(m, how), costs);
                } catch (const std::invalid_argument&) {
                    suits = false;
                }
                if (!suits)
                    continue;
                const grouping groups(m, how);
                const bool may_move = rows_may_move(groups, costs);
                movable += may_move ? 1 : 0;
                bool changes = false;
                for (int i = 0; i < 40; ++i) {
                    std::vector<float> weights(static_cast<std::size_t>(m.weights()));
                    std::vector<bool> keep(static_cast<std::size_t>(groups.groups()));
                    for (std::size_t g = 0; g < keep.size(); ++g)
                        keep[g] = random() % 3 == 0;
                    for (std::int64_t w = 0; w < m.weights(); ++w)
                        weights[static_cast<std::size_t>(w)] =
                            keep[static_cast<std::size_t>(groups.group_of(w))] ? 1.0F : 0.0F;
                    const resources before = recount(m, layout::hardware, weights, costs, how);
                    std::vector<std::uint32_t> rows(7);
                    std::iota(rows.begin(), rows.end(), 0U);
                    std::ranges::shuffle(rows, random);
                    permute_outputs(
                        m, layout::hardware, std::span(weights), input_permutation(rows));
                    changes =
                        changes || recount(m, layout::hardware, weights, costs, how) != before;
                }
                CAPTURE(to_string(how.kind));
                CAPTURE(m.reuse_factor);
                CHECK_FALSE((changes && may_move));
                others_change += changes ? 1 : 0;
            }
    CHECK(movable > 50);
    CHECK(others_change > 10);
}

TEST_CASE("inputs that cannot be permuted are refused when the pruner is made")
{
    const auto make = [](const std::vector<layer_rule>& rules, std::int64_t steps = 9) {
        deterministic::training mine;
        pruner_options options = permuting();
        options.permute_inputs->steps = steps;
        options.selection.rules = rules;
        pruner p{mine.layers, mine.views(), options};
    };
    const char* const sentence = "behind a layer whose rows may move";
    CHECK_NOTHROW(make({}));
    CHECK_NOTHROW(make({{.layer = "fc1", .structure = structure::packed_multipliers}}));
    CHECK_NOTHROW(make({{.layer = "fc1", .structure = structure::free_rows}}));
    CHECK_THROWS_WITH_AS(make({{.layer = "fc1", .structure = structure::multipliers}}),
        doctest::Contains(sentence), std::invalid_argument);
    CHECK_THROWS_WITH_AS(make({{.layer = "fc2", .structure = structure::free_rows}}),
        doctest::Contains(sentence), std::invalid_argument);
    CHECK_THROWS_WITH_AS(
        make({}, -1), doctest::Contains("no fewer steps than none"), std::invalid_argument);
}
