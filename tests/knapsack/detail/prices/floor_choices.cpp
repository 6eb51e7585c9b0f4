// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/floor_choices.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <limits>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

namespace tests_of_floor_choices {

using namespace espalier;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nothing = 1e-12;

/// Least loss with which components keep so many items of a class: all combinations of all their
/// choices are tried.
double least_loss(const linked::setting& of, const detail::component_choices& at,
    const detail::component_floor& floor)
{
    std::vector<std::pair<double, std::int64_t>> combined{{0.0, 0}}; // loss, items kept
    for (const std::uint32_t c : floor.components) {
        const std::vector<linked::choice> all = linked::all_choices(of, c);
        double best = -infinity;
        for (const linked::choice& one : all)
            best = std::max(best, one.worth(at.price, at.bonus));
        std::vector<std::pair<double, std::int64_t>> more;
        for (const auto& [loss, kept] : combined)
            for (const linked::choice& one : all)
                more.emplace_back(
                    loss + best - one.worth(at.price, at.bonus), kept + one.kept[floor.a_class]);
        combined = std::move(more);
    }
    double least = infinity;
    for (const auto& [loss, kept] : combined)
        if (kept >= floor.missing)
            least = std::min(least, loss);
    return least;
}

} // namespace

TEST_CASE("the forced choices are those of least loss among all combinations that keep the floor")
{
    std::size_t forced_ones = 0;
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
        dice random(seed);
        linked::setting of(random.one_in(2) ? linked::small_problem(12, false, random)
                                            : linked::many_stars(12, 2, 3, random));
        if (of.parts.items() == 0)
            continue;
        if (random.one_in(4))
            of.parts.value[random.below(of.parts.items())] = -infinity;
        detail::component_choices at = of.choices();
        at.price = linked::any_price(of.problem.resources, 0.3, random);
        if (random.one_in(3))
            at.bonus[random.below(at.bonus.size())] = 0.2 * random.unit();
        at.price_listings();
        const detail::component_floor floor =
            of.floor(static_cast<std::uint32_t>(random.below(of.problem.classes())),
                static_cast<std::int64_t>(random.below(7)));
        const detail::forced_choices forced = detail::forced_by(at, floor);
        const double least = least_loss(of, at, floor);
        CAPTURE(seed);
        if (least == infinity) {
            ++impossible;
            CHECK(forced.lost == infinity);
            CHECK(forced.choices.empty());
            continue;
        }
        CHECK(std::abs(forced.lost - least) < nothing);
        // The choices named, and the best of the other components, keep the floor at that loss.
        std::set<std::uint32_t> named;
        double loss = 0;
        std::int64_t kept = 0;
        for (const auto& [c, keep] : forced.choices) {
            CHECK(named.insert(c).second);
            CHECK(std::find(floor.components.begin(), floor.components.end(), c) !=
                  floor.components.end());
            kept += linked::choice_of(of, c, keep).kept[floor.a_class];
            loss += at.single().loss_of(c, keep);
        }
        CHECK(std::abs(loss - least) < nothing);
        CHECK(kept >= floor.missing);
        forced_ones += forced.lost > 0;
    }
    CHECK(forced_ones > 200);
    CHECK(impossible > 50);
}

TEST_CASE("a floor of nothing forces nothing")
{
    dice random(2);
    const linked::setting of(linked::many_stars(12, 1, 1, random));
    detail::component_choices at = of.choices();
    at.price_listings();
    for (const std::int64_t missing : {0, -3}) {
        const detail::forced_choices none = detail::forced_by(at, of.floor(0, missing));
        CHECK(none.lost == 0);
        CHECK(none.choices.empty());
    }
}

TEST_CASE("floors are forced up to 64 items among 65,536")
{
    dice random(3);
    const linked::setting of(linked::many_stars(200, 1, 1, random));
    CHECK(detail::can_force(of.floor(0, 64), of.parts));
    CHECK(!detail::can_force(of.floor(0, 65), of.parts));
    knapsack_problem many = linked::many_stars((std::size_t{1} << 16U) + 1, 1, 1, random);
    many.fixed.assign(many.size(), decision::free);
    const linked::setting too_many(many);
    CHECK(!detail::can_force(too_many.floor(0, 1), too_many.parts));
    many.fixed.back() = decision::prune;
    const linked::setting enough(many);
    CHECK(detail::can_force(enough.floor(0, 1), enough.parts));
}

} // namespace tests_of_floor_choices

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
        const bool is_settled = detail::settle_bonuses(at, price, floors, some);
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
        const detail::component_floor floor =
            of.floor(0, static_cast<std::int64_t>(1 + random.below(5)));
        const detail::price_vector price = linked::any_price(2, 0.25, random);
        at.bonus[0] = random.one_in(2) ? random.unit() : 0.0;
        if (!detail::settle_bonuses(at, price, {floor}, floor.components))
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
    std::int64_t all = 0;
    for (const std::uint32_t c : of.problem.class_of)
        all += c == 0;
    const detail::component_floor floor = of.floor(0, all);
    const detail::price_vector price{1e6, 3e6};
    REQUIRE(detail::settle_bonuses(at, price, {floor}, floor.components));
    CHECK(at.evaluate(price, floor.components).used.kept(0) == all);
    const detail::component_floor too_many = of.floor(0, all + 1);
    CHECK(!detail::settle_bonuses(at, price, {too_many}, too_many.components));
}

} // namespace tests_of_floor_bonuses
