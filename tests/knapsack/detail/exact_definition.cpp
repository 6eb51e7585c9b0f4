// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/exact_definition.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <vector>

namespace tests_of_exact_definition {

using namespace espalier;
using instances::dice;

TEST_CASE("a choice that was found early becomes no worse than the quick one, within its bound")
{
    std::size_t better = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        knapsack_problem problem = instances::make(instances::any_recipe(12, random), random);
        problem.floors.clear();
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        const knapsack_solution best = exact{}(problem);
        knapsack_solution early;
        early.status = solve_status::feasible;
        early.keep = detail::greedy_steps(problem).begin().keep; // what is decided alone
        early.value = value_of(problem, early.keep);
        early.bound = best.bound + random.unit();
        const double bound = early.bound;
        const double value = early.value;
        detail::improve(problem, early);
        CAPTURE(seed);
        CHECK(is_feasible(problem, early.keep));
        CHECK(early.value == value_of(problem, early.keep));
        CHECK(early.value >= greedy{}(problem).value);
        CHECK(early.value <= best.bound);
        CHECK(early.bound >= best.value);
        CHECK(early.bound <= std::max(bound, early.value));
        better += early.value > value;
    }
    CHECK(better > 100);
}

TEST_CASE("where the quick way finds nothing an answer stays as it is but for what still fits")
{
    std::size_t alone = 0;
    for (std::uint64_t seed = 0; seed < 8'000; ++seed) {
        dice random(seed);
        const knapsack_problem problem = instances::make(instances::any_recipe(12, random), random);
        const knapsack_solution best = exact{}(problem);
        if (!best.has_answer() || greedy{}(problem).has_answer())
            continue;
        knapsack_solution early = best;
        early.status = solve_status::feasible;
        early.bound = 2 * best.bound;
        detail::improve(problem, early);
        CAPTURE(seed);
        CHECK(is_feasible(problem, early.keep));
        CHECK(early.value >= best.value);
        CHECK(early.value <= best.bound);
        CHECK(early.bound == 2 * best.bound);
        ++alone;
    }
    CHECK(alone > 10);
}

} // namespace tests_of_exact_definition
