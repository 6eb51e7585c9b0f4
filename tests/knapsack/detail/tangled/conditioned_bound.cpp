// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/tangled/conditioned_bound.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <how_often.hpp>
#include <knapsack/instances.hpp>
#include <knapsack/linked.hpp>
#include <knapsack/tangled.hpp>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace tests_of_conditioned_bound {

using namespace espalier;
using namespace espalier::detail;
using instances::dice;

namespace {

constexpr double scale = 4;

/// All that is left of a problem, its cutset, and the bound at shares that some prices make.
struct setting {
    knapsack_problem problem;
    decided begin;
    units_of_items units;
    linked::endless time;
    open_part whole;
    sharing_graph graph;
    closure flow;
    price_vector price{};
    std::optional<cutset> without;
    std::optional<conditioned_bound> bounds;

    setting(knapsack_problem the_problem, dice& random)
        : problem(std::move(the_problem)),
          begin(problem),
          units(problem),
          whole(problem, begin, units, states(), begin.left),
          graph(whole.graph()),
          flow(graph)
    {
        if (!begin.reason.empty() || whole.units.empty())
            return;
        const double dear = random.one_in(4) ? 0.0 : 0.2;
        for (std::size_t r = 0; r < problem.resources; ++r)
            price[r] = dear * random.unit() * scale;
        std::vector<double> profit;
        for (const std::uint32_t i : whole.items)
            profit.push_back(
                problem.values[i] * scale - price_of(whole.item_cost(i), price, problem.resources));
        std::vector<double> unit_price;
        for (const std::uint32_t u : whole.units)
            unit_price.push_back(price_of(whole.unit_cost(u), price, problem.resources));
        flow.solve(profit, unit_price);
        without.emplace(whole, graph, time.limits);
        bounds.emplace(*without, graph, flow, scale);
    }
    setting(const setting&) = delete;
    setting& operator=(const setting&) = delete;

    [[nodiscard]] std::vector<unit_decision> states() const
    {
        std::vector<unit_decision> result(problem.shared.size(), unit_decision::open);
        for (std::size_t u = 0; u < begin.paid.size(); ++u)
            if (begin.paid[u] != 0)
                result[u] = unit_decision::paid;
        return result;
    }

    /// The most that free items can be worth, scaled, by the trial of all of them; calls `use` with
    /// what each choice that fits uses, beside the paid units of the cutset.
    template <class Use>
    double best(const std::vector<unit_decision>& state, const resource_vector& room, Use use) const
    {
        double most = 0;
        for (std::size_t kept = 0; kept >> whole.items.size() == 0; ++kept) {
            double value = 0;
            resource_vector used{};
            std::vector<std::uint8_t> uses(problem.shared.size(), 0);
            for (std::size_t k = 0; k < whole.items.size(); ++k)
                if ((kept >> k & 1U) != 0) {
                    value += problem.values[whole.items[k]] * scale;
                    used = less(used, whole.item_cost(whole.items[k]), problem.resources, -1);
                    for (const std::uint32_t u : units.of(whole.items[k]))
                        uses[u] = begin.paid.empty() || begin.paid[u] == 0;
                }
            bool is_allowed = true;
            for (std::size_t n = 0; n < state.size(); ++n) {
                std::uint8_t& one = uses[whole.units[without->units[n]]];
                is_allowed = is_allowed && !(one != 0 && state[n] == unit_decision::unpaid);
                if (state[n] == unit_decision::paid)
                    one = 0;
            }
            for (std::uint32_t u = 0; u < uses.size(); ++u)
                if (uses[u] != 0)
                    used = less(used, whole.unit_cost(u), problem.resources, -1);
            if (!is_allowed || !is_within(less(room, used, problem.resources), problem.resources))
                continue;
            use(used);
            most = std::max(most, value);
        }
        return most;
    }
};

unit_decision any_state(dice& random)
{
    constexpr unit_decision all[]{unit_decision::open, unit_decision::paid, unit_decision::unpaid};
    return all[random.below(3)];
}

} // namespace

TEST_CASE("no choice is worth more than the bound at any decisions, prices and number of steps")
{
    std::size_t tight = 0;
    std::size_t decisions = 0;
    for (std::uint64_t seed = 0; seed < how_often(200U); ++seed) {
        dice random(seed);
        setting of(
            random.one_in(2) ? tangled::small(11, random) : tangled::bundles(random), random);
        if (!of.bounds)
            continue;
        CAPTURE(seed);
        for (int trial = 0; trial < 6; ++trial) {
            std::vector<unit_decision> state;
            for (std::size_t k = 0; k < of.without->units.size(); ++k)
                state.push_back(any_state(random));
            resource_vector room = of.begin.left;
            for (std::size_t r = 0; r < of.problem.resources; ++r)
                room[r] -= static_cast<std::int64_t>(random.below(3));
            if (!is_within(room, of.problem.resources))
                continue;
            ++decisions;
            const resource_vector usable = of.bounds->usable(state, room);
            const double best = of.best(state, room, [&](const resource_vector& used) {
                CHECK(is_within(less(usable, used, of.problem.resources), of.problem.resources));
            });
            price_vector price = of.price;
            const double target = random.one_in(2) ? best : 0.0;
            double before = std::numeric_limits<double>::infinity();
            for (const int rounds : {1, 3, 20}) {
                const double least =
                    of.bounds->lower(state, usable, price, target, rounds, of.time.limits);
                CHECK(least >= best * (1 - 1e-15));
                CHECK(least <= before);
                before = least;
            }
            tight += before <= best * (1 + 1e-6);
        }
    }
    CHECK(decisions > how_often(500));
    CHECK(tight > how_often(100));
}

TEST_CASE("with all units open the bound is that of the best closure")
{
    std::size_t compared = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(1'000 + seed);
        setting of(tangled::small(12, random), random);
        if (!of.bounds)
            continue;
        const std::vector<unit_decision> state(of.without->units.size(), unit_decision::open);
        price_vector price = of.price;
        const double bound = of.bounds->lower(state, of.whole.room, price,
            std::numeric_limits<double>::infinity(), 1, of.time.limits);
        const double closed =
            of.flow.worth + price_of(of.whole.room, of.price, of.problem.resources);
        CAPTURE(seed);
        CHECK(bound == doctest::Approx(closed).epsilon(1e-9));
        ++compared;
    }
    CHECK(compared > 100);
}

TEST_CASE("a unit is of use as long as an item can be kept that needs it")
{
    std::size_t some = 0;
    std::size_t none = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(2'000 + seed);
        setting of(tangled::small(12, random), random);
        if (!of.bounds)
            continue;
        std::vector<unit_decision> state;
        for (std::size_t k = 0; k < of.without->units.size(); ++k)
            state.push_back(random.one_in(3) ? unit_decision::unpaid : unit_decision::open);
        price_vector price = of.price;
        of.bounds->lower(state, of.whole.room, price, 0, 1, of.time.limits);
        for (std::uint32_t n = 0; n < state.size(); ++n) {
            bool is_of_use = false;
            for (const std::uint32_t i : of.whole.items) {
                const auto its = of.units.of(i);
                const auto needs = [&](std::size_t which) {
                    return std::find(its.begin(), its.end(),
                               of.whole.units[of.without->units[which]]) != its.end();
                };
                bool is_possible = needs(n);
                for (std::size_t k = 0; k < state.size(); ++k)
                    is_possible = is_possible && !(state[k] == unit_decision::unpaid && needs(k));
                is_of_use = is_of_use || is_possible;
            }
            CHECK(of.bounds->is_of_use(n) == is_of_use);
            (is_of_use ? some : none) += 1;
        }
    }
    CHECK(some > 100);
    CHECK(none > 100);
}

TEST_CASE("where the columns of a grid are decided, steps find the bound that the best rows are")
{
    dice random(5);
    knapsack_problem problem = tangled::grid(20, random);
    problem.class_costs = {{1, 0}, {1, 0}};
    problem.shared.costs = {{0, 16}, {0, 40}};
    std::fill(problem.shared.kind.begin(), problem.shared.kind.begin() + 20, 1);
    problem.capacity = {400, 480};
    setting of(problem, random);
    REQUIRE(of.bounds);
    REQUIRE(of.without->costs.size() == 20);
    REQUIRE(of.without->costs.front()[1] == 40);
    std::vector<unit_decision> state(20, unit_decision::open);
    CHECK(of.bounds->usable(state, {400, 207}) == resource_vector{400, 200}); // 16 and 40
    for (std::size_t n = 0; n < 20; ++n)
        state[n] = n % 3 == 0 ? unit_decision::paid : unit_decision::unpaid;
    CHECK(of.bounds->usable(state, {400, 207}) == resource_vector{400, 192}); // 16
    std::vector<double> sums(20, 0.0);
    for (std::size_t n = 0; n < 20; n += 3)
        for (std::size_t k = 0; k < 20; ++k)
            sums[k] += problem.values[of.whole.units[of.without->units[n]] * 20 + k] * scale;
    std::sort(sums.rbegin(), sums.rend());
    const double best = std::accumulate(sums.begin(), sums.begin() + 12, 0.0);
    price_vector price{0.0, 1.0};
    const double least = of.bounds->lower(state, {400, 192}, price, 0.9 * best, 60, of.time.limits);
    CHECK(least >= best * (1 - 1e-15));
    CHECK(least <= best * 1.01);
}

TEST_CASE("steps end at the target, and where the budget ends")
{
    dice random(7);
    setting of(tangled::grid(20, random), random);
    REQUIRE(of.bounds);
    const std::vector<unit_decision> state(of.without->units.size(), unit_decision::open);
    price_vector price = of.price;
    const double first = of.bounds->lower(state, of.whole.room, price, 0, 1, of.time.limits);
    const double later = of.bounds->lower(state, of.whole.room, price, 0, 30, of.time.limits);
    REQUIRE(later < 0.99 * first);
    price = of.price;
    const double between = 0.5 * (first + later);
    const double met = of.bounds->lower(state, of.whole.room, price, between, 100, of.time.limits);
    CHECK(met <= between);
    CHECK(met > later);
    budget spent(of.time.watch, 1e9, 1);
    price = of.price;
    CHECK(of.bounds->lower(state, of.whole.room, price, 0, 30, spent) == first);
    CHECK(price == of.price);
}

} // namespace tests_of_conditioned_bound
