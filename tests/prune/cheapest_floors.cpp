// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/verify.hpp>
#include <espalier/prune/detail/cheapest_floors.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <vector>

using namespace espalier;
using instances::dice;

TEST_CASE("the floors of any problem are kept, and nothing above them")
{
    dice random(11);
    for (int round = 0; round < 3000; ++round) {
        CAPTURE(round);
        knapsack_problem problem = instances::any(30, random);
        std::vector<std::size_t> kept(problem.classes(), 0), needed(problem.classes(), 0);
        std::vector<std::size_t> available(problem.classes(), 0);
        for (std::size_t item = 0; item < problem.size(); ++item) {
            needed[problem.class_of[item]] += problem.fixed_at(item) == decision::keep ? 1 : 0;
            available[problem.class_of[item]] += problem.fixed_at(item) != decision::prune ? 1 : 0;
        }
        bool can_be_kept = true;
        for (std::size_t c = 0; c < problem.classes(); ++c) {
            needed[c] = std::max(needed[c], problem.floor_of(c));
            can_be_kept = can_be_kept && needed[c] <= available[c];
        }
        const std::vector<std::uint8_t> keep = detail::cheapest_floors(problem);
        for (std::size_t item = 0; item < problem.size(); ++item)
            kept[problem.class_of[item]] += keep[item];
        problem.capacity = usage(problem, keep);
        CHECK(is_feasible(problem, keep) == can_be_kept);
        if (can_be_kept)
            CHECK(kept == needed);
    }
}

TEST_CASE("a single item that is kept is the cheapest one")
{
    dice random(12);
    int chose_another = 0;
    for (int round = 0; round < 2000; ++round) {
        CAPTURE(round);
        knapsack_problem problem =
            instances::plain(1 + random.below(12), 1, 1, instances::values::uniform, random);
        instances::share(problem,
            static_cast<instances::sharing>(random.below(instances::sharing_kinds)), random);
        problem.floors = {1};
        const auto need = [&](std::size_t item) {
            std::vector<std::uint8_t> alone(problem.size(), 0);
            alone[item] = 1;
            return usage(problem, alone)[0];
        };
        std::size_t cheapest = 0;
        for (std::size_t item = 1; item < problem.size(); ++item)
            if (need(item) < need(cheapest))
                cheapest = item;
        const std::vector<std::uint8_t> keep = detail::cheapest_floors(problem);
        CHECK(std::count(keep.begin(), keep.end(), 1) == 1);
        const auto chosen =
            static_cast<std::size_t>(std::find(keep.begin(), keep.end(), 1) - keep.begin());
        CHECK(need(chosen) == need(cheapest));
        chose_another += chosen != 0 ? 1 : 0;
    }
    CHECK(chose_another > 100);
}

TEST_CASE("units that are used already add nothing")
{
    const knapsack_problem problem{.resources = 1,
        .values = {1, 1, 1, 1},
        .class_of = {0, 0, 0, 0},
        .class_costs = {{0}},
        .shared = {.costs = {{2}, {1}},
            .kind = {0, 1, 0}, // of 0 and 1 together, 1 and 3, 2 and 3
            .first = {0, 2, 4, 6},
            .users = {0, 1, 1, 3, 2, 3}},
        .floors = {2}};
    CHECK(detail::cheapest_floors(problem) == std::vector<std::uint8_t>{1, 1, 0, 0});
}
