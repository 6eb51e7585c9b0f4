// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/priced_floors.hpp>

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

namespace tests_of_priced_floors {

using namespace espalier;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nothing = 1e-11;

/// A problem whose classes lie apart, so that most floors are alone in their components, or not.
knapsack_problem any_problem(dice& random)
{
    knapsack_problem problem = random.one_in(2) ? linked::small_problem(14, false, random)
                                                : linked::many_stars(14, 2, 4, random);
    if (!random.one_in(4))
        for (std::size_t item = 0; item < problem.size(); ++item)
            problem.class_of[item] =
                static_cast<std::uint32_t>(item * problem.classes() / problem.size());
    return problem;
}

std::vector<detail::component_floor> any_floors(const linked::setting& of, dice& random)
{
    std::vector<detail::component_floor> floors;
    for (std::uint32_t c = 0; c < of.problem.classes(); ++c)
        if (!random.one_in(4))
            floors.push_back(of.floor(c, static_cast<std::int64_t>(random.below(4))));
    return floors;
}

bool is_alone(const std::vector<detail::component_floor>& floors, std::size_t f)
{
    for (std::size_t other = 0; other < floors.size(); ++other)
        for (const std::uint32_t c : floors[f].components)
            if (other != f &&
                std::count(floors[other].components.begin(), floors[other].components.end(), c) > 0)
                return false;
    return true;
}

/// The most that components are worth at the prices if they keep so many items of a class, by all
/// their choices; −∞ if they cannot.
double best_keeping(const linked::setting& of, const std::vector<std::uint32_t>& some,
    std::uint32_t a_class, std::int64_t missing, const detail::price_vector& price,
    const std::vector<double>& bonus)
{
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(missing, 0));
    std::vector<double> best(most + 1, -infinity); // by items kept, or that many and more
    best[0] = 0;
    for (const std::uint32_t c : some) {
        std::vector<double> next(most + 1, -infinity);
        for (const linked::choice& one : linked::all_choices(of, c))
            for (std::size_t n = 0; n <= most; ++n) {
                double& to = next[std::min(most, n + static_cast<std::size_t>(one.kept[a_class]))];
                to = std::max(to, best[n] + one.worth(price, bonus));
            }
        best = next;
    }
    return best[most];
}

linked::choice chosen(
    const linked::setting& of, const detail::component_choices& at, std::uint32_t c)
{
    return linked::choice_of(of, c, at.kept_of(c));
}

} // namespace

TEST_CASE("choices that keep the floors are the best of those that do, and others stay as they are")
{
    std::size_t forced = 0;
    std::size_t left_alone = 0;
    std::size_t by_bonus = 0;
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < 800; ++seed) {
        dice random(seed);
        const linked::setting of(any_problem(random));
        const std::vector<detail::component_floor> floors = any_floors(of, random);
        const std::vector<double> no_bonus(of.problem.classes(), 0.0);
        detail::component_choices free = of.choices();
        free.price = linked::any_price(of.problem.resources, 0.2, random);
        free.sweep();
        detail::component_choices at = of.choices();
        at.price = free.price;
        detail::priced_floors priced(at, floors);
        CAPTURE(seed);
        // Swept before at other prices, it must forget what it found there.
        if (random.one_in(2)) {
            at.price = linked::any_price(of.problem.resources, 0.4, random);
            static_cast<void>(priced.sweep());
            at.price = free.price;
        }
        bool is_possible = true;
        for (const detail::component_floor& floor : floors)
            is_possible = is_possible && best_keeping(of, floor.components, floor.a_class,
                                             floor.missing, at.price, no_bonus) > -infinity;
        const bool is_kept = priced.sweep();
        if (!is_possible)
            CHECK(!is_kept);
        if (!is_kept) {
            ++impossible;
            continue;
        }
        resource_vector total{};
        for (std::uint32_t c = 0; c < of.parts.size(); ++c)
            total = detail::less(total, at.usage_of(c), at.rows, -1);
        CHECK(at.total_usage == total);
        for (std::size_t f = 0; f < floors.size(); ++f) {
            const detail::component_floor& floor = floors[f];
            CHECK(at.used_by(floor.components).kept(floor.a_class) >= floor.missing);
            const std::int64_t by_itself = free.used_by(floor.components).kept(floor.a_class);
            if (!is_alone(floors, f)) {
                by_bonus += priced.binds[f];
                CHECK(priced.gaps[f] < 0);
                CHECK((priced.binds[f] != 0) == (at.bonus[floor.a_class] > 0));
                continue;
            }
            CHECK((priced.binds[f] != 0) == (by_itself < floor.missing));
            (priced.binds[f] != 0 ? forced : left_alone) += 1;
            double worth = 0;
            double losses = 0;
            double bound = -at.bonus[floor.a_class] * static_cast<double>(floor.missing);
            for (const std::uint32_t c : floor.components) {
                const linked::choice its = chosen(of, at, c);
                worth += its.worth(at.price, no_bonus);
                std::vector<double> worths;
                for (const linked::choice& one : linked::all_choices(of, c))
                    worths.push_back(one.worth(at.price, at.bonus));
                std::sort(worths.rbegin(), worths.rend());
                bound += worths.front();
                losses += priced.forced_losses[c];
                CHECK(std::abs(worths.front() - its.worth(at.price, at.bonus) -
                               priced.forced_losses[c]) < nothing);
                if (worths.size() > 1)
                    CHECK(std::abs(at.margin[c] - std::max(worths[0] - worths[1] - priced.gaps[f],
                                                      0.0)) < nothing);
                if (priced.binds[f] == 0)
                    CHECK(at.kept_of(c) == free.kept_of(c));
            }
            CHECK(std::abs(worth - best_keeping(of, floor.components, floor.a_class, floor.missing,
                                       at.price, no_bonus)) < nothing);
            CHECK(std::abs(bound - worth - priced.gaps[f]) < nothing);
            if (priced.binds[f] == 0) {
                CHECK(at.bonus[floor.a_class] == 0);
                CHECK(losses == 0);
            }
            // No other bonus gives a better bound.
            for (int trial = -6; trial <= 6 && priced.binds[f] != 0; ++trial) {
                std::vector<double> other = at.bonus;
                other[floor.a_class] *= 1 + 0.1 * trial;
                CHECK(best_keeping(of, floor.components, floor.a_class, 0, at.price, other) -
                          other[floor.a_class] * static_cast<double>(floor.missing) >=
                      bound - nothing);
            }
        }
    }
    CHECK(forced > 200);
    CHECK(left_alone > 200);
    CHECK(by_bonus > 20);
    CHECK(impossible > 20);
}

TEST_CASE("at trial prices the bound is that of the floors, and its choices are a subgradient")
{
    std::size_t partial = 0;
    std::size_t compared = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        dice random(20'000 + seed);
        const linked::setting of(any_problem(random));
        std::vector<detail::component_floor> floors = any_floors(of, random);
        const std::vector<double> no_bonus(of.problem.classes(), 0.0);
        detail::component_choices at = of.choices();
        at.price = linked::any_price(of.problem.resources, 0.2, random);
        detail::priced_floors priced(at, floors);
        if (!priced.sweep())
            continue;
        std::vector<std::uint32_t> some;
        for (std::uint32_t c = 0; c < of.parts.size(); ++c)
            if (!random.one_in(3))
                some.push_back(c);
        if (random.one_in(3)) {
            some.resize(of.parts.size());
            std::iota(some.begin(), some.end(), std::uint32_t{0});
        }
        partial += some.size() < of.parts.size();
        const detail::priced_floors::excerpt excerpt = priced.among(some);
        // What is asked of the components that are in, by hand.
        double before_bound = 0;
        detail::price_vector before_price{};
        detail::priced_floors::outcome before;
        CAPTURE(seed);
        for (int trial = 0; trial < 3; ++trial) {
            const detail::price_vector price = linked::any_price(of.problem.resources, 0.3, random);
            double expected = 0;
            bool all_alone = true;
            std::vector<std::uint8_t> is_counted(of.parts.size(), 0);
            for (std::size_t f = 0; f < floors.size(); ++f) {
                all_alone = all_alone && is_alone(floors, f);
                std::vector<std::uint32_t> inside;
                std::int64_t missing = floors[f].missing;
                for (const std::uint32_t c : floors[f].components)
                    if (std::count(some.begin(), some.end(), c) > 0)
                        inside.push_back(c);
                    else
                        missing -= chosen(of, at, c).kept[floors[f].a_class];
                for (const std::uint32_t c : inside)
                    is_counted[c] = 1;
                expected += best_keeping(of, inside, floors[f].a_class, missing, price, no_bonus);
            }
            for (const std::uint32_t c : some)
                if (is_counted[c] == 0)
                    expected += best_keeping(of, {c}, 0, 0, price, no_bonus);
            if (!all_alone)
                break;
            const detail::priced_floors::outcome now = priced.evaluate(price, some, excerpt);
            CHECK(now.is_possible == (expected > -infinity));
            if (!now.is_possible)
                break;
            CHECK(std::abs(now.bound - expected) < nothing);
            CHECK(std::abs(now.value - expected) < nothing);
            // Convex: the choices made at the prices before are worth no more than the best now.
            double cut = before_bound;
            for (std::size_t r = 0; r < at.rows; ++r)
                cut += (before_price[r] - price[r]) * static_cast<double>(before.usage[r]);
            if (trial > 0) {
                CHECK(now.bound >= cut - nothing);
                ++compared;
            }
            before = now;
            before_bound = now.bound;
            before_price = price;
        }
    }
    CHECK(partial > 100);
    CHECK(compared > 200);
}

} // namespace tests_of_priced_floors
