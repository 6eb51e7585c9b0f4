// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/tie_settling.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <vector>

namespace tests_of_tie_settling {

using namespace espalier;
using instances::dice;

namespace {

bool many_tied = false; ///< whether the last call found ties enough

std::vector<std::vector<std::uint8_t>> choices_of(
    const linked::setting& of, const detail::component_choices& at)
{
    std::vector<std::vector<std::uint8_t>> result(of.parts.size());
    for (std::size_t c = 0; c < of.parts.size(); ++c)
        for (std::size_t k = 0; k < of.parts.items(c); ++k)
            result[c].push_back(at.keeps(c, k));
    return result;
}

resource_vector usage_of_all(const linked::setting& of, const detail::component_choices& at)
{
    resource_vector total{};
    for (std::size_t c = 0; c < of.parts.size(); ++c)
        total = detail::less(total, at.usage_of(c), of.problem.resources, -1);
    return total;
}

/// How far from filling the room, as shares of it: overdrawn counts twice, and left over only
/// where it has a price.
double distance(const detail::component_choices& at, const resource_vector& room)
{
    double sum = 0;
    for (std::size_t r = 0; r < at.rows; ++r) {
        const double share = static_cast<double>(room[r] - at.total_usage[r]) /
                             std::max(1.0, std::abs(static_cast<double>(room[r])));
        if (share < 0)
            sum += 4 * share * share;
        else if (at.price[r] > 0)
            sum += share * share;
    }
    return sum;
}

detail::floor_places no_floors(const detail::component_choices& at)
{
    static const std::vector<detail::component_floor> none;
    return {none, {}, {}, at};
}

/// Pairs of items over a unit: two of them are worth exactly what they cost at the price 1/2.
knapsack_problem pairs(std::size_t count)
{
    knapsack_problem problem{.resources = 1,
        .values = std::vector<double>(2 * count, 0.75),
        .class_of = std::vector<std::uint32_t>(2 * count, 0),
        .class_costs = {{1}},
        .capacity = {static_cast<std::int64_t>(3 * count)}};
    problem.shared.costs = {{1}};
    problem.shared.first = {0};
    for (std::uint32_t pair = 0; pair < count; ++pair) {
        problem.shared.users.insert(problem.shared.users.end(), {2 * pair, 2 * pair + 1});
        problem.shared.kind.push_back(0);
        problem.shared.first.push_back(2 * std::size_t{pair} + 2);
    }
    return problem;
}

} // namespace

TEST_CASE("components that are tied fill the room as nearly as can be")
{
    const linked::setting of(pairs(200));
    for (const std::int64_t capacity : {0, 1, 250, 299, 600, 1'000}) {
        detail::component_choices at = of.choices();
        at.price[0] = 0.5;
        at.sweep();
        const resource_vector room{capacity};
        linked::endless time;
        CHECK(detail::settle_ties(at, room, 1e-12, no_floors(at), time.limits, many_tied) == 0);
        CHECK(many_tied);
        CAPTURE(capacity);
        CHECK(at.total_usage == usage_of_all(of, at));
        CHECK(at.total_usage[0] <= capacity);
        CHECK(at.total_usage[0] > std::min<std::int64_t>(capacity, 600) - 3);
    }
}

TEST_CASE("what has no price is left as it is unless it is overdrawn")
{
    knapsack_problem problem = pairs(200);
    problem.resources = 2;
    problem.class_costs = {{1, 1}};
    const linked::setting of(problem);
    detail::component_choices at = of.choices();
    at.price[0] = 0.5;
    at.sweep();
    linked::endless time;
    // The second resource has room for 100 items only, the first for 600.
    detail::settle_ties(at, {600, 100}, 1e-12, no_floors(at), time.limits, many_tied);
    CHECK(at.total_usage == usage_of_all(of, at));
    const double mixed = distance(at, {600, 100});
    CHECK(at.total_usage[0] > 0);
    CHECK(at.total_usage[0] < 600);
    // With plenty of the second, all of the first is used.
    detail::settle_ties(at, {600, 100'000}, 1e-12, no_floors(at), time.limits, many_tied);
    CHECK(at.total_usage[0] == 600);
    CHECK(distance(at, {600, 100}) > mixed);
}

TEST_CASE("settling ties never leaves the room filled worse, and says what is lost")
{
    std::size_t better = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        dice random(seed);
        knapsack_problem problem = linked::many_stars(600, 1 + random.below(3), 3, random);
        for (double& value : problem.values)
            value = random.one_in(2) ? 0.5 : 0.25;
        const linked::setting of(problem);
        detail::component_choices at = of.choices();
        for (std::size_t r = 0; r < problem.resources; ++r)
            at.price[r] = 0.0625 * static_cast<double>(random.below(4));
        at.sweep();
        const double nothing = random.one_in(4) ? 1e-12 : 0.2 * random.unit();
        resource_vector room{};
        for (std::size_t r = 0; r < problem.resources; ++r)
            room[r] = at.total_usage[r] + static_cast<std::int64_t>(random.below(60)) - 30;
        const auto before = choices_of(of, at);
        const std::vector<double> margin = at.margin;
        const double distance_before = distance(at, room);
        linked::endless time;
        const double lost =
            detail::settle_ties(at, room, nothing, no_floors(at), time.limits, many_tied);
        const auto after = choices_of(of, at);
        CAPTURE(seed);
        CHECK(at.total_usage == usage_of_all(of, at));
        CHECK(distance(at, room) <= distance_before);
        better += distance(at, room) < distance_before;
        double loss = 0;
        std::size_t tied = 0;
        for (std::size_t c = 0; c < of.parts.size(); ++c) {
            tied += margin[c] <= nothing;
            if (after[c] == before[c])
                continue;
            CHECK(margin[c] <= nothing);
            const double its = linked::choice_of(of, c, before[c]).worth(at.price, at.bonus) -
                               linked::choice_of(of, c, after[c]).worth(at.price, at.bonus);
            CHECK(its <= nothing + 1e-12);
            loss += its;
        }
        CHECK(std::abs(lost - loss) < 1e-10);
        if (tied < 64)
            CHECK(after == before);
    }
    CHECK(better > 5);
}

TEST_CASE("a few ties, components with floors, and all where the budget is spent stay as they are")
{
    linked::endless time;
    const resource_vector room{150};
    const auto settled = [&](std::size_t count, std::size_t floored, detail::budget& limits) {
        const linked::setting of(pairs(count));
        detail::component_choices at = of.choices();
        at.price[0] = 0.5;
        at.sweep();
        const auto before = choices_of(of, at);
        std::vector<detail::component_floor> floors;
        if (floored > 0) {
            floors.push_back({0, 1, {}});
            for (std::uint32_t c = 0; c < floored; ++c)
                floors.front().components.push_back(c);
        }
        const detail::floor_places places(
            floors, std::vector<double>(floors.size(), 0.0), std::vector<double>(count, 0.0), at);
        detail::settle_ties(at, room, 1e-12, places, limits, many_tied);
        CHECK(at.total_usage == usage_of_all(of, at));
        const auto after = choices_of(of, at);
        for (std::size_t c = 0; c < floored; ++c)
            CHECK(after[c] == before[c]);
        return after != before;
    };
    CHECK(settled(64, 0, time.limits));
    CHECK(!settled(63, 0, time.limits));
    CHECK(!settled(64, 1, time.limits));
    CHECK(settled(65, 1, time.limits));
    detail::budget none(time.watch, 1e9, 0);
    CHECK(!settled(64, 0, none));
}

} // namespace tests_of_tie_settling
