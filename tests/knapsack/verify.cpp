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
