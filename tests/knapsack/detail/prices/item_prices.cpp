// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/item_prices.hpp>
#include <espalier/knapsack/solving.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linear_program.hpp>
#include <knapsack/linked.hpp>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace tests_of_item_prices {

using namespace espalier;
using instances::dice;

namespace {

/// The items of a problem, all of them free, and their prices.
struct priced {
    const knapsack_problem& problem;
    double scale;
    detail::item_prices prices;
    std::vector<std::uint8_t> keep;

    explicit priced(const knapsack_problem& the_problem, const detail::workers& crew = {})
        : problem(the_problem),
          scale(scale_of(largest(the_problem))),
          prices({.values = problem.values, .class_of = problem.class_of, .scale = scale},
              problem.class_costs, problem.resources, problem.capacity, crew),
          keep(problem.size(), 0)
    {}
    static bool fits(const knapsack_problem& problem, std::size_t item)
    {
        for (std::size_t r = 0; r < problem.resources; ++r)
            if (problem.class_costs[problem.class_of[item]][r] > problem.capacity[r])
                return false;
        return true;
    }
    static double largest(const knapsack_problem& problem)
    {
        double most = 0;
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (fits(problem, item))
                most = std::max(most, problem.values[item]);
        return most;
    }
    [[nodiscard]] double price_of(std::size_t item) const
    {
        long double sum = 0;
        for (std::size_t r = 0; r < problem.resources; ++r)
            sum += static_cast<long double>(prices.price[r]) *
                   static_cast<long double>(problem.class_costs[problem.class_of[item]][r]);
        return static_cast<double>(sum);
    }
    /// The Lagrangian bound at the prices, by its definition.
    [[nodiscard]] double bound() const
    {
        long double sum = 0;
        for (std::size_t r = 0; r < problem.resources; ++r)
            sum += static_cast<long double>(prices.price[r]) *
                   static_cast<long double>(problem.capacity[r]);
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (fits(problem, item))
                sum += std::max(0.0L, static_cast<long double>(problem.values[item] * scale) -
                                          static_cast<long double>(price_of(item)));
        return static_cast<double>(sum);
    }
    /// The optimum of the linear relaxation, by GLPK.
    [[nodiscard]] double relaxed() const
    {
        judge::linear_program judged;
        for (std::size_t r = 0; r < problem.resources; ++r)
            judged.add_row_at_most(static_cast<double>(problem.capacity[r]));
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (fits(problem, item)) {
                std::vector<std::pair<std::size_t, double>> column;
                for (std::size_t r = 0; r < problem.resources; ++r)
                    column.emplace_back(
                        r, static_cast<double>(problem.class_costs[problem.class_of[item]][r]));
                judged.add_column(problem.values[item] * scale, 0, 1, column);
            }
        const auto optimum = judged.optimum();
        REQUIRE(optimum);
        return *optimum;
    }
    /// That items outside their windows are decided as their price says, at a loss of at least the
    /// margin if they were not, and that the counts are right.
    void check_windows() const
    {
        std::vector<std::uint8_t> is_inside(problem.size(), 0);
        for (const std::uint32_t item : prices.windows.inside)
            is_inside[item] = 1;
        CHECK(std::is_sorted(prices.windows.inside.begin(), prices.windows.inside.end()));
        const double margin = prices.margin();
        CHECK(margin >= 0);
        std::vector<std::size_t> above(problem.classes(), 0);
        resource_vector left = problem.capacity;
        std::size_t wrong = 0;
        for (std::size_t item = 0; item < problem.size(); ++item) {
            const double value = problem.values[item] * scale;
            const double price = price_of(item);
            const std::uint32_t c = problem.class_of[item];
            const double rounding = 1e-13 * (value + price);
            if (keep[item] != 0) {
                ++above[c];
                left = detail::less(left, problem.class_costs[c], problem.resources);
                wrong += is_inside[item] != 0 || !fits(problem, item);
                wrong += value < price - rounding;
                wrong += price > 0 && value - price < margin - rounding;
            } else if (is_inside[item] == 0 && fits(problem, item)) {
                wrong += value > price + rounding;
                wrong += value > 0 && price > 0 && price - value < margin - rounding;
            }
            wrong += is_inside[item] != 0 && (!fits(problem, item) || !(value > 0));
        }
        CHECK(wrong == 0);
        CHECK(above == prices.windows.above);
        CHECK(left == prices.room_inside());
    }
};

constexpr instances::values kinds[]{instances::values::uniform, instances::values::few,
    instances::values::half_zero, instances::values::correlated, instances::values::all_equal,
    instances::values::eighths, instances::values::integers, instances::values::nearly_equal};

} // namespace

TEST_CASE("the prices of items minimise the Lagrangian bound: it is the optimum of the relaxation")
{
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        dice random(seed);
        const std::size_t items = 1 + random.below(random.one_in(4) ? 400 : 40);
        knapsack_problem problem =
            random.one_in(4) ? instances::all_distinct(std::min<std::size_t>(items, 60), 3, random)
                             : instances::plain(items, 1 + random.below(4), 1 + random.below(6),
                                   kinds[random.below(std::size(kinds))], random);
        if (random.one_in(4)) // of amounts near 2^60, exact in floating point
            for (std::size_t r = 0; r < problem.resources; ++r) {
                for (resource_vector& cost : problem.class_costs)
                    cost[r] <<= 48U;
                problem.capacity[r] <<= 48U;
            }
        priced given(problem);
        linked::endless time;
        CAPTURE(seed);
        REQUIRE(given.prices.find(given.keep, time.limits));
        const double relaxed = given.relaxed();
        CHECK(std::abs(given.bound() - relaxed) <= 1e-9 * (relaxed + 1e-9));
        for (std::size_t r = 0; r < problem.resources; ++r)
            CHECK(given.prices.price[r] >= 0);
        for (std::size_t item = 0; item < problem.size(); ++item)
            CHECK(given.prices.class_price[problem.class_of[item]] ==
                  doctest::Approx(given.price_of(item)).epsilon(1e-12));
        given.check_windows();
        const double loss = random.one_in(5) ? 0.0 : 0.3 * random.unit();
        given.prices.widen(loss, given.keep, time.limits);
        given.check_windows();
        CHECK(given.prices.margin() >= loss * (1 - 1e-9));
        std::vector<std::uint8_t> is_inside(problem.size(), 0);
        for (const std::uint32_t item : given.prices.windows.inside)
            is_inside[item] = 1;
        for (std::size_t item = 0; item < problem.size(); ++item) {
            const double value = problem.values[item] * given.scale;
            const double distance = std::abs(value - given.price_of(item));
            if (priced::fits(problem, item) && value > 0 && distance < loss * (1 - 1e-9))
                CHECK(is_inside[item] == 1);
            if (distance > loss * (1 + 1e-9) + 1e-13)
                CHECK(is_inside[item] == 0);
        }
    }
}

TEST_CASE("prices that come from samples first are the best of all items all the same")
{
    std::size_t fewer = 0;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        dice random(1'000 + seed);
        const std::size_t items = 3'000 + random.below(3'000);
        knapsack_problem problem = instances::plain(
            items, 1 + random.below(3), 1 + random.below(4), kinds[seed % 4], random);
        if (seed % 3 == 0) // a sample that is not like the rest
            std::sort(problem.values.begin(), problem.values.end());
        if (seed % 4 == 1) // a few items are worth nearly everything
            for (std::size_t item = 0; item < 5; ++item)
                problem.values[random.below(items)] = 1'000;
        for (std::size_t r = 0; r < problem.resources; ++r)
            problem.capacity[r] = std::max<std::int64_t>(problem.capacity[r], 5);
        priced given(problem);
        linked::endless time;
        CAPTURE(seed);
        REQUIRE(given.prices.find(given.keep, time.limits));
        const double relaxed = given.relaxed();
        CHECK(std::abs(given.bound() - relaxed) <= 1e-8 * relaxed);
        given.check_windows();
        fewer += given.prices.windows.inside.size() < items / 2;
    }
    CHECK(fewer > 6);
}

TEST_CASE("of one resource the relaxation of any number of items is known by sorting")
{
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        dice random(2'000 + seed);
        const std::size_t items = seed == 0 ? 1'150'000 : 70'000 + random.below(80'000);
        knapsack_problem problem = instances::plain(items, 1, 4,
            seed % 2 == 0 ? instances::values::uniform : instances::values::eighths, random);
        for (resource_vector& cost : problem.class_costs)
            cost[0] += 1;
        problem.capacity[0] =
            static_cast<std::int64_t>((0.02 + 0.9 * random.unit()) * static_cast<double>(items));
        priced given(problem);
        priced threaded(problem, detail::workers(3));
        linked::endless time;
        CAPTURE(seed);
        REQUIRE(given.prices.find(given.keep, time.limits));
        REQUIRE(threaded.prices.find(threaded.keep, time.limits));
        CHECK(threaded.prices.price == given.prices.price);
        CHECK(threaded.prices.windows.inside == given.prices.windows.inside);
        CHECK(threaded.keep == given.keep);
        std::vector<std::pair<double, std::int64_t>> order; // value of a unit, cost
        for (std::size_t item = 0; item < items; ++item) {
            const std::int64_t cost = problem.class_costs[problem.class_of[item]][0];
            order.emplace_back(
                problem.values[item] * given.scale / static_cast<double>(cost), cost);
        }
        std::sort(order.rbegin(), order.rend());
        std::int64_t left = problem.capacity[0];
        long double relaxed = 0;
        for (const auto& [value, cost] : order) {
            const std::int64_t taken = std::min(cost, left);
            relaxed += static_cast<long double>(value) * static_cast<long double>(taken);
            left -= taken;
        }
        CHECK(std::abs(given.bound() - static_cast<double>(relaxed)) <=
              1e-12 * static_cast<double>(relaxed));
        given.check_windows();
        CHECK(given.prices.windows.inside.size() < items / 4);
    }
}

TEST_CASE("without a budget no prices are found, and windows that were not swept reach nothing")
{
    dice random(5);
    const knapsack_problem problem =
        instances::plain(5'000, 2, 3, instances::values::uniform, random);
    const stopwatch watch;
    priced none(problem);
    detail::budget spent(watch, 1e9, 0);
    CHECK(!none.prices.find(none.keep, spent));
    detail::budget late(watch, -1, detail::budget::no_limit);
    CHECK(!none.prices.find(none.keep, late));
    priced some(problem);
    detail::budget little(watch, 1e9, 3'000);
    CHECK(!some.prices.find(some.keep, little));

    priced all(problem);
    linked::endless time;
    REQUIRE(all.prices.find(all.keep, time.limits));
    all.prices.widen(0.1, all.keep, time.limits);
    CHECK(all.prices.margin() >= 0.0999);
    all.prices.widen(0.1, all.keep, spent);
    CHECK(all.prices.margin() == 0);
}

TEST_CASE("a sweep over millions of items looks at the clock on the way")
{
    knapsack_problem problem;
    problem.resources = 1;
    problem.class_costs = {{1}};
    problem.values.assign(3'200'000, 0.5);
    problem.class_of.assign(problem.values.size(), 0);
    problem.capacity[0] = 1'000;
    priced given(problem);
    const stopwatch watch;
    linked::endless time;
    REQUIRE(given.prices.find(given.keep, time.limits));
    detail::budget late(watch, -1, detail::budget::no_limit);
    given.prices.widen(0.1, given.keep, late);
    CHECK(late.spent() < 2'200'000);
    CHECK(given.prices.margin() == 0);
}

} // namespace tests_of_item_prices
