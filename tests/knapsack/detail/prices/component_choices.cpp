// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/component_choices.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <limits>
#include <vector>

namespace tests_of_component_choices {

using namespace espalier;
using detail::component_choices;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nothing = 1e-11; ///< what rounding may do

std::vector<std::uint8_t> kept_in(
    const linked::setting& of, const component_choices& at, std::size_t c)
{
    std::vector<std::uint8_t> keep;
    for (std::size_t k = 0; k < of.parts.items(c); ++k)
        keep.push_back(at.keeps(c, k));
    return keep;
}

/// Worths of all choices of all components, in falling order.
std::vector<std::vector<double>> worths_of(
    const linked::setting& of, const detail::price_vector& price, const std::vector<double>& bonus)
{
    std::vector<std::vector<double>> result;
    for (std::size_t c = 0; c < of.parts.size(); ++c) {
        result.emplace_back();
        for (const linked::choice& one : linked::all_choices(of, c))
            result.back().push_back(one.worth(price, bonus));
        std::sort(result.back().rbegin(), result.back().rend());
    }
    return result;
}

void move(const linked::setting& of, component_choices& at, dice& random)
{
    at.price = linked::any_price(of.problem.resources, 0.1, random);
    at.bonus.assign(of.problem.classes(), 0.0);
    if (random.one_in(2))
        at.bonus[random.below(at.bonus.size())] = 0.5 * random.unit();
}

} // namespace

TEST_CASE("a sweep finds the best choice, the margin and the usage of every component")
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        const linked::setting of(random.one_in(2) ? linked::small_problem(10, false, random)
                                                  : linked::many_stars(60, 2, 3, random));
        component_choices at = of.choices();
        move(of, at, random);
        at.sweep();
        const auto worths = worths_of(of, at.price, at.bonus);
        CAPTURE(seed);
        resource_vector total{};
        double all = 0;
        for (std::size_t c = 0; c < of.parts.size(); ++c) {
            const linked::choice chosen = linked::choice_of(of, c, kept_in(of, at, c));
            CHECK(std::abs(chosen.worth(at.price, at.bonus) - worths[c][0]) < nothing);
            CHECK(at.usage_of(c) == chosen.usage);
            const double margin = worths[c].size() > 1 ? worths[c][0] - worths[c][1] : infinity;
            CHECK((std::abs(at.margin[c] - margin) < nothing || at.margin[c] == margin));
            total = detail::less(total, chosen.usage, of.problem.resources, -1);
            all += worths[c][0];
        }
        CHECK(at.total_usage == total);
        CHECK(std::abs(at.total_worth() - all) < 10 * nothing);
        CHECK(at.fit(total));
        resource_vector too_little = total;
        too_little[of.problem.resources - 1] -= 1;
        CHECK(!at.fit(too_little));
    }
}

TEST_CASE("evaluating some components at some prices gives their best worth and what they use")
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(1'000 + seed);
        const linked::setting of(random.one_in(2) ? linked::small_problem(10, false, random)
                                                  : linked::many_stars(60, 2, 3, random));
        component_choices at = of.choices();
        move(of, at, random);
        at.sweep();
        const resource_vector before = at.total_usage;
        std::vector<std::uint32_t> some;
        for (std::uint32_t c = 0; c < of.parts.size(); ++c)
            if (random.one_in(2))
                some.push_back(c);
        const detail::price_vector other = linked::any_price(of.problem.resources, 0.1, random);
        const auto worths = worths_of(of, other, at.bonus);
        const component_choices::evaluation found = at.evaluate(other, some);
        double worth = 0;
        for (const std::uint32_t c : some)
            worth += worths[c][0];
        CAPTURE(seed);
        CHECK(std::abs(found.worth - worth) < 10 * nothing);
        // Worth is value less prices of the usage, bonuses included: a choice of that value exists.
        CHECK(at.total_usage == before); // the present choices stay
        resource_vector used{};
        std::vector<std::int64_t> kept(of.problem.classes(), 0);
        for (const std::uint32_t c : some) {
            const linked::choice chosen = linked::choice_of(of, c, kept_in(of, at, c));
            used = detail::less(used, chosen.usage, of.problem.resources, -1);
            for (std::size_t a_class = 0; a_class < kept.size(); ++a_class)
                kept[a_class] += chosen.kept[a_class];
        }
        const detail::choice_tally present = at.used_by(some);
        CHECK(present.usage() == used);
        for (std::size_t a_class = 0; a_class < kept.size(); ++a_class)
            CHECK(present.kept(a_class) == kept[a_class]);
        // At the prices of the sweep both are the same.
        const component_choices::evaluation same = at.evaluate(at.price, some);
        CHECK(same.used.usage() == used);
    }
}

TEST_CASE("one class with a bonus of its own is evaluated as all of them are")
{
    std::size_t others = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(2'000 + seed);
        const linked::setting of(random.one_in(2) ? linked::small_problem(10, false, random)
                                                  : linked::many_stars(60, 2, 3, random));
        component_choices at = of.choices();
        move(of, at, random);
        at.sweep();
        const detail::price_vector listed =
            random.one_in(2) ? at.price : linked::any_price(of.problem.resources, 0.1, random);
        if (random.one_in(2))
            at.price_listings(listed);
        else
            static_cast<void>(at.evaluate(listed, {}));
        const auto a_class = static_cast<std::uint32_t>(random.below(of.problem.classes()));
        const double bonus = random.one_in(3) ? 0.0 : 0.3 * random.unit();
        at.set_bonus(a_class, bonus);
        CHECK(at.bonus[a_class] == bonus);
        std::vector<std::uint32_t> some;
        for (std::uint32_t c = 0; c < of.parts.size(); ++c)
            if (random.one_in(2))
                some.push_back(c);
        const std::vector<std::uint64_t> before = at.choices();
        const auto [worth, kept] = at.evaluate_class(some, a_class);
        const std::vector<double> margins = at.margin;
        const component_choices::remargined again = at.set_margins(some);
        CAPTURE(seed);
        CHECK(at.changed_since(before).empty()); // the present choices stay
        const auto worths = worths_of(of, listed, at.bonus);
        double best = 0;
        for (std::uint32_t c = 0; c < of.parts.size(); ++c) {
            if (std::count(some.begin(), some.end(), c) == 0) {
                CHECK(at.margin[c] == margins[c]);
                continue;
            }
            best += worths[c][0];
            const double margin = worths[c].size() > 1 ? worths[c][0] - worths[c][1] : infinity;
            CHECK((std::abs(at.margin[c] - margin) < nothing || at.margin[c] == margin));
            const double its = linked::choice_of(of, c, kept_in(of, at, c)).worth(listed, at.bonus);
            if (std::count(again.others.begin(), again.others.end(), c) == 0)
                CHECK(std::abs(its - worths[c][0]) < nothing);
        }
        CHECK(std::abs(worth - best) < 10 * nothing);
        CHECK(std::abs(again.worth - best) < 10 * nothing);
        const component_choices::evaluation whole = at.evaluate(listed, some);
        CHECK(kept == whole.used.kept(a_class));
        others += again.others.size();
        for (const std::uint32_t c : again.others)
            at.choose(c, std::vector<std::uint8_t>(of.parts.items(c), 1));
        for (const std::uint32_t c : at.changed_since(before))
            CHECK(std::count(again.others.begin(), again.others.end(), c) == 1);
    }
    CHECK(others > 100);
}

TEST_CASE("after a move only what is near is solved again, and margins are never more than true")
{
    std::size_t changes = 0;
    std::size_t kept_margins = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(4'000 + seed);
        const linked::setting of(random.one_in(3) ? linked::small_problem(10, false, random)
                                                  : linked::many_stars(60, 2, 3, random));
        component_choices at = of.choices();
        move(of, at, random);
        at.sweep();
        for (int step = 0; step < 4; ++step) {
            const detail::price_vector before = at.price;
            for (std::size_t r = 0; r < of.problem.resources; ++r)
                at.price[r] = std::max(at.price[r] + 0.01 * (random.unit() - 0.5), 0.0);
            std::vector<std::vector<std::uint8_t>> chosen;
            for (std::size_t c = 0; c < of.parts.size(); ++c)
                chosen.push_back(kept_in(of, at, c));
            const std::vector<std::uint32_t> changed =
                at.sweep_again(before, random.one_in(2) ? 0.0 : 0.05);
            changes += changed.size();
            const auto worths = worths_of(of, at.price, at.bonus);
            CAPTURE(seed);
            CAPTURE(step);
            resource_vector total{};
            for (std::uint32_t c = 0; c < of.parts.size(); ++c) {
                const std::vector<std::uint8_t> keep = kept_in(of, at, c);
                const linked::choice now = linked::choice_of(of, c, keep);
                CHECK(std::abs(now.worth(at.price, at.bonus) - worths[c][0]) < nothing);
                const double margin = worths[c].size() > 1 ? worths[c][0] - worths[c][1] : infinity;
                CHECK(at.margin[c] <= margin + nothing);
                CHECK(at.margin[c] >= -nothing);
                kept_margins += at.margin[c] < margin - nothing;
                CHECK((keep != chosen[c]) ==
                      (std::find(changed.begin(), changed.end(), c) != changed.end()));
                total = detail::less(total, now.usage, of.problem.resources, -1);
            }
            CHECK(at.total_usage == total);
        }
    }
    CHECK(changes > 200);
    CHECK(kept_margins > 1'000);
}

TEST_CASE("threads choose the same for tens of thousands of components")
{
    dice random(5);
    const linked::setting of(linked::many_stars(100'000, 2, 3, random));
    REQUIRE(of.parts.size() > 33'000);
    component_choices one = of.choices();
    component_choices many = of.choices(detail::workers(3));
    for (component_choices* at : {&one, &many}) {
        at->price[0] = 0.04;
        at->price[1] = 0.05;
        at->sweep();
    }
    CHECK(many.margin == one.margin);
    CHECK(many.total_usage == one.total_usage);
    CHECK(many.total_worth() == one.total_worth());
    std::size_t different = 0;
    for (std::size_t c = 0; c < of.parts.size(); ++c)
        different += kept_in(of, one, c) != kept_in(of, many, c);
    CHECK(different == 0);
    const detail::price_vector before = one.price;
    for (component_choices* at : {&one, &many})
        at->price[0] = 0.045;
    const std::vector<std::uint32_t> changed = one.sweep_again(before, 0.0);
    CHECK(many.sweep_again(before, 0.0) == changed);
    CHECK(std::is_sorted(changed.begin(), changed.end()));
    CHECK(many.total_usage == one.total_usage);
}

} // namespace tests_of_component_choices
