// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/choose.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
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

/// Problems that take more than a second each, of the kinds that keep different stages busy.
knapsack_problem hard(std::size_t kind, dice& random)
{
    switch (kind) {
    case 0: // many resources: branch and bound
        return instances::all_distinct(150, 10, random);
    case 1: // few, with large amounts: labels
        return [&] {
            knapsack_problem problem = instances::all_distinct(400, 4, random);
            for (resource_vector& cost : problem.class_costs)
                for (std::size_t r = 0; r < 4; ++r)
                    cost[r] = 1 + static_cast<std::int64_t>(random.below(1'000));
            for (std::size_t r = 0; r < 4; ++r)
                problem.capacity[r] = 80'000;
            return problem;
        }();
    case 2: // chains with a wide frontier: the oracle of components
        return [&] {
            knapsack_problem problem =
                instances::plain(600, 3, 30, instances::values::uniform, random);
            problem.shared.costs = {{1, 0, 2}, {2, 1, 0}, {0, 2, 1}};
            problem.shared.first = {0};
            for (std::uint32_t u = 0; u < 590; ++u) {
                for (std::uint32_t k = 0; k < 7; ++k)
                    problem.shared.users.push_back(u + k);
                problem.shared.kind.push_back(u % 3);
                problem.shared.first.push_back(problem.shared.users.size());
            }
            return problem;
        }();
    case 3: // tangled
        return tangled::grid(20, random);
    default: // floors on chains of ten
        knapsack_problem problem =
            instances::plain(2'000, 3, 20, instances::values::uniform, random);
        problem.shared.costs = {{1, 2, 0}, {2, 0, 1}};
        problem.shared.first = {0};
        for (std::uint32_t item = 0; item < 2'000; ++item) {
            problem.class_of[item] = item / 100;
            if (item % 10 == 9)
                continue;
            problem.shared.users.insert(problem.shared.users.end(), {item, item + 1});
            problem.shared.kind.push_back(item % 2);
            problem.shared.first.push_back(problem.shared.users.size());
        }
        problem.floors.assign(20, 4);
        problem.capacity = {900, 1'000, 800};
        return problem;
    }
}
constexpr std::size_t hard_kinds = 5;

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
    for (std::size_t kind = 0; kind < hard_kinds; ++kind) {
        dice random(kind + 1);
        const knapsack_problem problem = hard(kind, random);
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

TEST_CASE("what a solve spends is its limit and little more")
{
    for (std::size_t kind = 0; kind < hard_kinds; ++kind) {
        dice random(kind + 1);
        const knapsack_problem problem = hard(kind, random);
        const decided begin(problem);
        std::uint64_t before = 0;
        for (const std::uint64_t work : {1U, 100'000U, 3'000'000U, 20'000'000U}) {
            const stopwatch watch;
            detail::budget limits(watch, 1e9, work);
            const detail::conditions terms{watch, limits, {}};
            const knapsack_solution answer = problem.shared.empty()
                                                 ? detail::choose_items(problem, begin, terms)
                                                 : detail::choose_linked(problem, begin, terms);
            CAPTURE(kind);
            CAPTURE(work);
            CHECK(limits.spent() < 2 * work + 3'000 * problem.size());
            CHECK((limits.spent() >= work || answer.status == solve_status::optimal));
            CHECK(limits.spent() >= before);
            before = limits.spent();
            CHECK_FALSE(limits.out_of_time());
        }
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
