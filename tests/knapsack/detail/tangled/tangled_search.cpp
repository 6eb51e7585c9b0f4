// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/choose.hpp>
#include <espalier/knapsack/detail/tangled/tangled_search.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <how_often.hpp>
#include <knapsack/linked.hpp>
#include <knapsack/tangled.hpp>
#include <limits>
#include <optional>

namespace tests_of_tangled_search {

using namespace espalier;
using detail::tangled_search;
using instances::dice;

namespace {

/// The search on its own, as `exact` calls it.
struct searched {
    linked::endless time;
    detail::budget limits;
    decided begin;
    tangled_search search;
    std::size_t parts = 0; ///< problems handed to the other methods

    /// \param most_parts  after so many problems for the other methods the budget is spent
    searched(const knapsack_problem& problem, std::uint64_t steps, bool begins_with_greedy,
        std::size_t most_parts = std::numeric_limits<std::size_t>::max())
        : limits(time.watch, 1e9, steps), begin(problem), search(problem, begin, limits)
    {
        const knapsack_solution quick = greedy{}(problem);
        if (begins_with_greedy && quick.has_answer())
            search.begin_with(quick.keep);
        search.run([&](const knapsack_problem& part) {
            if (++parts == most_parts)
                limits.spend(steps);
            const detail::conditions terms{
                time.watch, parts == most_parts ? time.limits : limits, {}};
            const decided its(part);
            if (!its.reason.empty())
                return no_answer(solve_status::infeasible, part, its.reason, time.watch);
            return part.shared.empty() ? detail::choose_items(part, its, terms)
                                       : detail::choose_linked(part, its, terms);
        });
    }
    searched(const searched&) = delete;
    searched& operator=(const searched&) = delete;
};

knapsack_problem any_problem(dice& random)
{
    return random.one_in(2) ? tangled::small(12, random) : tangled::bundles(random);
}

bool is_tangled(const knapsack_problem& problem)
{
    const linked::setting of(problem);
    return of.begin.reason.empty() && !of.parts.is_narrow;
}

} // namespace

TEST_CASE("tangled problems are solved as the trial of every choice solves them")
{
    std::size_t branched = 0;
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < how_often(350U); ++seed) {
        dice random(seed);
        const knapsack_problem problem = any_problem(random);
        branched += is_tangled(problem);
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        const knapsack_solution answer = exact{}(problem);
        CAPTURE(seed);
        CHECK(judge::fault_of(problem, answer, best) == judge::fault::none);
        CHECK(answer.status == (best ? solve_status::optimal : solve_status::infeasible));
        impossible += !best;
    }
    CHECK(branched > how_often(150));
    CHECK(impossible > how_often(5));
}

TEST_CASE("the search proves what it says, with a choice to begin with and without")
{
    std::size_t found = 0;
    constexpr std::uint64_t problems = how_often(200);
    for (std::uint64_t seed = 0; seed < problems; ++seed) {
        dice random(10'000 + seed);
        const knapsack_problem problem = any_problem(random);
        if (!is_tangled(problem))
            continue;
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        for (const bool begins : {true, false}) {
            const searched its(problem, detail::budget::no_limit, begins);
            CAPTURE(seed);
            CAPTURE(begins);
            CHECK(its.search.is_complete);
            CHECK(its.search.has_answer == best.has_value());
            if (!its.search.has_answer)
                continue;
            ++found;
            CHECK(its.search.best.status == solve_status::optimal);
            CHECK(judge::fault_of(problem, its.search.best, best) == judge::fault::none);
            CHECK(its.search.best.bound <= its.search.best.value * (1 + 1e-13));
        }
    }
    CHECK(found > 3 * problems / 4);
}

TEST_CASE("a search that its work ends has a bound that holds and no choice above the best")
{
    std::size_t ended = 0;
    std::size_t open = 0;
    for (std::uint64_t seed = 0; seed < how_often(400U); ++seed) {
        dice random(20'000 + seed);
        const knapsack_problem problem = any_problem(random);
        if (!is_tangled(problem))
            continue;
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        for (int trial = 0; trial < 4; ++trial) {
            const searched its(
                problem, 1 + random.below(std::size_t{500} << random.below(11)), random.one_in(2));
            ended += its.limits.is_spent();
            CAPTURE(seed);
            if (its.search.is_complete)
                CHECK(its.search.has_answer == best.has_value());
            if (best)
                CHECK(its.search.best.bound >= static_cast<double>(*best) * (1 - 1e-15));
            if (!its.search.has_answer)
                continue;
            CHECK(judge::fault_of(problem, its.search.best, best) == judge::fault::none);
            open += its.search.best.status == solve_status::feasible;
            CHECK(its.search.best.status != solve_status::time_limit);
        }
    }
    CHECK(ended > how_often(400));
    CHECK(open > how_often(50));
}

TEST_CASE("a search that ends between two nodes knows what the others may hold")
{
    std::size_t open = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        dice random(30'000 + seed);
        const knapsack_problem problem = tangled::bundles(random);
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        for (const std::size_t parts : {1U, 2U, 3U, 5U}) {
            const searched its(problem, std::uint64_t{1} << 60U, false, parts);
            CAPTURE(seed);
            CAPTURE(parts);
            if (best)
                CHECK(its.search.best.bound >= static_cast<double>(*best) * (1 - 1e-15));
            if (!its.search.has_answer)
                continue;
            CHECK(judge::fault_of(problem, its.search.best, best) == judge::fault::none);
            open += its.search.best.status == solve_status::feasible;
        }
    }
    CHECK(open > 50);
}

TEST_CASE("what the other methods leave unproven stays open")
{
    std::size_t checked = 0;
    constexpr std::uint64_t problems = how_often(200);
    for (std::uint64_t seed = 0; seed < problems; ++seed) {
        dice random(40'000 + seed);
        const knapsack_problem problem = any_problem(random);
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        if (!is_tangled(problem) || !best || !(*best > 0))
            continue;
        for (const bool answers : {true, false}) {
            linked::endless time;
            const decided begin(problem);
            tangled_search search(problem, begin, time.limits);
            search.run([&](const knapsack_problem& part) {
                if (!answers)
                    return no_answer(solve_status::unknown, part, "not looked for", time.watch);
                if (!decided(part).reason.empty())
                    return no_answer(solve_status::infeasible, part, "floors", time.watch);
                knapsack_solution solution = exact{}(part);
                if (solution.has_answer())
                    solution.status = solve_status::feasible;
                return solution;
            });
            CAPTURE(seed);
            CAPTURE(answers);
            CHECK_FALSE(search.is_complete);
            CHECK(search.has_answer == answers);
            CHECK(search.best.bound >= static_cast<double>(*best) * (1 - 1e-15));
            ++checked;
        }
    }
    CHECK(checked > problems / 2);
}

TEST_CASE("what leaves without a proof may hold counts with what is decided, no more and no less")
{
    std::size_t with_decisions = 0;
    for (std::uint64_t seed = 0; seed < how_often(400U); ++seed) {
        dice random(60'000 + seed);
        const knapsack_problem problem = any_problem(random);
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        if (!is_tangled(problem) || !best || !(*best > 0))
            continue;
        linked::endless time;
        const decided begin(problem);
        tangled_search search(problem, begin, time.limits);
        search.run([&](const knapsack_problem& part) {
            if (!decided(part).reason.empty())
                return no_answer(solve_status::infeasible, part, "floors", time.watch);
            // The right bound, and next to nothing kept.
            knapsack_solution solution = exact{}(part);
            if (!solution.has_answer())
                return solution;
            for (std::uint8_t& one : solution.keep)
                if (std::exchange(one, 0) != 0)
                    one = is_feasible(part, solution.keep) ? 0 : 1;
            solution.value = value_of(part, solution.keep);
            solution.status = solve_status::feasible;
            return solution;
        });
        CAPTURE(seed);
        CHECK_FALSE(search.is_complete);
        CHECK(search.best.bound == doctest::Approx(static_cast<double>(*best)).epsilon(1e-9));
        with_decisions += begin.has_decisions() ? 1 : 0;
    }
    CHECK(with_decisions > how_often(20));
}

TEST_CASE("a few units of a grid are decided, never the items, and what binds has a price")
{
    for (const std::size_t side : {7U, 9U}) { // the first has a narrow frontier after all
        dice random(4);
        const knapsack_problem problem = tangled::grid(side, random);
        CAPTURE(side);
        REQUIRE(is_tangled(problem) == (side > 7));
        const searched its(problem, detail::budget::no_limit, true);
        CHECK(its.search.best.status == solve_status::optimal);
        CHECK(is_feasible(problem, its.search.best.keep));
        CHECK(its.parts < 100);
        CHECK(its.search.best.shadow_price[0] + its.search.best.shadow_price[1] > 0);
    }
}

TEST_CASE("the search of a large grid ends soon after its work is spent")
{
    dice random(5);
    const knapsack_problem problem = tangled::grid(30, random);
    for (const std::uint64_t most : {1U, 1'000'000U, 20'000'000U}) {
        const searched its(problem, most, true);
        CAPTURE(most);
        CHECK(its.limits.spent() < 2 * most + 2'000'000);
        CHECK_FALSE(its.search.is_complete);
        CHECK(its.search.best.status == solve_status::feasible);
        CHECK(is_feasible(problem, its.search.best.keep));
        CHECK(its.search.best.bound >= its.search.best.value);
    }
}

} // namespace tests_of_tangled_search
