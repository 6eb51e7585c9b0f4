// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/greedy_definition.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <vector>

namespace tests_of_greedy_definition {

using namespace espalier;
using instances::dice;

TEST_CASE("a filling takes what fits, and pays each unit once")
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        const knapsack_problem problem = instances::make(instances::any_recipe(12, random), random);
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        const detail::greedy_steps steps(problem);
        detail::filling filled = steps.begin();
        CAPTURE(seed);
        for (int step = 0; step < 20; ++step) {
            const auto item = static_cast<std::uint32_t>(random.below(problem.size()));
            std::vector<std::uint8_t> with = filled.keep;
            with[item] = 1;
            // The capacity that `decided` leaves may be less than all: no more than can be used.
            bool fits = filled.keep[item] == 0 && problem.fixed_at(item) == decision::free &&
                        begin.of(item) == decision::free;
            const resource_vector used = usage(problem, with);
            for (std::size_t r = 0; r < problem.resources; ++r)
                fits = fits && used[r] <= problem.capacity[r];
            CHECK(steps.take(item, filled) == fits);
            CHECK(filled.keep[item] == (with[item] != 0 && (fits || filled.keep[item] != 0)));
        }
    }
}

TEST_CASE("where the densest items leave no room for all floors the cheapest are tried")
{
    // The first item is the densest of its class, and with its unit leaves nothing for the other.
    const knapsack_problem problem{.resources = 1,
        .values = {10, 1, 0.5, 0.4},
        .class_of = {0, 0, 1, 1},
        .class_costs = {{1}, {2}},
        .capacity = {4},
        .shared = {.costs = {{2}}, .kind = {0}, .first = {0, 1}, .users = {0}},
        .floors = {1, 1}};
    const knapsack_solution found = greedy{}(problem);
    CHECK(found.status == solve_status::feasible);
    CHECK(found.keep == std::vector<std::uint8_t>{0, 1, 1, 0});
}

TEST_CASE("filling up adds what still fits and loses nothing")
{
    std::size_t more = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        knapsack_problem problem = instances::make(instances::any_recipe(12, random), random);
        problem.floors.clear();
        knapsack_solution solution;
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        solution.keep = detail::greedy_steps(problem).begin().keep; // what is decided alone
        solution.value = value_of(problem, solution.keep);
        const knapsack_solution before = solution;
        detail::fill_up(problem, solution);
        CAPTURE(seed);
        CHECK(is_feasible(problem, solution.keep));
        CHECK(solution.value == value_of(problem, solution.keep));
        CHECK(solution.bound >= solution.value);
        for (std::size_t item = 0; item < problem.size(); ++item) {
            CHECK(solution.keep[item] >= before.keep[item]);
            std::vector<std::uint8_t> with = solution.keep;
            with[item] = 1;
            if (solution.keep[item] == 0 && problem.values[item] > 0 &&
                problem.fixed_at(item) == decision::free)
                CHECK(!is_feasible(problem, with));
        }
        more += solution.value > before.value;
    }
    CHECK(more > 100);
}

} // namespace tests_of_greedy_definition
