// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/floor_bonuses.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace tests_of_floor_bonuses {

using namespace espalier;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nothing = 1e-11;

/// Σ over some components of their best worth, by trying all choices.
double best_worth(const linked::setting& of, const std::vector<std::uint32_t>& some,
    const detail::price_vector& price, const std::vector<double>& bonus)
{
    double sum = 0;
    for (const std::uint32_t c : some) {
        double best = -infinity;
        for (const linked::choice& one : linked::all_choices(of, c))
            best = std::max(best, one.worth(price, bonus));
        sum += best;
    }
    return sum;
}

/// The most that components are worth at the prices if they keep the floors: all combinations.
/// −∞ if they cannot.
double best_with_floors(const linked::setting& of, const std::vector<std::uint32_t>& some,
    const detail::price_vector& price, const std::vector<detail::component_floor>& floors)
{
    using combination = std::pair<double, std::vector<std::int64_t>>;
    const std::vector<double> no_bonus(of.problem.classes(), 0.0);
    std::vector<combination> combined{{0.0, std::vector<std::int64_t>(floors.size(), 0)}};
    for (const std::uint32_t c : some) {
        std::vector<combination> more;
        for (const linked::choice& one : linked::all_choices(of, c))
            for (combination next : combined) {
                next.first += one.worth(price, no_bonus);
                for (std::size_t f = 0; f < floors.size(); ++f)
                    next.second[f] += one.kept[floors[f].a_class];
                more.push_back(std::move(next));
            }
        combined = std::move(more);
    }
    double best = -infinity;
    for (const auto& [worth, kept] : combined) {
        bool is_met = true;
        for (std::size_t f = 0; f < floors.size(); ++f)
            is_met = is_met && kept[f] >= floors[f].missing;
        if (is_met)
            best = std::max(best, worth);
    }
    return best;
}

} // namespace

TEST_CASE("with settled bonuses the best choices keep the floors and the bound holds")
{
    std::size_t met = 0;
    std::size_t with_bonus = 0;
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        dice random(seed);
        linked::setting of(random.one_in(2) ? linked::small_problem(11, false, random)
                                            : linked::many_stars(11, 2, 3, random));
        if (of.parts.items() > 0 && random.one_in(3))
            of.parts.value[random.below(of.parts.items())] = -infinity;
        detail::component_choices at = of.choices();
        detail::floor_bonuses bonuses(at);
        for (double& bonus : at.bonus)
            bonus = random.one_in(2) ? 0.3 * random.unit() : 0.0; // of prices before
        std::vector<detail::component_floor> floors;
        for (std::uint32_t a_class = 0; a_class < of.problem.classes(); ++a_class)
            if (random.one_in(2))
                floors.push_back(of.floor(a_class, static_cast<std::int64_t>(random.below(4))));
            else
                at.bonus[a_class] = 0;
        std::vector<std::uint32_t> some;
        for (std::uint32_t c = 0; c < of.parts.size(); ++c)
            if (std::any_of(floors.begin(), floors.end(), [&](const detail::component_floor& one) {
                    return std::find(one.components.begin(), one.components.end(), c) !=
                           one.components.end();
                }))
                some.push_back(c);
        const detail::price_vector price = linked::any_price(of.problem.resources, 0.2, random);
        const bool is_settled = bonuses.settle(price, floors, some);
        const double best = best_with_floors(of, some, price, floors);
        CAPTURE(seed);
        if (!is_settled) {
            ++impossible;
            CHECK(best == -infinity);
            continue;
        }
        CHECK(best > -infinity);
        double bound = best_worth(of, some, price, at.bonus);
        for (const detail::component_floor& floor : floors) {
            CHECK(at.bonus[floor.a_class] >= 0);
            bound -= at.bonus[floor.a_class] * static_cast<double>(floor.missing);
        }
        CHECK(bound >= best - nothing);
        const auto used = at.evaluate(price, some).used;
        for (const detail::component_floor& floor : floors) {
            CHECK(used.kept(floor.a_class) >= floor.missing);
            met += floor.missing > 0;
            with_bonus += at.bonus[floor.a_class] > 0;
        }
    }
    CHECK(met > 300);
    CHECK(with_bonus > 150);
    CHECK(impossible > 20);
}

TEST_CASE("no bonus gives a better bound for a floor than the one that is settled")
{
    std::size_t with_bonus = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(10'000 + seed);
        const linked::setting of(linked::many_stars(20, 2, 2, random));
        detail::component_choices at = of.choices();
        detail::floor_bonuses bonuses(at);
        const detail::component_floor floor =
            of.floor(0, static_cast<std::int64_t>(1 + random.below(5)));
        const detail::price_vector price = linked::any_price(2, 0.25, random);
        at.bonus[0] = random.one_in(2) ? random.unit() : 0.0;
        if (!bonuses.settle(price, {floor}, floor.components))
            continue;
        const auto bound_with = [&](double bonus) {
            return best_worth(of, floor.components, price, {bonus, 0.0}) -
                   bonus * static_cast<double>(floor.missing);
        };
        const double settled = bound_with(at.bonus[0]);
        CAPTURE(seed);
        with_bonus += at.bonus[0] > 0;
        for (int trial = 0; trial < 40; ++trial) // convex: nearby and far away
            CHECK(bound_with(std::max(0.0, at.bonus[0] + std::ldexp(random.unit() - 0.5,
                                                             -trial / 2))) >= settled - nothing);
        CHECK(bound_with(0) >= settled - nothing);
    }
    CHECK(with_bonus > 100);
}

TEST_CASE("items that nothing but an enormous bonus brings in are brought in")
{
    // Everything is so dear that each item loses far more than values are worth.
    dice random(7);
    const linked::setting of(linked::many_stars(30, 2, 2, random));
    detail::component_choices at = of.choices();
    detail::floor_bonuses bonuses(at);
    std::int64_t all = 0;
    for (const std::uint32_t c : of.problem.class_of)
        all += c == 0;
    const detail::component_floor floor = of.floor(0, all);
    const detail::price_vector price{1e6, 3e6};
    REQUIRE(bonuses.settle(price, {floor}, floor.components));
    CHECK(at.evaluate(price, floor.components).used.kept(0) == all);
    const detail::component_floor too_many = of.floor(0, all + 1);
    CHECK(!bonuses.settle(price, {too_many}, too_many.components));
}

} // namespace tests_of_floor_bonuses
