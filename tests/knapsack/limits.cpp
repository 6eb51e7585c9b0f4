// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <knapsack/hard.hpp>
#include <knapsack/instances.hpp>
#include <knapsack/linked.hpp>
#include <knapsack/tangled.hpp>
#include <optional>
#include <vector>

using namespace espalier;
using instances::dice;

namespace {

bool are_equal(const knapsack_solution& a, const knapsack_solution& b)
{
    return a.keep == b.keep && a.value == b.value && a.bound == b.bound && a.status == b.status &&
           a.reason == b.reason && a.shadow_price == b.shadow_price;
}

knapsack_problem small(dice& random)
{
    return random.one_in(4) ? tangled::small(10, random)
                            : instances::make(instances::any_recipe(10, random), random);
}

} // namespace

TEST_CASE("a search that its work ends is right about what it says, and says that it was not time")
{
    std::size_t stopped = 0;
    std::size_t proven = 0;
    for (std::uint64_t seed = 0; seed < 900; ++seed) {
        dice random(seed);
        const knapsack_problem problem = small(random);
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        for (const std::uint64_t work : {std::uint64_t{1}, std::uint64_t{300} << random.below(4),
                 std::uint64_t{5'000} << random.below(10)}) {
            const exact limited{.time_limit = 1e9, .work_limit = work};
            const knapsack_solution answer = limited(problem);
            CAPTURE(seed);
            CAPTURE(work);
            CHECK(judge::fault_of(problem, answer, best) == judge::fault::none);
            CHECK(answer.status != solve_status::time_limit);
            stopped += answer.status == solve_status::feasible;
            proven += answer.status == solve_status::optimal;
            if (seed % 4 == 0)
                CHECK(are_equal(answer, limited(problem)));
        }
    }
    CHECK(stopped > 200);
    CHECK(proven > 200);
}

TEST_CASE("a search that time ends says so, and is right about what it says")
{
    std::size_t stopped = 0;
    for (std::uint64_t seed = 0; seed < 900; ++seed) {
        dice random(seed);
        const knapsack_problem problem = small(random);
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        const knapsack_solution answer = exact{.time_limit = 1e-9}(problem);
        CAPTURE(seed);
        CHECK(judge::fault_of(problem, answer, best) == judge::fault::none);
        CHECK(answer.status != solve_status::feasible);
        stopped += answer.status == solve_status::time_limit;
    }
    CHECK(stopped > 80);
}

TEST_CASE("no bound is below any value that another limit finds")
{
    for (std::size_t kind = 0; kind < hard::kinds; ++kind) {
        dice random(kind + 1);
        const knapsack_problem problem = hard::make(kind, random);
        const knapsack_solution quick = greedy{}(problem);
        double largest = quick.value;
        std::vector<double> bounds{quick.bound};
        for (const std::uint64_t work : {1U, 100'000U, 3'000'000U, 20'000'000U}) {
            const knapsack_solution answer = exact{.time_limit = 1e9, .work_limit = work}(problem);
            CAPTURE(kind);
            CAPTURE(work);
            REQUIRE(answer.has_answer());
            CHECK(answer.status ==
                  (kind == 4 && work > 5'000'000 ? solve_status::optimal : solve_status::feasible));
            CHECK(is_feasible(problem, answer.keep));
            CHECK(answer.value >= quick.value);
            CHECK(answer.value == value_of(problem, answer.keep));
            largest = std::max(largest, answer.value);
            bounds.push_back(answer.bound);
            CHECK(answer.bound <= bounds[1]); // more work never makes the first bound worse
        }
        for (const double bound : bounds)
            CHECK(bound >= largest);
    }
}

TEST_CASE("with floors too a limit leaves what greedy finds")
{
    std::size_t floored = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(40'000 + seed);
        knapsack_problem problem = linked::small_problem(30, true, random);
        const knapsack_solution quick = greedy{}(problem);
        if (!quick.has_answer())
            continue;
        floored += !problem.floors.empty();
        CAPTURE(seed);
        for (const std::uint64_t work : {1U, 100U, 5'000U}) {
            const knapsack_solution answer = exact{.time_limit = 1e9, .work_limit = work}(problem);
            REQUIRE(answer.has_answer());
            CHECK(is_feasible(problem, answer.keep));
            CHECK(answer.value >= quick.value);
            CHECK(answer.status != solve_status::time_limit);
        }
        const knapsack_solution late = exact{.time_limit = 1e-9}(problem);
        REQUIRE(late.has_answer());
        CHECK(late.value >= quick.value);
        CHECK(late.status != solve_status::feasible);
    }
    CHECK(floored > 100);
}
