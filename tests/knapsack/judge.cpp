// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <how_often.hpp>
#include <knapsack/frontier.hpp>
#include <knapsack/instances.hpp>
#include <knapsack/judge.hpp>
#include <limits>
#include <optional>
#include <vector>

using namespace espalier;
using judge::fault;

namespace {

/// The same question, answered as slowly and plainly as possible.
std::optional<long double> best_by_definition(const knapsack_problem& problem)
{
    std::optional<long double> best;
    std::vector<std::uint8_t> keep(problem.size());
    for (std::size_t choice = 0; choice >> problem.size() == 0; ++choice) {
        long double value = 0;
        for (std::size_t item = 0; item < problem.size(); ++item) {
            keep[item] = choice >> item & 1U;
            value += keep[item] ? static_cast<long double>(problem.values[item]) : 0;
        }
        if (is_feasible(problem, keep) && (!best || value > *best))
            best = value;
    }
    return best;
}

} // namespace

TEST_CASE("the judge finds what the definition of the problem finds")
{
    for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
        instances::dice random(seed);
        const instances::recipe recipe = instances::any_recipe(9, random);
        const knapsack_problem problem = instances::make(recipe, random);
        CAPTURE(seed);
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        const std::optional<long double> by_definition = best_by_definition(problem);
        REQUIRE(best.has_value() == by_definition.has_value());
        if (best)
            CHECK(std::abs(*best - *by_definition) <= 1e-18L * *best);
    }
}

TEST_CASE("both judges find the same optimum")
{
    std::size_t compared = 0;
    for (std::uint64_t seed = 0; seed < how_often(4'000U); ++seed) {
        instances::dice random(seed);
        const instances::recipe recipe = instances::any_recipe(9, random);
        const knapsack_problem problem = instances::make(recipe, random);
        if (problem.resources > 2 || judge::frontier(problem).states() > 4096 ||
            judge::frontier(problem).amounts() > 10'000)
            continue;
        CAPTURE(seed);
        const std::optional<long double> best = judge::best_by_frontier(problem);
        const std::optional<long double> of_all = judge::best_of_all_choices(problem);
        REQUIRE(best.has_value() == of_all.has_value());
        if (best)
            CHECK(std::abs(*best - *of_all) <= 1e-18L * *best);
        ++compared;
    }
    CHECK(compared > how_often(1'000));
}

TEST_CASE("the judge names what is wrong with an answer")
{
    const knapsack_problem problem{.resources = 1,
        .values = {1, 2, 4},
        .class_of = {0, 0, 0},
        .class_costs = {{1}},
        .capacity = {2}};
    const std::optional<long double> optimum = judge::best_of_all_choices(problem);
    REQUIRE(optimum);
    CHECK(*optimum == 6);
    const knapsack_solution right{
        .keep = {0, 1, 1}, .value = 6, .bound = 6, .status = solve_status::optimal};
    CHECK(judge::fault_of(problem, right, optimum) == fault::none);

    const auto changed = [&](auto&& change) {
        knapsack_solution wrong = right;
        change(wrong);
        return judge::fault_of(problem, wrong, optimum);
    };
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(changed([](auto& s) { s.value = nan; }) == fault::not_a_number);
    CHECK(changed([](auto& s) { s.bound = nan; }) == fault::not_a_number);
    CHECK(changed([](auto& s) { s.shadow_price[0] = nan; }) == fault::not_a_number);
    CHECK(changed([](auto& s) { s.shadow_price[0] = -1; }) == fault::negative_price);
    CHECK(
        changed([](auto& s) { s.status = solve_status::infeasible; }) == fault::called_impossible);
    CHECK(changed([](auto& s) { s.status = solve_status::unknown; }) == fault::no_reason);
    CHECK(changed([](auto& s) { s.keep = {1, 1, 1}; }) == fault::breaks_a_constraint);
    CHECK(changed([](auto& s) { s.keep.pop_back(); }) == fault::breaks_a_constraint);
    CHECK(changed([](auto& s) { s.value = 6.00000001; }) == fault::wrong_sum);
    CHECK(changed([](auto& s) { s.bound = 5.9999; }) == fault::bound_too_low);
    const auto second_best = [](auto& s) {
        s.keep = {1, 0, 1};
        s.value = 5;
    };
    CHECK(changed(second_best) == fault::not_optimal);
    CHECK(changed([&](auto& s) {
        second_best(s);
        s.status = solve_status::time_limit;
    }) == fault::none);
    CHECK(judge::fault_of(problem, right, std::nullopt) == fault::answered_the_impossible);
    CHECK(judge::shortfall_in_last_places(4 - 0x1p-50, 4) == 1);
}
