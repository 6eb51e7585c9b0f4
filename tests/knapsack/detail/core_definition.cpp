// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/core.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <knapsack/linked.hpp>
#include <knapsack/tangled.hpp>
#include <limits>
#include <optional>
#include <stdexcept>
#include <vector>

namespace tests_of_core_definition {

using namespace espalier;
using instances::dice;

namespace {

/// Items worth little more or less than what they cost: all of them in doubt, so that the core has
/// many.
knapsack_problem in_doubt(std::size_t items, bool with_units, dice& random)
{
    knapsack_problem problem =
        instances::plain(items, 1 + random.below(3), 3, instances::values::uniform, random);
    for (std::size_t item = 0; item < items; ++item) {
        double cost = 0.01 * random.unit();
        for (const std::int64_t amount : problem.class_costs[problem.class_of[item]])
            cost += static_cast<double>(amount);
        problem.values[item] = cost;
    }
    if (with_units)
        instances::share(problem, instances::sharing::stars, random);
    return problem;
}

/// The core and the incumbent together hold a best choice, and nothing else is in the core's
/// feasible choices. Whether there was a core.
bool check(const knapsack_problem& problem, const std::optional<long double>& best)
{
    const knapsack_core core = reduce_to_core(problem);
    if (!best) {
        CHECK_FALSE(core.incumbent.has_answer());
        return false;
    }
    REQUIRE(core.incumbent.has_answer());
    CHECK(judge::fault_of(problem, core.incumbent, best) == judge::fault::none);
    CHECK(std::is_sorted(core.items.begin(), core.items.end()));
    CHECK(std::adjacent_find(core.items.begin(), core.items.end()) == core.items.end());
    const auto optimum = static_cast<double>(*best);
    if (core.items.empty()) {
        CHECK(core.incumbent.value == doctest::Approx(optimum).epsilon(1e-12));
        return false;
    }
    REQUIRE(core.problem.size() == core.items.size());
    long double outside = 0;
    for (std::size_t item = 0; item < problem.size(); ++item)
        if (!std::binary_search(core.items.begin(), core.items.end(), item) &&
            core.incumbent.keep[item])
            outside += static_cast<long double>(problem.values[item]);
    const std::optional<long double> inside = judge::best_of_all_choices(core.problem);
    REQUIRE(inside.has_value());
    CHECK(static_cast<double>(*inside + outside) == doctest::Approx(optimum).epsilon(1e-12));
    // What fits the core fits the whole, and the other way round.
    const knapsack_solution solved = exact{}(core.problem);
    CHECK(is_feasible(problem, core.expand(solved.keep)));
    CHECK(static_cast<double>(judge::sum_of(problem, core.expand(solved.keep))) ==
          doctest::Approx(optimum).epsilon(1e-12));
    return true;
}

} // namespace

TEST_CASE("the core never loses the optimum, at any limit, with units, floors and decisions")
{
    std::size_t cores = 0;
    for (std::uint64_t seed = 0; seed < 1'500; ++seed) {
        dice random(seed);
        const instances::recipe of = instances::any_recipe(12, random);
        const knapsack_problem problem = instances::make(of, random);
        CAPTURE(seed);
        cores += check(problem, judge::best_of_all_choices(problem));
    }
    CHECK(cores > 50);
}

TEST_CASE("where everything is in doubt the core has it all, and loses nothing")
{
    std::size_t cores = 0;
    std::size_t decided_some = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        knapsack_problem problem = in_doubt(14, random.one_in(2), random);
        if (random.one_in(3))
            instances::fix_some(problem, random);
        if (random.one_in(3))
            instances::set_floors(problem, random);
        CAPTURE(seed);
        cores += check(problem, judge::best_of_all_choices(problem));
        decided_some += !problem.fixed.empty();
    }
    CHECK(cores > 40);
    CHECK(decided_some > 50);
}

TEST_CASE("tangled problems that are not proven are all core")
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        dice random(seed);
        const knapsack_problem problem = tangled::small(11, random);
        CAPTURE(seed);
        check(problem, judge::best_of_all_choices(problem));
    }
}

TEST_CASE("the core keeps what huge capacities leave")
{
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    std::size_t cores = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        knapsack_problem problem = in_doubt(12, random.one_in(2), random);
        ++problem.resources; // one that never binds
        problem.capacity[problem.resources - 1] = huge;
        for (resource_vector& cost : problem.class_costs)
            cost[problem.resources - 1] = random.one_in(2) ? 1 : std::int64_t{1} << 55U;
        if (random.one_in(2))
            problem.floors.assign(problem.classes(), 1);
        for (std::size_t c = 0; c < problem.floors.size(); ++c)
            problem.floors[c] = std::min<std::size_t>(problem.floors[c],
                static_cast<std::size_t>(
                    std::count(problem.class_of.begin(), problem.class_of.end(), c)));
        CAPTURE(seed);
        cores += check(problem, judge::best_of_all_choices(problem));
    }
    CHECK(cores > 40);
}

TEST_CASE("where the time ends before anything is decided, all is core")
{
    std::size_t beaten = 0; // incumbents
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        const knapsack_problem problem =
            seed % 2 == 0 ? instances::all_distinct(30, 1 + random.below(3), random)
                          : linked::small_problem(14, true, random);
        const knapsack_solution best = exact{}(problem);
        const knapsack_core core = reduce_to_core(problem, 1e-9);
        CAPTURE(seed);
        if (!best.has_answer() || !core.incumbent.has_answer())
            continue;
        if (core.items.empty()) {
            CHECK(core.incumbent.value == doctest::Approx(best.value).epsilon(1e-12));
            continue;
        }
        const std::vector<std::uint8_t> keep = core.expand(exact{}(core.problem).keep);
        CHECK(is_feasible(problem, keep));
        CHECK(value_of(problem, keep) == doctest::Approx(best.value).epsilon(1e-12));
        beaten += core.incumbent.value < best.value;
    }
    CHECK(beaten > 50);
}

TEST_CASE("thousands of items in doubt become hundreds at most, and the best is among them")
{
    std::size_t cores = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        dice random(seed);
        knapsack_problem problem =
            instances::plain(3'000, 1, 40, instances::values::uniform, random);
        for (std::size_t c = 0; c < problem.classes(); ++c)
            problem.class_costs[c][0] = static_cast<std::int64_t>(1'000 + random.below(9'000));
        for (std::size_t item = 0; item < problem.size(); ++item)
            problem.values[item] =
                static_cast<double>(problem.class_costs[problem.class_of[item]][0]) *
                (1 + 1e-3 * random.unit());
        problem.capacity[0] = 5'000'000 + static_cast<std::int64_t>(random.below(1'000));
        const knapsack_core core = reduce_to_core(problem);
        const knapsack_solution best = exact{}(problem);
        CAPTURE(seed);
        REQUIRE(best.status == solve_status::optimal);
        const std::vector<std::uint8_t> keep =
            core.items.empty() ? core.incumbent.keep : core.expand(exact{}(core.problem).keep);
        CHECK(is_feasible(problem, keep));
        CHECK(value_of(problem, keep) == doctest::Approx(best.value).epsilon(1e-13));
        cores += !core.items.empty();
        CHECK(core.items.size() < 500);
    }
    CHECK(cores > 0);
}

TEST_CASE("a hundred thousand items become a few")
{
    dice random(7);
    const knapsack_problem problem =
        instances::plain(100'000, 2, 8, instances::values::uniform, random);
    const knapsack_core core = reduce_to_core(problem);
    const knapsack_solution best = exact{}(problem);
    REQUIRE(best.status == solve_status::optimal);
    CHECK(core.items.size() < 2'000);
    if (!core.items.empty()) {
        const std::vector<std::uint8_t> keep = core.expand(exact{}(core.problem).keep);
        CHECK(is_feasible(problem, keep));
        CHECK(value_of(problem, keep) == doctest::Approx(best.value).epsilon(1e-13));
    }
}

TEST_CASE("what is infeasible has no core, and the reason")
{
    knapsack_problem problem{.resources = 1,
        .values = {1, 1},
        .class_of = {0, 0},
        .class_costs = {{5}},
        .capacity = {7},
        .fixed = {decision::keep, decision::keep}};
    const knapsack_core core = reduce_to_core(problem);
    CHECK(core.incumbent.status == solve_status::infeasible);
    CHECK(core.incumbent.reason == exact{}(problem).reason);
    CHECK(core.items.empty());
    CHECK(core.problem.size() == 0);
    CHECK_THROWS_AS(static_cast<void>(reduce_to_core(problem, 0)), std::invalid_argument);
}

} // namespace tests_of_core_definition
