// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

using namespace espalier;

TEST_CASE("a shared unit is paid once however many users are kept")
{
    const knapsack_problem problem{
        .resources = 2,
        .values = {1, 2, 3},
        .class_of = {0, 0, 0},
        .class_costs = {{1, 0}},
        .capacity = {3, 1},
        .shared = {.costs = {{0, 1}}, .kind = {0, 0}, .first = {0, 2, 3}, .users = {0, 1, 2}},
    };
    CHECK(usage(problem, std::vector<std::uint8_t>{1, 1, 0}) == resource_vector{2, 1});
    CHECK(usage(problem, std::vector<std::uint8_t>{1, 1, 1}) == resource_vector{3, 2});
    CHECK(is_feasible(problem, std::vector<std::uint8_t>{1, 1, 0}));
    CHECK_FALSE(is_feasible(problem, std::vector<std::uint8_t>{1, 1, 1}));
}

TEST_CASE("a choice that breaks any one constraint is not feasible")
{
    const knapsack_problem problem{
        .resources = 1,
        .values = {1, 2, 3, 4},
        .class_of = {0, 0, 1, 1},
        .class_costs = {{1}, {2}},
        .capacity = {4},
        .fixed = {decision::keep, decision::free, decision::free, decision::prune},
        .floors = {1, 1},
    };
    using choice = std::vector<std::uint8_t>;
    CHECK(is_feasible(problem, choice{1, 0, 1, 0}));
    CHECK(is_feasible(problem, choice{1, 1, 1, 0}));       // all of the capacity
    CHECK_FALSE(is_feasible(problem, choice{1, 0, 1}));    // says nothing of an item
    CHECK_FALSE(is_feasible(problem, choice{0, 1, 1, 0})); // one that must be kept
    CHECK_FALSE(is_feasible(problem, choice{1, 0, 0, 1})); // one that must be pruned
    CHECK_FALSE(is_feasible(problem, choice{1, 1, 0, 0})); // a floor
    knapsack_problem tighter = problem;
    tighter.capacity = {2};
    CHECK_FALSE(is_feasible(tighter, choice{1, 0, 1, 0})); // the capacity
    tighter.floors.clear();
    tighter.fixed.clear();
    CHECK(is_feasible(tighter, choice{0, 0, 0, 1}));
}
