// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/choose.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <knapsack/hard.hpp>
#include <knapsack/linked.hpp>
#include <knapsack/tangled.hpp>
#include <optional>
#include <vector>

namespace tests_of_choose {

using namespace espalier;
using instances::dice;

namespace {

struct called {
    linked::endless time;
    detail::budget limits;
    detail::conditions terms{time.watch, limits, {}};

    explicit called(std::uint64_t steps = detail::budget::no_limit, double seconds = 1e9)
        : limits(time.watch, seconds, steps)
    {}
};

knapsack_solution chosen(const knapsack_problem& problem, called& by)
{
    const decided begin(problem);
    return problem.shared.empty() ? detail::choose_items(problem, begin, by.terms)
                                  : detail::choose_linked(problem, begin, by.terms);
}

} // namespace

TEST_CASE("floors are met in a second round, and only where the first breaks them")
{
    std::size_t broken = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        dice random(seed);
        knapsack_problem problem = random.one_in(2) ? linked::small_problem(12, false, random)
                                                    : instances::plain(12, 1 + random.below(2), 4,
                                                          instances::values::uniform, random);
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        called without;
        const knapsack_solution free = chosen(problem, without);
        std::vector<std::size_t> kept(problem.classes(), 0);
        std::vector<std::size_t> all(problem.classes(), 0);
        for (std::size_t item = 0; item < problem.size(); ++item) {
            kept[problem.class_of[item]] += free.keep[item];
            all[problem.class_of[item]] += problem.fixed_at(item) != decision::prune;
        }
        problem.floors = kept;
        CAPTURE(seed);
        called within;
        CHECK(chosen(problem, within).value == free.value);
        const std::size_t more = random.below(problem.classes());
        if (kept[more] == all[more])
            continue;
        problem.floors.assign(problem.classes(), 0);
        problem.floors[more] = kept[more] + 1;
        const decided again(problem);
        if (!again.reason.empty())
            continue;
        ++broken;
        called beyond;
        const knapsack_solution answer = chosen(problem, beyond);
        CHECK(judge::fault_of(problem, answer, judge::best_of_all_choices(problem)) ==
              judge::fault::none);
        CHECK(answer.value <= free.value);
    }
    CHECK(broken > 40);
}

TEST_CASE("classes are added to a list once")
{
    std::vector<std::uint32_t> floored{3, 1};
    CHECK_FALSE(detail::add_new(floored, {}));
    CHECK_FALSE(detail::add_new(floored, {1, 3}));
    CHECK(detail::add_new(floored, {1, 2, 2}));
    CHECK(floored == std::vector<std::uint32_t>{3, 1, 2});
}

TEST_CASE("the core that is handed over is all that a better choice may differ in")
{
    std::size_t open = 0;
    for (std::uint64_t seed = 0; seed < 800; ++seed) {
        dice random(seed);
        const knapsack_problem problem = random.one_in(2) ? linked::small_problem(12, true, random)
                                                          : instances::all_distinct(12, 3, random);
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        called by(random.one_in(2) ? detail::budget::no_limit
                                   : 1 + random.below(std::size_t{1} << random.below(18)));
        std::vector<std::uint32_t> core;
        const knapsack_solution found =
            problem.shared.empty() ? detail::choose_items(problem, begin, by.terms, &core)
                                   : detail::choose_linked(problem, begin, by.terms, &core);
        if (!found.has_answer())
            continue;
        // What is outside, decided as it is now.
        knapsack_problem rest = problem;
        rest.fixed.assign(problem.size(), decision::prune);
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (found.keep[item] != 0)
                rest.fixed[item] = decision::keep;
        for (const std::uint32_t item : core)
            rest.fixed[item] = problem.fixed_at(item);
        CAPTURE(seed);
        const std::optional<long double> best = judge::best_of_all_choices(rest);
        REQUIRE(best.has_value());
        CHECK(static_cast<double>(*best) ==
              doctest::Approx(instances::brute_force(problem)).epsilon(1e-12));
        open += !core.empty();
    }
    CHECK(open > 100);
}

TEST_CASE("where there was no room for a search, decisions are kept, or greedy's choice")
{
    std::size_t kept = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        const knapsack_problem problem =
            random.one_in(2) ? linked::small_problem(12, true, random) : tangled::small(10, random);
        const decided begin(problem);
        if (!begin.reason.empty() || problem.shared.empty())
            continue;
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        for (const bool is_late : {false, true}) {
            called by(is_late ? detail::budget::no_limit : 1, is_late ? -1 : 1e9);
            by.limits.spend(1);
            static_cast<void>(by.limits.check());
            const detail::linked_items items(
                problem, begin, {}, detail::infinity, by.limits, detail::workers());
            const knapsack_solution answer =
                detail::without_search(problem, begin, items, by.terms);
            CAPTURE(seed);
            CAPTURE(is_late);
            CHECK(judge::fault_of(problem, answer, best) == judge::fault::none);
            CHECK(answer.has_answer() == (answer.status != solve_status::unknown));
            if (answer.status != solve_status::unknown && answer.status != solve_status::optimal)
                CHECK(
                    answer.status == (is_late ? solve_status::time_limit : solve_status::feasible));
            for (std::size_t item = 0; item < problem.size() && answer.has_answer(); ++item)
                if (problem.fixed_at(item) == decision::keep) {
                    ++kept;
                    CHECK(answer.keep[item] != 0);
                }
        }
    }
    CHECK(kept > 30);
}

TEST_CASE("what a solve spends is its limit and little more")
{
    for (std::size_t kind = 0; kind < hard::kinds; ++kind) {
        dice random(kind + 1);
        const knapsack_problem problem = hard::make(kind, random);
        std::uint64_t before = 0;
        for (const std::uint64_t work : {1U, 100'000U, 3'000'000U, 20'000'000U}) {
            called by(work);
            const knapsack_solution answer = chosen(problem, by);
            CAPTURE(kind);
            CAPTURE(work);
            CHECK(by.limits.spent() < 2 * work + 3'000 * problem.size());
            CHECK((by.limits.spent() >= work || answer.status == solve_status::optimal));
            CHECK(by.limits.spent() >= before);
            before = by.limits.spent();
            CHECK_FALSE(by.limits.out_of_time());
        }
    }
}

} // namespace tests_of_choose
