// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/component_prices.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/judge.hpp>
#include <knapsack/linear_program.hpp>
#include <knapsack/linked.hpp>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace tests_of_component_prices {

using namespace espalier;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// All choices of all components.
struct enumerated {
    const linked::setting& of;
    std::vector<std::vector<linked::choice>> all{};

    explicit enumerated(const linked::setting& the_setting) : of(the_setting)
    {
        for (std::size_t c = 0; c < of.parts.size(); ++c)
            all.push_back(linked::all_choices(of, c));
    }

    /// The best mixture of choices of every component within the room, by GLPK: what the least
    /// Lagrangian bound is. With floors as rows it is no less than with floors met exactly.
    [[nodiscard]] std::optional<double> relaxed(
        const resource_vector& room, const std::vector<detail::component_floor>& floors) const
    {
        judge::linear_program judged;
        const std::size_t rows = of.problem.resources;
        for (std::size_t r = 0; r < rows; ++r)
            judged.add_row_at_most(static_cast<double>(room[r]));
        for (const detail::component_floor& floor : floors)
            judged.add_row_at_least(static_cast<double>(floor.missing));
        for (std::size_t c = 0; c < all.size(); ++c) {
            judged.add_row_equal(1);
            for (const linked::choice& one : all[c]) {
                std::vector<std::pair<std::size_t, double>> column;
                for (std::size_t r = 0; r < rows; ++r)
                    column.emplace_back(r, static_cast<double>(one.usage[r]));
                for (std::size_t f = 0; f < floors.size(); ++f)
                    column.emplace_back(rows + f, static_cast<double>(one.kept[floors[f].a_class]));
                column.emplace_back(rows + floors.size() + c, 1.0);
                judged.add_column(one.value, 0, 1, column);
            }
        }
        return judged.optimum();
    }

    /// The same without floors for thousands of components, by cutting planes with GLPK.
    [[nodiscard]] double least_bound(const resource_vector& room) const
    {
        const std::size_t rows = of.problem.resources;
        std::vector<linked::choice> cuts;
        double least = infinity;
        detail::price_vector price{};
        const std::vector<double> no_bonus(of.problem.classes(), 0.0);
        for (int round = 0; round < 200; ++round) {
            linked::choice sum;
            double bound = 0;
            for (std::size_t r = 0; r < rows; ++r)
                bound += price[r] * static_cast<double>(room[r]);
            for (const std::vector<linked::choice>& its : all) {
                const linked::choice* best = nullptr;
                double most = -infinity;
                for (const linked::choice& one : its)
                    if (const double worth = one.worth(price, no_bonus); worth > most) {
                        most = worth;
                        best = &one;
                    }
                bound += most;
                sum.value += best->value;
                sum.usage = detail::less(sum.usage, best->usage, rows, -1);
            }
            least = std::min(least, bound);
            cuts.push_back(sum);
            judge::linear_program master; // the dual: a mixture of the cuts
            for (std::size_t r = 0; r < rows; ++r)
                master.add_row_at_most(static_cast<double>(room[r]));
            master.add_row_equal(1);
            for (const linked::choice& one : cuts) {
                std::vector<std::pair<std::size_t, double>> column;
                for (std::size_t r = 0; r < rows; ++r)
                    column.emplace_back(r, static_cast<double>(one.usage[r]));
                column.emplace_back(rows, 1.0);
                master.add_column(one.value, 0, 1, column);
            }
            for (std::size_t r = 0; r < rows; ++r) // λ at most 100
                master.add_unbounded_column(-100, {{r, -1.0}});
            const std::optional<double> known = master.optimum();
            REQUIRE(known);
            if (least - *known <= 1e-10 * least)
                break;
            for (std::size_t r = 0; r < rows; ++r)
                price[r] = std::max(master.price_of_row(r), 0.0);
        }
        return least;
    }
};

/// The Lagrangian bound at the prices and bonuses, by enumeration.
double bound_of(const enumerated& known, const detail::component_choices& at,
    const resource_vector& room, const std::vector<detail::component_floor>& floors)
{
    long double sum = 0;
    for (std::size_t r = 0; r < at.rows; ++r)
        sum += static_cast<long double>(at.price[r]) * static_cast<long double>(room[r]);
    for (const std::vector<linked::choice>& its : known.all) {
        double best = -infinity;
        for (const linked::choice& one : its)
            best = std::max(best, one.worth(at.price, at.bonus));
        sum += static_cast<long double>(best);
    }
    for (const detail::component_floor& floor : floors)
        sum -= static_cast<long double>(at.bonus[floor.a_class]) *
               static_cast<long double>(floor.missing);
    return static_cast<double>(sum);
}

/// That choices, margins and usage are those at the prices and bonuses, but for floors.
void check_choices(const enumerated& known, const detail::component_choices& at,
    const std::vector<double>& forced_losses)
{
    resource_vector total{};
    double rounding = 1e-12;
    for (std::size_t r = 0; r < at.rows; ++r)
        rounding += 1e-13 * at.price[r] * static_cast<double>(known.of.begin.left[r]);
    for (std::size_t c = 0; c < known.all.size(); ++c) {
        std::vector<std::uint8_t> keep;
        for (std::size_t k = 0; k < known.of.parts.items(c); ++k)
            keep.push_back(at.keeps(c, k));
        const double worth = linked::choice_of(known.of, c, keep).worth(at.price, at.bonus);
        std::vector<double> worths;
        for (const linked::choice& one : known.all[c])
            worths.push_back(one.worth(at.price, at.bonus));
        std::sort(worths.rbegin(), worths.rend());
        const double forced = forced_losses.empty() ? 0.0 : forced_losses[c];
        CHECK(std::abs(worths.front() - worth - forced) < 10 * rounding);
        CHECK(at.margin[c] >= 0);
        if (worths.size() > 1)
            CHECK(at.margin[c] <= worths[0] - worths[1] + 10 * rounding);
        total = detail::less(total, at.usage_of(c), at.rows, -1);
    }
    CHECK(at.total_usage == total);
}

} // namespace

TEST_CASE("without floors the bound of components is the optimum of their relaxation")
{
    for (std::uint64_t seed = 0; seed < 250; ++seed) {
        dice random(seed);
        const linked::setting of(random.one_in(2) ? linked::small_problem(10, false, random)
                                                  : linked::many_stars(80, 2, 3, random));
        if (!of.begin.reason.empty() || of.parts.size() == 0)
            continue;
        const enumerated known(of);
        detail::component_choices at = of.choices();
        linked::endless time;
        detail::component_prices prices(at, of.begin.left, {}, time.limits);
        CAPTURE(seed);
        REQUIRE(prices.find());
        CHECK(!prices.is_infeasible);
        const std::optional<double> relaxed = known.relaxed(of.begin.left, {});
        REQUIRE(relaxed);
        CHECK(std::abs(bound_of(known, at, of.begin.left, {}) - *relaxed) <=
              1e-8 * (*relaxed + 1e-3));
        for (std::size_t r = 0; r < at.rows; ++r)
            CHECK(at.price[r] >= 0);
        check_choices(known, at, {});
    }
}

TEST_CASE("the prices that come from samples of components are the best of all of them")
{
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        dice random(500 + seed);
        const std::size_t items = 3'000 + random.below(2'000);
        knapsack_problem problem = linked::many_stars(
            seed == 5 ? 70'000 : items, 1 + random.below(3), 1 + random.below(3), random);
        if (seed % 3 == 1) // a sample that is not like the rest
            std::sort(problem.values.begin(), problem.values.end());
        for (std::size_t r = 0; r < problem.resources; ++r)
            problem.capacity[r] = std::max<std::int64_t>(problem.capacity[r], 7);
        const linked::setting of(problem);
        const enumerated known(of);
        detail::component_choices at = of.choices();
        linked::endless time;
        detail::component_prices prices(at, of.begin.left, {}, time.limits);
        CAPTURE(seed);
        REQUIRE(prices.find());
        const double least = known.least_bound(of.begin.left);
        const double bound = bound_of(known, at, of.begin.left, {});
        CHECK(bound >= least * (1 - 1e-9));
        CHECK(bound <= least * (1 + 1e-5)); // near enough ends the search among so many
        check_choices(known, at, {});
    }
}

TEST_CASE("with floors the choices keep them and the bound holds")
{
    std::size_t exact = 0;
    std::size_t by_bonus = 0;
    std::size_t infeasible = 0;
    for (std::uint64_t seed = 0; seed < 1'200; ++seed) {
        dice random(1'000 + seed);
        knapsack_problem problem = random.one_in(2) ? linked::small_problem(12, true, random)
                                                    : linked::many_stars(12, 2, 3, random);
        if (random.one_in(2)) { // classes apart: floors that are alone
            for (std::size_t item = 0; item < problem.size(); ++item)
                problem.class_of[item] =
                    static_cast<std::uint32_t>(item * problem.classes() / problem.size());
            instances::set_floors(problem, random);
        }
        if (random.one_in(2)) // every class has a floor
            instances::small::set_floors(problem,
                random.one_in(2) ? instances::floors::one_each : instances::floors::many, random);
        const linked::setting of(problem);
        if (!of.begin.reason.empty() || problem.floors.empty() || of.parts.size() == 0)
            continue;
        std::vector<detail::component_floor> floors;
        for (std::uint32_t c = 0; c < problem.classes(); ++c)
            if (of.begin.missing[c] > 0)
                floors.push_back(of.floor(c, static_cast<std::int64_t>(of.begin.missing[c])));
        const enumerated known(of);
        std::optional<long double> optimum = judge::best_of_all_choices(problem);
        for (std::size_t item = 0; item < problem.size() && optimum; ++item)
            if (of.begin.of(item) == decision::keep)
                *optimum -= static_cast<long double>(problem.values[item]);
        detail::component_choices at = of.choices();
        linked::endless time;
        detail::component_prices prices(at, of.begin.left, floors, time.limits);
        CAPTURE(seed);
        if (!prices.find()) {
            CHECK(prices.is_infeasible);
            CHECK(!optimum);
            ++infeasible;
            continue;
        }
        check_choices(known, at, prices.floors.forced_losses);
        double gaps = 0;
        bool all_exact = true;
        for (std::size_t f = 0; f < floors.size(); ++f) {
            CHECK(at.used_by(floors[f].components).kept(floors[f].a_class) >= floors[f].missing);
            (prices.floors.gaps[f] >= 0 ? exact : by_bonus) += 1;
            all_exact = all_exact && prices.floors.gaps[f] >= 0;
            gaps += std::max(prices.floors.gaps[f], 0.0);
        }
        const double bound = bound_of(known, at, of.begin.left, floors);
        if (optimum)
            CHECK(static_cast<long double>(bound - gaps) >= *optimum - 1e-10L);
        // With floors met exactly the bound is no worse than with floors as rows.
        const std::optional<double> relaxed = known.relaxed(of.begin.left, floors);
        if (relaxed && all_exact && optimum)
            CHECK(bound - gaps <= *relaxed + 1e-7 * (1 + std::abs(*relaxed)));
        // What the choices are worth is the bound less what they lose.
        if (all_exact && !floors.empty()) {
            double worth = 0;
            for (std::size_t c = 0; c < known.all.size(); ++c)
                worth -= prices.floors.forced_losses[c];
            double surplus = 0;
            for (const detail::component_floor& floor : floors)
                surplus += at.bonus[floor.a_class] *
                           static_cast<double>(
                               at.used_by(floor.components).kept(floor.a_class) - floor.missing);
            CHECK(std::abs(gaps + worth - surplus) <= 1e-9 * (1 + std::abs(bound)));
        }
    }
    CHECK(exact > 150);
    CHECK(by_bonus > 100);
    CHECK(infeasible > 5);
}

TEST_CASE(
    "thousands of components with floors keep them at a bound that is nearly the relaxation's")
{
    // In some of these the components that are fixed for the time being leave no room for floors.
    for (const std::uint64_t seed : {0U, 1U, 2U, 3U, 8U, 31U}) {
        dice random(9'000 + seed);
        knapsack_problem problem = linked::many_stars(4'000, 2, 4, random);
        const bool is_apart = seed % 2 == 0;
        for (std::size_t item = 0; item < problem.size(); ++item) {
            if (is_apart)
                problem.class_of[item] = static_cast<std::uint32_t>(item / 1'000);
            if (problem.class_of[item] == 3) // nothing of it would be kept
                problem.values[item] *= 0.01;
        }
        for (resource_vector& cost : problem.class_costs)
            cost = {1 + cost[0], 1 + cost[1]};
        problem.capacity = {2'000, 2'500};
        const linked::setting of(problem);
        const std::vector<detail::component_floor> floors{of.floor(3, 20), of.floor(1, 5)};
        const enumerated known(of);
        detail::component_choices at = of.choices();
        linked::endless time;
        detail::component_prices prices(at, of.begin.left, floors, time.limits);
        CAPTURE(seed);
        REQUIRE(prices.find());
        CHECK(!prices.is_infeasible);
        check_choices(known, at, prices.floors.forced_losses);
        for (const detail::component_floor& floor : floors)
            CHECK(at.used_by(floor.components).kept(floor.a_class) >= floor.missing);
        const double bound = bound_of(known, at, of.begin.left, floors);
        const double without = known.least_bound(of.begin.left);
        CHECK(bound <= without * (1 + 1e-5)); // a floor costs
        CHECK(bound >= without * 0.9);
    }
}

TEST_CASE("without a budget no prices of components are found")
{
    dice random(4);
    const linked::setting of(linked::many_stars(4'000, 2, 3, random));
    detail::component_choices at = of.choices();
    const stopwatch watch;
    detail::budget none(watch, 1e9, 0);
    detail::component_prices prices(at, of.begin.left, {}, none);
    CHECK(!prices.find());
    CHECK(!prices.is_infeasible);
}

} // namespace tests_of_component_prices
