// SPDX-License-Identifier: Apache-2.0
#include "needed_hardware.hpp"

#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/prune/detail/part_of.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/selection.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using namespace espalier;

TEST_CASE("a part costs what the whole costs where everything else is pruned, and keeps its floors")
{
    std::mt19937_64 random(41);
    int differ = 0;
    std::size_t shared = 0, floors = 0, several = 0;
    for (int i = 0; i < 400; ++i) {
        auto [layers, structures, options, order] = needed_hardware::draw(random);
        options.keep_at_least = random() % 4;
        selection s(layers, options);
        std::vector<double> values(s.items());
        for (double& v : values)
            v = static_cast<double>(random() % 50);
        const knapsack_problem& whole = s.pose(values, s.total());
        std::size_t items = 0;
        for (const layer_items& layer : s.layers()) {
            CHECK(layer.first_item == items);
            items += layer.items;
            const resource_vector capacity{7, 8, 9};
            const knapsack_problem part =
                detail::part_of(whole, layer.first_item, layer.items, capacity);
            CHECK(part.capacity == capacity);
            CHECK(part.resources == whole.resources);
            shared += part.shared.size();
            for (int k = 0; k < 3; ++k) {
                std::vector<std::uint8_t> own(layer.items);
                for (std::uint8_t& kept : own)
                    kept = static_cast<std::uint8_t>(random() % 3 == 0);
                std::vector<std::uint8_t> keep(s.items(), 0);
                std::copy(own.begin(), own.end(),
                    keep.begin() + static_cast<std::ptrdiff_t>(layer.first_item));
                differ += usage(part, own) != usage(whole, keep) ? 1 : 0;
            }
            // The floor of an item's class is the same, found through any item.
            for (std::size_t g = 0; g < layer.items; ++g) {
                const std::size_t floor = whole.floor_of(whole.class_of[layer.first_item + g]);
                differ += part.floor_of(part.class_of[g]) != floor ? 1 : 0;
                differ += part.values[g] != values[layer.first_item + g] ? 1 : 0;
                floors += floor;
            }
        }
        CHECK(items == s.items());
        several += s.layers().size() > 1 ? 1 : 0;
    }
    CHECK(differ == 0);
    CHECK((shared > 1000 && floors > 1000 && several > 100));
}

TEST_CASE("layer by layer every layer loses the same part, whatever its weights are worth")
{
    const std::vector<layer_spec> layers{
        dense{.name = "small", .inputs = 10, .outputs = 4, .weight = {18, 8}},
        dense{.name = "large", .inputs = 20, .outputs = 10, .reuse_factor = 2, .weight = {18, 8}},
        lstm{.name = "memory", .inputs = 3, .units = 2, .weight = {18, 8}},
        dense{.inputs = 2, .outputs = 2, .weight = {18, 8}}};
    std::vector<std::vector<float>> weights;
    std::mt19937 random(3);
    std::uniform_real_distribution<float> some(0.5F, 1.0F);
    for (const layer_spec& layer : layers)
        for (const weight_matrix& m : matrices_of(layer)) {
            weights.emplace_back(static_cast<std::size_t>(m.weights()));
            for (float& w : weights.back())
                w = some(random) * (weights.size() == 2 ? 100.0F : 1.0F);
        }
    pruner p{layers, {weights_in(layout::pytorch, weights)},
        {.schedule = constant{.steps = 2, .target = 0.8},
            .scope = scope::layer,
            .normalize_by = normalization::none}};
    p.baseline(1);
    // 40, 100, 24 + 16, 4 multipliers; the 50 columns of the second layer serve two each.
    for (const auto& expected : std::vector<std::vector<std::int64_t>>{
             {24, 60, 24, 2}, {8, 20, 8, 1}}) { // of four 0.8 remain, and the floor is one
        auto round = p.next();
        REQUIRE(round);
        const auto kept = [&](std::size_t m) {
            return std::count(p.masks()[m].begin(), p.masks()[m].end(), std::uint8_t{1});
        };
        CHECK(kept(0) == expected[0]);
        CHECK(kept(1) == 2 * expected[1]);
        CHECK(kept(2) + kept(3) == expected[2]);
        CHECK(kept(4) == expected[3]);
        std::int64_t dsp = 0;
        for (const std::int64_t layer : expected)
            dsp += layer;
        CHECK(round->record().usage.dsp == dsp);
        CHECK(round->record().budget.dsp == dsp);
        CHECK(round->record().usage.bram18 <= round->record().budget.bram18);
        CHECK(round->record().status == solve_status::optimal);
        p.report(1);
    }
    CHECK_FALSE(p.next());
    CHECK(p.stopped_because() == "the schedule is complete");
}

TEST_CASE("layer by layer no round is repeated, and what cannot be is said with its layer")
{
    const std::vector<layer_spec> layers{dense{.name = "a", .inputs = 4, .outputs = 3},
        dense{.name = "b", .inputs = 5, .outputs = 2}};
    std::vector<std::vector<float>> weights{
        std::vector<float>(12, 1.0F), std::vector<float>(10, 1.0F)};
    pruner p{layers, {weights_in(layout::pytorch, weights)},
        {.schedule = constant{.steps = 100, .target = 1}, .scope = scope::layer}};
    p.baseline(1);
    std::vector<std::int64_t> taken{22};
    while (auto round = p.next()) {
        CHECK(round->record().usage.dsp < taken.back());
        taken.push_back(round->record().usage.dsp);
        p.report(1);
    }
    CHECK(taken.back() == 2); // the floors
    CHECK(taken.size() > 10);

    pruner q{layers, {weights_in(layout::pytorch, weights)},
        {.schedule = constant{.steps = 1, .target = at_most{.dsp = 2}},
            .scope = scope::layer,
            .selection = {.rules = {unpruned("b")}}}};
    q.baseline(1);
    CHECK_FALSE(q.next());
    CHECK(q.stopped_because().find("no choice of groups fits the budget: layer b: ") == 0);
}

TEST_CASE("layer by layer a step is known only if it is so in every layer")
{
    // Neurons of eight DSPs and neurons of one: while the first layer has some to spare, the second
    // has not, and the sums of both would not tell.
    const std::vector<layer_spec> layers{
        dense{.name = "coarse", .inputs = 8, .outputs = 5, .weight = {18, 8}},
        dense{.name = "fine", .inputs = 1, .outputs = 100, .weight = {18, 8}}};
    std::vector<std::vector<float>> weights{
        std::vector<float>(40, 1.0F), std::vector<float>(100, 1.0F)};
    pruner p{layers, {weights_in(layout::pytorch, weights)},
        {.schedule = constant{.steps = 20, .target = 0.8},
            .scope = scope::layer,
            .selection = {.structure = structure::neurons}}};
    p.baseline(1);
    for (int k = 1; k <= 20; ++k) {
        const int coarse = 8 * ((4000 - 160 * k) / 800);
        auto round = p.next();
        REQUIRE(round);
        CHECK(round->record().usage.dsp == coarse + 100 - 4 * k);
        p.report(1);
    }
    CHECK_FALSE(p.next());
}

TEST_CASE(
    "gap and time of all layers together are those of their sums, and one unproven layer tells")
{
    const std::vector<layer_spec> layers{dense{.name = "a", .inputs = 4, .outputs = 3},
        dense{.name = "b", .inputs = 5, .outputs = 2}};
    std::vector<std::vector<float>> weights{
        std::vector<float>(12, 1.0F), std::vector<float>(10, 1.0F)};
    pruner p{layers, {weights_in(layout::pytorch, weights)},
        {.schedule = constant{.steps = 1, .target = 0.5},
            .scope = scope::layer,
            .normalize_by = normalization::none,
            .solver = [](const knapsack_problem& problem) {
                knapsack_solution answer = exact{}(problem);
                answer.bound = answer.value + 1; // of 6 and of 5
                answer.status = problem.values.size() == 12 ? solve_status::feasible // the first
                                                            : solve_status::optimal;
                answer.seconds = 2;
                return answer;
            }}};
    p.baseline(1);
    const auto round = p.next();
    REQUIRE(round);
    CHECK(round->record().gap == doctest::Approx(2.0 / 13));
    CHECK(round->record().status == solve_status::feasible);
    CHECK(round->record().solver_seconds == 4);
}
