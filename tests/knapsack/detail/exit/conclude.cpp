// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/exit/conclude.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace tests_of_conclude {

using namespace espalier;

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// Two of three items kept, worth 3 together; the search worked with values times 4.
knapsack_solution concluded(
    const detail::search_result& found, double rounding = 0, double seconds = 1e9)
{
    const knapsack_problem problem{.resources = 2,
        .values = {1, 2, 4},
        .class_of = {0, 0, 0},
        .class_costs = {{1, 1}},
        .capacity = {2, 2}};
    const stopwatch watch;
    detail::budget limits(watch, seconds, detail::budget::no_limit);
    static_cast<void>(limits.check());
    knapsack_solution solution;
    solution.keep = {1, 1, 0};
    detail::conclude(problem, found, {8, 2, 77}, 4, rounding, limits, {}, solution);
    return solution;
}

} // namespace

TEST_CASE("a proven choice is optimal, and its bound exceeds it by rounding alone")
{
    const knapsack_solution best = concluded({.loss = 5, .least_loss = 5, .proven = true});
    CHECK(best.value == 3);
    CHECK(best.status == solve_status::optimal);
    CHECK(best.bound > 3);
    CHECK(best.bound < 3 * (1 + 1e-13));
    CHECK(best.shadow_price[0] == 2);
    CHECK(best.shadow_price[1] == 0.5);
    CHECK(best.shadow_price[2] == 0); // no such resource
}

TEST_CASE("what could still be gained is in the bound, in the problem's own values")
{
    const knapsack_solution some = concluded({.loss = 5, .least_loss = 3});
    CHECK(some.status == solve_status::feasible);
    CHECK(some.bound >= 3.5);
    CHECK(some.bound < 3.5 * (1 + 1e-13));
    const knapsack_solution late = concluded({.loss = 5, .least_loss = 3}, 0, -1);
    CHECK(late.status == solve_status::time_limit);
    CHECK(late.bound == some.bound);
    // No less than the value, whatever was concluded about losses.
    CHECK(concluded({.loss = 5, .least_loss = 6}).bound >= 3);
    // A proof is a proof, late or not.
    CHECK(concluded({.loss = 5, .least_loss = 5, .proven = true}, 0, -1).status ==
          solve_status::optimal);
}

TEST_CASE("what the sum of the values would not show is as good as proven")
{
    const auto short_by = [](double part) {
        return concluded({.loss = 12 * part, .least_loss = 0}).status;
    };
    CHECK(short_by(0.9 * epsilon) == solve_status::optimal);
    CHECK(short_by(1.1 * epsilon) == solve_status::feasible);
}

TEST_CASE("rounding that hides much proves nothing, and is in the bound")
{
    const detail::search_result proven{.loss = 5, .least_loss = 5, .proven = true};
    CHECK(concluded(proven, 12 * 0.9e-12).status == solve_status::optimal);
    const knapsack_solution hidden = concluded(proven, 12 * 1.1e-12);
    CHECK(hidden.status == solve_status::feasible);
    CHECK(hidden.bound >= 3 * (1 + 1.1e-12));
    const knapsack_solution drowned = concluded(proven, 400);
    CHECK(drowned.status == solve_status::feasible);
    CHECK(drowned.bound >= 103);
    CHECK(concluded({.loss = 5, .least_loss = 5}, 400).bound >= 103);
}

} // namespace tests_of_conclude
