// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <knapsack/dynamic_programming.hpp>
#include <knapsack/instances.hpp>

// Mistakes that were found in another implementation of knapsack pruning, and must not be made
// here.

using namespace espalier;
using instances::dice;

TEST_CASE("dynamic programming never loses a solution to the rounding of real values")
{
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        dice random(seed);
        knapsack_problem problem =
            instances::plain(1 + random.below(40), 1, 4, instances::values::uniform, random);
        const knapsack_solution best = dynamic_programming{}(problem);
        REQUIRE(best.status == solve_status::optimal);
        CHECK(is_feasible(problem, best.keep));
        CHECK(best.value == doctest::Approx(exact{}(problem).value).epsilon(1e-12));
    }
}

TEST_CASE("greedy keeps no item heavier than the capacity")
{
    const knapsack_problem problem{.resources = 1,
        .values = {100, 1},
        .class_of = {0, 1},
        .class_costs = {{9}, {2}},
        .capacity = {5}};
    const knapsack_solution answer = greedy{}(problem);
    CHECK(answer.keep == std::vector<std::uint8_t>{0, 1});
}

TEST_CASE("greedy takes any number of constraints")
{
    for (std::size_t resources = 1; resources <= max_resources; ++resources) {
        dice random(resources);
        const knapsack_problem problem =
            instances::plain(50, resources, 5, instances::values::uniform, random);
        const knapsack_solution answer = greedy{}(problem);
        CHECK(answer.has_answer());
        CHECK(is_feasible(problem, answer.keep));
    }
}

TEST_CASE("greedy is never worse than the best single item")
{
    const knapsack_problem problem{.resources = 1,
        .values = {2, 10},
        .class_of = {0, 1},
        .class_costs = {{1}, {10}},
        .capacity = {10}};
    CHECK(greedy{}(problem).keep == std::vector<std::uint8_t>{0, 1});
}

TEST_CASE("importances far below 1e-5 count in full")
{
    const knapsack_problem problem{.resources = 1,
        .values = {1e-9, 3e-9, 2e-9},
        .class_of = {0, 0, 0},
        .class_costs = {{1}},
        .capacity = {1}};
    CHECK(exact{}(problem).keep == std::vector<std::uint8_t>{0, 1, 0});
    CHECK(greedy{}(problem).keep == std::vector<std::uint8_t>{0, 1, 0});
    CHECK(dynamic_programming{}(problem).keep == std::vector<std::uint8_t>{0, 1, 0});
}
