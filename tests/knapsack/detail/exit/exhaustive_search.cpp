// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/exit/exhaustive_search.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <knapsack/judge.hpp>
#include <knapsack/linked.hpp>
#include <optional>
#include <vector>

namespace tests_of_exhaustive_search {

using namespace espalier;
using detail::exhaustive_search;
using instances::dice;

TEST_CASE("an exhaustive search finds the best, or that there is none")
{
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
        dice random(seed);
        const knapsack_problem problem = instances::make(instances::any_recipe(10, random), random);
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        CAPTURE(seed);
        REQUIRE(exhaustive_search::suits(problem, begin));
        linked::endless time;
        exhaustive_search all(problem, begin);
        REQUIRE(all.run(time.limits));
        const std::optional<long double> optimum = judge::best_of_all_choices(problem);
        REQUIRE(all.has_answer == optimum.has_value());
        impossible += !all.has_answer;
        if (!all.has_answer)
            continue;
        REQUIRE(is_feasible(problem, all.best()));
        const long double value = judge::sum_of(problem, all.best());
        CHECK(value >= *optimum * (1 - 1e-13L));
        for (std::size_t item = 0; item < problem.size(); ++item) {
            if (all.best()[item] == 0 || begin.of(item) != decision::free)
                continue;
            // What is worth nothing is kept for a floor alone.
            std::vector<std::uint8_t> without = all.best();
            without[item] = 0;
            if (!(problem.values[item] > 0))
                CHECK_FALSE(is_feasible(problem, without));
            // And where another item would do as well, the first one is.
            for (std::size_t other = 0; other < item; ++other) {
                if (all.best()[other] != 0 || begin.of(other) != decision::free ||
                    problem.values[other] != problem.values[item] ||
                    problem.class_of[other] != problem.class_of[item])
                    continue;
                std::vector<std::uint8_t> turned = without;
                turned[other] = 1;
                CHECK_FALSE(is_feasible(problem, turned));
            }
        }
    }
    CHECK(impossible > 30);
}

TEST_CASE("an exhaustive search is for few choices, and ends where the work does")
{
    knapsack_problem problem{.resources = 1,
        .values = std::vector<double>(17, 1.0),
        .class_of = std::vector<std::uint32_t>(17, 0),
        .class_costs = {{1}},
        .capacity = {9}};
    CHECK_FALSE(exhaustive_search::suits(problem, decided(problem))); // 131,072
    problem.fixed.resize(17, decision::free);
    problem.fixed[3] = decision::prune;
    const decided begin(problem);
    CHECK(exhaustive_search::suits(problem, begin));
    const stopwatch watch;
    detail::budget limits(watch, 1e9, 50);
    CHECK_FALSE(exhaustive_search(problem, begin).run(limits));
}

TEST_CASE("items of equal value in chains with floors, which no search proves, are tried")
{
    dice random(1'840);
    const knapsack_problem problem = instances::make(instances::any_recipe(14, random), random);
    const knapsack_solution best = exact{}(problem);
    CHECK(best.status == solve_status::optimal);
    CHECK(best.bound <= best.value * (1 + 2 * rounding_slack));
    const std::optional<long double> optimum = judge::best_of_all_choices(problem);
    CHECK(to_string(judge::fault_of(problem, best, optimum)) == "right");
}

} // namespace tests_of_exhaustive_search
