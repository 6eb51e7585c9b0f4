// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/component_core.hpp>
#include <espalier/knapsack/detail/core/core_search.hpp>
#include <espalier/knapsack/detail/entry/linked_items.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <how_often.hpp>
#include <knapsack/core_problems.hpp>
#include <knapsack/linked.hpp>
#include <numeric>
#include <vector>

namespace tests_of_component_core {

using namespace espalier;
using core_problems::infinity;
using instances::dice;

namespace {

constexpr std::size_t everything = std::size_t{1} << 40U;

struct setting {
    knapsack_problem problem;
    decided begin;
    linked::endless time;
    detail::linked_items items;
    detail::component_core parts;
    detail::search_result found;

    /// \param most_floored  floors that were broken before; the others are there all the same
    explicit setting(knapsack_problem the_problem, std::size_t most_floored = everything)
        : problem(std::move(the_problem)),
          begin(problem),
          items(
              problem, begin, some_floors(problem, begin, most_floored), infinity, time.limits, {}),
          parts(items, problem, time.limits, {})
    {}
    setting(const setting&) = delete;
    setting& operator=(const setting&) = delete;

    static std::vector<std::uint32_t> some_floors(
        const knapsack_problem& problem, const decided& begin, std::size_t most)
    {
        std::vector<std::uint32_t> floored;
        for (std::uint32_t c = 0; c < problem.classes() && !begin.missing.empty(); ++c)
            if (begin.missing[c] > 0 && floored.size() < most)
                floored.push_back(c);
        return floored;
    }
    [[nodiscard]] bool is_component_problem() const
    {
        return begin.reason.empty() && items.is_complete && items.parts.is_narrow &&
               items.parts.size() > 0;
    }
    /// What is kept in all.
    [[nodiscard]] std::vector<std::uint8_t> whole() const
    {
        std::vector<std::uint8_t> keep = parts.keep;
        for (const std::uint32_t item : items.kept)
            keep[item] = 1;
        return keep;
    }
    /// What the components' choice uses of the room.
    [[nodiscard]] resource_vector used() const
    {
        const resource_vector all = usage(problem, whole());
        std::vector<std::uint8_t> decided_only(problem.size(), 0);
        for (const std::uint32_t item : items.kept)
            decided_only[item] = 1;
        return detail::less(all, usage(problem, decided_only), problem.resources);
    }
    [[nodiscard]] double scaled_value() const
    {
        return static_cast<double>(judge::sum_of(problem, parts.keep)) * items.scale;
    }
};

detail::changes_made any_changes(const detail::core_problem& core, dice& random)
{
    detail::changes_made made(core.changes(), 0);
    for (std::size_t place = 0; place < core.places(); ++place)
        if (random.one_in(2)) {
            const std::size_t from = core.first[place];
            made[from + random.below(core.first[place + 1] - from)] = 1;
        }
    return made;
}

bool meets_floors(const knapsack_problem& problem, const std::vector<std::uint8_t>& keep)
{
    return detail::broken_floors(problem, keep).empty();
}

} // namespace

TEST_CASE("changes of components lose what they are said to lose, and keep the floors")
{
    std::size_t changed = 0;
    std::size_t floored = 0;
    for (std::uint64_t seed = 0; seed < how_often(700U); ++seed) {
        dice random(seed);
        setting at(random.one_in(2) ? linked::small_problem(20, true, random) : [&] {
            knapsack_problem many = linked::many_stars(30, 2, 3, random);
            instances::set_floors(many, random);
            return many;
        }());
        if (!at.is_component_problem() || !at.parts.find_prices(at.found))
            continue;
        CAPTURE(seed);
        if (at.found.loss < infinity) { // the choice at the prices fits
            CHECK(is_feasible(at.problem, at.whole()));
            CHECK(std::abs(at.parts.lagrangian() - at.scaled_value() - at.found.loss) < 1e-9);
        }
        detail::core_problem core;
        constexpr double limits[]{1e3, 1.0, 0.03, -1.0}; // the last lists nothing
        const double limit = limits[random.below(4)] * random.unit();
        CHECK(at.parts.gather(limit, everything, core) == infinity);
        floored += !at.items.floors.empty();
        // The first trial makes no change.
        for (int trial = 0; trial < 6; ++trial) {
            const detail::changes_made made =
                trial == 0 ? detail::changes_made(core.changes(), 0) : any_changes(core, random);
            at.parts.take(made);
            double loss = core.base_loss;
            resource_vector left = core.left;
            for (std::size_t k = 0; k < made.size(); ++k) {
                changed += made[k];
                loss += core.loss[k] * made[k];
                left = detail::less(left, core.usage(k), core.rows, made[k]);
            }
            loss += detail::price_of(left, core.price, core.rows);
            const bool fits = left == detail::less(at.items.room, at.used(), core.rows);
            CHECK(fits);
            CHECK(std::abs(at.parts.lagrangian() - at.scaled_value() - loss) < 1e-9);
            CHECK(meets_floors(at.problem, at.whole()));
        }
    }
    CHECK(changed > how_often(1'000));
    CHECK(floored > how_often(100));
}

TEST_CASE("a component of too many choices is left out, and no other with it")
{
    // Sixteen items of which no choice dominates another, and a hundred pairs.
    dice random(3);
    knapsack_problem problem;
    problem.resources = 1;
    problem.shared.costs = {{3}};
    problem.shared.first = {0};
    const auto add_component = [&](std::size_t items) {
        for (std::size_t k = 0; k < items; ++k) {
            const std::int64_t cost = items == 2 ? 5 : std::int64_t{1} << k;
            problem.shared.users.push_back(static_cast<std::uint32_t>(problem.size()));
            problem.class_of.push_back(static_cast<std::uint32_t>(problem.classes()));
            problem.class_costs.push_back({cost});
            problem.values.push_back(static_cast<double>(cost) * (1 + 1e-3 * random.unit()));
        }
        problem.shared.kind.push_back(0);
        problem.shared.first.push_back(problem.shared.users.size());
    };
    add_component(16);
    for (std::size_t pair = 0; pair < 100; ++pair)
        add_component(2);
    problem.capacity = {33'000};
    setting at(problem);
    REQUIRE(at.is_component_problem());
    REQUIRE(at.parts.find_prices(at.found));
    detail::core_problem core;
    for (int time = 0; time < 2; ++time) {
        CHECK(at.parts.gather(infinity, everything, core) < infinity);
        CHECK(core.places() == 100);
    }
    // With a limit that few of its choices keep it is there.
    CHECK(at.parts.gather(1e-9, everything, core) == infinity);
    CHECK(at.parts.core.front() == 0);
}

TEST_CASE("the search of the core of components finds the best of all choices")
{
    std::size_t proven = 0;
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < 900; ++seed) {
        dice random(20'000 + seed);
        setting at(linked::small_problem(13, true, random));
        if (!at.is_component_problem())
            continue;
        const double best = instances::brute_force(at.problem);
        CAPTURE(seed);
        if (!at.parts.find_prices(at.found)) {
            CHECK(at.parts.is_infeasible);
            CHECK(best < 0);
            ++impossible;
            continue;
        }
        detail::core_search search(at.parts, at.time.limits);
        search.result = at.found;
        search.run(true);
        CHECK(search.result.proven);
        if (best < 0) {
            CHECK(search.result.loss == infinity);
            ++impossible;
            continue;
        }
        REQUIRE(search.result.loss < infinity);
        CHECK(is_feasible(at.problem, at.whole()));
        CHECK(static_cast<double>(judge::sum_of(at.problem, at.whole())) ==
              doctest::Approx(best).epsilon(1e-12));
        CHECK(std::abs(at.parts.lagrangian() - at.scaled_value() - search.result.loss) < 1e-9);
        ++proven;
    }
    CHECK(proven > 500);
    CHECK(impossible > 5);
}

TEST_CASE("a floor that only a search breaks is tied at the same prices")
{
    std::size_t tied = 0;
    for (std::uint64_t seed = 0; seed < how_often(6'000U); ++seed) {
        dice random(40'000 + seed);
        knapsack_problem problem = linked::many_stars(14, 1 + random.below(2), 3, random);
        problem.floors.assign(3, 0);
        std::vector<std::uint8_t> keep(problem.size(), 0);
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (random.one_in(3)) {
                keep[item] = 1;
                problem.floors[problem.class_of[item]] += random.one_in(2);
            }
        problem.capacity = usage(problem, keep);
        setting at(problem, 1);
        if (!at.is_component_problem() || at.items.floors.size() < 2 ||
            !at.parts.find_prices(at.found))
            continue;
        detail::core_search search(at.parts, at.time.limits);
        search.result = at.found;
        search.run(true);
        const auto broken = [&] {
            return search.result.loss < infinity ? detail::broken_floors(at.problem, at.whole())
                                                 : std::vector<std::uint32_t>{};
        };
        CAPTURE(seed);
        CHECK(!at.parts.tie({}, search.result)); // nothing is broken
        std::size_t times = 0;
        while (at.parts.tie(broken(), search.result)) {
            search.run(true);
            ++times;
        }
        CHECK(times < at.items.floors.size());
        if (times == 0 || !broken().empty())
            continue; // of a class that must wait
        const double best = instances::brute_force(at.problem);
        CHECK(search.result.proven);
        if (best < 0) {
            CHECK(search.result.loss == infinity);
            continue;
        }
        REQUIRE(search.result.loss < infinity);
        CHECK(static_cast<double>(judge::sum_of(at.problem, at.whole())) ==
              doctest::Approx(best).epsilon(1e-12));
        CHECK(std::abs(at.parts.lagrangian() - at.scaled_value() - search.result.loss) < 1e-9);
        ++tied;
    }
    CHECK(tied > how_often(20));
}

TEST_CASE("floors that bind cost no more than they must")
{
    std::size_t with_gap = 0;
    for (std::uint64_t seed = 0; seed < how_often(1'500U); ++seed) {
        dice random(seed);
        knapsack_problem problem = linked::many_stars(13, 1 + random.below(2), 2, random);
        const bool both = random.one_in(3);
        std::vector<std::uint8_t> keep(problem.size(), 0);
        problem.floors.assign(2, 0);
        for (std::size_t item = 0; item < problem.size(); ++item) {
            const std::uint32_t c = problem.class_of[item];
            if (c == 0)
                problem.values[item] *= 0.2;
            if ((c == 0 || both) && random.one_in(3)) {
                ++problem.floors[c];
                keep[item] = 1;
            } else if (random.one_in(4)) {
                keep[item] = 1;
            }
        }
        problem.capacity = usage(problem, keep);
        setting at(problem);
        if (!at.is_component_problem())
            continue;
        CAPTURE(seed);
        REQUIRE(at.parts.find_prices(at.found));
        detail::core_search search(at.parts, at.time.limits);
        search.result = at.found;
        search.run(true);
        CHECK(search.result.proven);
        REQUIRE(search.result.loss < infinity);
        CHECK(is_feasible(problem, at.whole()));
        CHECK(static_cast<double>(judge::sum_of(problem, at.whole())) ==
              doctest::Approx(instances::brute_force(problem)).epsilon(1e-12));
        with_gap += at.parts.lagrangian() - at.scaled_value() > 1e-9;
    }
    CHECK(with_gap > how_often(100));
}

TEST_CASE("L is a bound for every choice, and no feasible choice loses more than nothing does")
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(30'000 + seed);
        setting at(linked::small_problem(11, true, random));
        if (!at.is_component_problem() || !at.parts.find_prices(at.found))
            continue;
        const double best = instances::brute_force(at.problem);
        if (best < 0)
            continue;
        double decided_value = 0;
        for (const std::uint32_t item : at.items.kept)
            decided_value += at.problem.values[item];
        CAPTURE(seed);
        CHECK(at.parts.lagrangian() >= (best - decided_value) * at.items.scale - 1e-11);
        CHECK(at.parts.loss_of_nothing() >= at.parts.lagrangian());
    }
}

TEST_CASE("where the budget ends, what prices suggest is a choice with a bound")
{
    std::size_t found = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        dice random(seed);
        setting at(linked::small_problem(11, true, random));
        if (!at.is_component_problem())
            continue;
        if (random.one_in(2) && !at.parts.find_prices(at.found))
            continue;
        detail::search_result result;
        at.parts.take_by_price(result);
        CAPTURE(seed);
        if (!(result.loss < infinity))
            continue;
        ++found;
        CHECK(is_feasible(at.problem, at.whole()));
        const double best = instances::brute_force(at.problem);
        double decided_value = 0;
        for (const std::uint32_t item : at.items.kept)
            decided_value += at.problem.values[item];
        CHECK(at.scaled_value() + result.loss >=
              (best - decided_value) * at.items.scale * (1 - 1e-15));
    }
    CHECK(found > 150);
}

TEST_CASE("floors that the choices at the prices break are named")
{
    std::size_t broken = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        knapsack_problem problem = linked::many_stars(40, 2, 3, random);
        setting at(problem); // without floors
        if (!at.is_component_problem() || !at.parts.find_prices(at.found))
            continue;
        detail::core_problem core;
        at.parts.gather(-1, 0, core);
        at.parts.take({}); // writes what the prices suggest
        std::vector<std::size_t> missing;
        std::vector<std::uint32_t> expected;
        for (std::uint32_t c = 0; c < problem.classes(); ++c) {
            std::size_t kept = 0;
            for (std::size_t i = 0; i < problem.size(); ++i)
                kept += problem.class_of[i] == c && at.parts.keep[i] != 0;
            missing.push_back(random.below(2 * kept + 2));
            if (kept < missing.back())
                expected.push_back(c);
        }
        CAPTURE(seed);
        CHECK(at.parts.broken_floors(missing) == expected);
        CHECK(at.parts.broken_floors({}).empty());
        broken += expected.size();
    }
    CHECK(broken > 50);
}

TEST_CASE("what ties lose that are settled without a search is in the bound")
{
    // Pairs over a unit whose values differ by less than rounding may do to all of them together.
    constexpr std::uint32_t pairs = 4'000;
    dice random(1);
    knapsack_problem problem;
    problem.resources = 1;
    problem.class_of.assign(2 * pairs, 0);
    problem.class_costs = {{1}};
    problem.capacity = {3 * pairs / 2};
    problem.shared.costs = {{1}};
    problem.shared.first = {0};
    std::vector<long double> worth;
    for (std::uint32_t pair = 0; pair < pairs; ++pair) {
        for (std::uint32_t k = 0; k < 2; ++k) {
            problem.values.push_back(0.75 + std::ldexp(random.unit(), -36));
            problem.shared.users.push_back(2 * pair + k);
        }
        worth.push_back(static_cast<long double>(problem.values[2 * std::size_t{pair}]) +
                        static_cast<long double>(problem.values.back()));
        problem.shared.kind.push_back(0);
        problem.shared.first.push_back(problem.shared.users.size());
    }
    // Half of the pairs fill the capacity, the best of them.
    std::sort(worth.rbegin(), worth.rend());
    const long double best = std::accumulate(worth.begin(), worth.begin() + pairs / 2, 0.0L);
    const knapsack_solution found = exact{}(problem);
    CHECK(is_feasible(problem, found.keep));
    CHECK(static_cast<long double>(found.bound) >= best);
    CHECK(static_cast<long double>(found.value) < best * (1 - 2e-14L)); // it is not the best
    CHECK(static_cast<long double>(found.value) > best * (1 - 1e-12L));
}

} // namespace tests_of_component_core
