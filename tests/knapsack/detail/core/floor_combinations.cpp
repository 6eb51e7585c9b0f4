// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/floor_combinations.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <how_often.hpp>
#include <knapsack/linked.hpp>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

namespace tests_of_floor_combinations {

using namespace espalier;
using detail::alternative;
using detail::component_floor;
using detail::listed_place;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nothing = 1e-11;

struct setting {
    linked::setting of;
    detail::component_choices at;
    std::vector<component_floor> floors;
    std::vector<std::uint32_t> which;
    std::vector<listed_place> members;
    std::vector<double> forced_losses;

    /// Components of some classes with floors at bonuses that bring out choices that keep them; the
    /// others stay as they are.
    setting(std::size_t number_of_floors, std::size_t most_members, dice& random)
        : of(linked::many_stars(10, 1 + random.below(2), 3, random)), at(of.choices())
    {
        at.price = linked::any_price(of.problem.resources, 0.4, random);
        std::set<std::uint32_t> tied;
        for (std::uint32_t f = 0; f < number_of_floors; ++f) {
            at.bonus[f] = random.one_in(4) ? 0.0 : 0.3 * random.unit();
            floors.push_back(of.floor(f, 0));
            which.push_back(f);
            tied.insert(floors.back().components.begin(), floors.back().components.end());
        }
        at.sweep();
        for (component_floor& floor : floors) // no more than is kept now
            floor.missing = static_cast<std::int64_t>(random.below(
                static_cast<std::size_t>(at.used_by(floor.components).kept(floor.a_class)) + 1));
        at.price_listings();
        forced_losses.assign(of.parts.size(), 0.0);
        linked::endless time;
        const std::vector<std::uint32_t> classes = which;
        for (const std::uint32_t c : tied) {
            if (members.size() == most_members || random.one_in(5))
                continue;
            members.push_back({{c}, at.list(c, infinity, classes, 1'000, time.limits)});
            std::vector<alternative>& choices = members.back().choices;
            const auto present =
                std::find_if(choices.begin(), choices.end(), [&](const alternative& one) {
                    for (std::size_t k = 0; k < one.keep.size(); ++k)
                        if (at.keeps(c, k) != (one.keep[k] != 0))
                            return false;
                    return true;
                });
            if (present != choices.end())
                std::rotate(choices.begin(), present, present + 1);
        }
    }
    setting(const setting&) = delete;
    setting& operator=(const setting&) = delete;

    /// Of the components that are tied: what they lose against their bound under the floors if
    /// members choose so. The bound is their best worth at prices and bonuses, less the bonuses of
    /// what is missing.
    [[nodiscard]] double loss_of(const std::vector<std::size_t>& chosen) const
    {
        std::set<std::uint32_t> tied;
        double loss = 0;
        for (const component_floor& floor : floors) {
            loss -= at.bonus[floor.a_class] * static_cast<double>(floor.missing);
            tied.insert(floor.components.begin(), floor.components.end());
        }
        const std::vector<double> no_bonus(at.bonus.size(), 0.0);
        for (const std::uint32_t c : tied) {
            double best = -infinity;
            for (const linked::choice& one : linked::all_choices(of, c))
                best = std::max(best, one.worth(at.price, at.bonus));
            loss += best - linked::choice_of(of, c, keep_of(c, chosen)).worth(at.price, no_bonus);
        }
        return loss;
    }
    [[nodiscard]] bool keeps_floors(const std::vector<std::size_t>& chosen) const
    {
        for (const component_floor& floor : floors) {
            std::int64_t kept = 0;
            for (const std::uint32_t c : floor.components)
                kept += linked::choice_of(of, c, keep_of(c, chosen)).kept[floor.a_class];
            if (kept < floor.missing)
                return false;
        }
        return true;
    }
    [[nodiscard]] std::vector<std::uint8_t> keep_of(
        std::uint32_t c, const std::vector<std::size_t>& chosen) const
    {
        for (std::size_t m = 0; m < members.size(); ++m)
            if (members[m].components.front() == c)
                return members[m].choices[chosen[m]].keep;
        std::vector<std::uint8_t> keep;
        for (std::size_t k = 0; k < of.parts.items(c); ++k)
            keep.push_back(at.keeps(c, k));
        return keep;
    }
    template <class See>
    void each_combination(const See& see) const
    {
        std::vector<std::size_t> chosen(members.size(), 0);
        for (;;) {
            see(chosen);
            std::size_t m = 0;
            while (m < members.size() && ++chosen[m] == members[m].choices.size())
                chosen[m++] = 0;
            if (m == members.size())
                return;
        }
    }
};

} // namespace

TEST_CASE("combinations that keep the floors are listed, but those that others are as good as")
{
    std::size_t listed_in_all = 0;
    std::size_t kept_out = 0;
    for (std::uint64_t seed = 0; seed < how_often(400U); ++seed) {
        dice random(seed);
        setting at(1 + random.below(2), 1 + random.below(4), random);
        if (at.members.empty())
            continue;
        const double limit = random.one_in(3) ? 1e3 : random.unit();
        linked::endless time;
        double left_out = infinity;
        const listed_place place =
            detail::floor_combinations(at.floors, at.which, at.at, at.forced_losses, at.members)
                .list(limit, 0, time.limits, left_out);
        CAPTURE(seed);
        CHECK(left_out == infinity);
        std::size_t items = 0;
        REQUIRE(place.components.size() == at.members.size());
        for (std::size_t m = 0; m < at.members.size(); ++m) {
            CHECK(place.components[m] == at.members[m].components.front());
            items += at.of.parts.items(place.components[m]);
        }
        // Whatever keeps the floors within the limit is listed, or something as good is.
        std::size_t matched = 0;
        bool is_complete = true;
        at.each_combination([&](const std::vector<std::size_t>& chosen) {
            std::vector<std::uint8_t> keep;
            resource_vector used{};
            for (std::size_t m = 0; m < chosen.size(); ++m) {
                const std::vector<std::uint8_t>& its = at.members[m].choices[chosen[m]].keep;
                keep.insert(keep.end(), its.begin(), its.end());
                const std::uint32_t c = at.members[m].components.front();
                used = detail::less(used, linked::choice_of(at.of, c, its).usage, at.at.rows, -1);
            }
            const double loss = at.loss_of(chosen);
            const bool is_good = at.keeps_floors(chosen);
            kept_out += !is_good;
            bool is_covered = !is_good || loss > limit - nothing;
            for (const alternative& one : place.choices) {
                if (one.keep == keep) {
                    ++matched;
                    CHECK(is_good);
                    CHECK(std::abs(one.loss - loss) < nothing);
                    CHECK(one.usage == used);
                }
                is_covered =
                    is_covered ||
                    (one.loss <= loss + nothing &&
                        detail::is_within(detail::less(used, one.usage, at.at.rows), at.at.rows));
            }
            is_complete = is_complete && is_covered;
        });
        CHECK(is_complete);
        CHECK(matched == place.choices.size());
        listed_in_all += matched;
        for (std::size_t k = 1; k < place.choices.size(); ++k)
            CHECK(place.choices[k - 1].loss <= place.choices[k].loss);
        for (const alternative& one : place.choices)
            CHECK(one.keep.size() == items);
    }
    CHECK(listed_in_all > how_often(1'000));
    CHECK(kept_out > how_often(1'000));
}

TEST_CASE("the combination of the present choices is listed whatever the limit")
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        dice random(seed);
        setting at(1 + random.below(2), 4, random);
        if (at.members.empty())
            continue;
        linked::endless time;
        double left_out = infinity;
        const listed_place place =
            detail::floor_combinations(at.floors, at.which, at.at, at.forced_losses, at.members)
                .list(-1, 0, time.limits, left_out);
        CAPTURE(seed);
        REQUIRE(place.choices.size() == 1);
        const std::vector<std::size_t> present(at.members.size(), 0);
        CHECK(place.choices.front().loss == doctest::Approx(at.loss_of(present)));
    }
}

TEST_CASE("a gap, and what others were forced to lose, shift all losses alike")
{
    std::size_t trials = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        dice random(seed);
        setting at(1, 2, random);
        const std::vector<std::uint32_t>& tied = at.floors.front().components;
        const auto is_member = [&](std::uint32_t c) {
            return std::any_of(at.members.begin(), at.members.end(),
                [&](const listed_place& one) { return one.components.front() == c; });
        };
        const auto other = std::find_if_not(tied.begin(), tied.end(), is_member);
        if (at.members.empty() || other == tied.end())
            continue;
        ++trials;
        const auto listed = [&](double gap) {
            linked::endless time;
            double left_out = infinity;
            return detail::floor_combinations(
                at.floors, at.which, at.at, at.forced_losses, at.members)
                .list(1e3, gap, time.limits, left_out)
                .choices;
        };
        const std::vector<alternative> plain = listed(0);
        const std::vector<alternative> with_gap = listed(0.01);
        at.forced_losses[*other] = 0.25;
        const std::vector<alternative> forced = listed(0);
        CAPTURE(seed);
        REQUIRE(plain.size() == with_gap.size());
        REQUIRE(plain.size() == forced.size());
        for (std::size_t k = 0; k < plain.size(); ++k) {
            CHECK(std::abs(with_gap[k].loss - std::max(plain[k].loss - 0.01, 0.0)) < nothing);
            CHECK(std::abs(forced[k].loss - plain[k].loss - 0.25) < nothing);
        }
        at.forced_losses[*other] = 0;
        at.forced_losses[at.members.front().components.front()] = 0.25; // its choices tell
        CHECK(std::abs(listed(0).front().loss - plain.front().loss) < nothing);
    }
    CHECK(trials > 10);
}

TEST_CASE("of too many combinations the best are listed, and what the best of the others loses")
{
    // Pairs over a unit, every value and unit another: thousands of combinations.
    dice random(6);
    knapsack_problem problem;
    problem.resources = 3;
    problem.class_costs = {{1, 1, 1}};
    problem.capacity = {1'000, 1'000, 1'000};
    problem.shared.first = {0};
    for (std::uint32_t pair = 0; pair < 20; ++pair) {
        for (std::uint32_t k = 0; k < 2; ++k) {
            problem.values.push_back(0.5 + 0.5 * random.unit());
            problem.class_of.push_back(0);
            problem.shared.users.push_back(2 * pair + k);
        }
        problem.shared.first.push_back(problem.shared.users.size());
        problem.shared.kind.push_back(pair);
        problem.shared.costs.emplace_back();
        for (std::size_t r = 0; r < 3; ++r)
            problem.shared.costs.back()[r] = static_cast<std::int64_t>(random.below(100));
    }
    const linked::setting of(problem);
    detail::component_choices at = of.choices();
    at.price = {0.005, 0.006, 0.007};
    at.sweep();
    at.price_listings();
    linked::endless time;
    const std::vector<component_floor> floors{of.floor(0, 3)};
    std::vector<listed_place> members;
    const std::vector<std::uint32_t> classes{0};
    for (std::uint32_t c = 0; c < of.parts.size(); ++c)
        members.push_back({{c}, at.list(c, infinity, classes, 1'000, time.limits)});
    const std::vector<double> none(of.parts.size(), 0.0);
    const auto list = [&](double limit, double& left_out) {
        return detail::floor_combinations(floors, {0}, at, none, members)
            .list(limit, 0, time.limits, left_out);
    };
    double left_out = infinity;
    const std::vector<alternative> best = list(1e3, left_out).choices;
    REQUIRE(left_out < infinity);
    CHECK(left_out > 0);
    CHECK(best.size() <= 2'000);
    CHECK(time.limits.spent() > 100'000);
    // All that lose less are among them.
    double none_left = infinity;
    const std::vector<alternative> below = list(0.99 * left_out, none_left).choices;
    REQUIRE(none_left == infinity);
    CHECK(below.size() > 20);
    for (const alternative& one : below)
        CHECK(std::any_of(best.begin(), best.end(),
            [&](const alternative& other) { return other.keep == one.keep; }));
}

TEST_CASE("where the budget ends nothing is listed, and nothing is said of what that loses")
{
    dice random(3);
    setting at(1, 4, random);
    REQUIRE(!at.members.empty());
    linked::endless time;
    detail::budget few(time.watch, 1e9, 10);
    double left_out = infinity;
    const listed_place place =
        detail::floor_combinations(at.floors, at.which, at.at, at.forced_losses, at.members)
            .list(1e3, 0, few, left_out);
    CHECK(place.choices.empty());
    CHECK(left_out == 0);
    CHECK(few.spent() < 100'000);
}

} // namespace tests_of_floor_combinations
