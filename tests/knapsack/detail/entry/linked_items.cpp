// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/entry/linked_items.hpp>
#include <espalier/knapsack/verify.hpp>

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

namespace tests_of_linked_items {

using namespace espalier;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// What an item costs beside what is decided, with all its units that are not paid.
resource_vector alone(const knapsack_problem& problem, const decided& begin, std::uint32_t item)
{
    resource_vector cost = problem.class_costs[problem.class_of[item]];
    for (std::size_t unit = 0; unit < problem.shared.size(); ++unit) {
        const auto users = problem.shared.users_of(unit);
        if ((begin.paid.empty() || begin.paid[unit] == 0) &&
            std::find(users.begin(), users.end(), item) != users.end())
            cost = detail::less(
                cost, problem.shared.costs[problem.shared.kind[unit]], problem.resources, -1);
    }
    return cost;
}

bool has_units(const knapsack_problem& problem, std::uint32_t a_class)
{
    for (const std::uint32_t user : problem.shared.users)
        if (problem.class_of[user] == a_class)
            return true;
    return false;
}

knapsack_problem any_small(dice& random)
{
    if (random.one_in(2))
        return linked::small_problem(14, true, random);
    instances::recipe of = instances::any_recipe(14, random);
    return instances::make(of, random);
}

} // namespace

TEST_CASE("linked items can be kept if they fit alone and their value allows it")
{
    std::size_t barred = 0;
    std::size_t clamped = 0;
    std::size_t waiting = 0;
    std::size_t beforehand = 0;
    for (std::uint64_t seed = 0; seed < 1'500; ++seed) {
        dice random(seed);
        const knapsack_problem problem = any_small(random);
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        std::vector<std::uint32_t> floored;
        for (std::uint32_t c = 0; c < problem.classes() && !problem.floors.empty(); ++c)
            if (problem.floors[c] > 0 && random.one_in(2))
                floored.push_back(c);
        double most = 0;
        for (const double value : problem.values)
            most = std::max(most, value);
        const double ceiling = random.one_in(3) ? 0.7 * most : infinity;
        linked::endless time;
        const detail::linked_items items(
            problem, begin, floored, ceiling, time.limits, detail::workers(1 + random.below(3)));
        CAPTURE(seed);
        REQUIRE(items.is_complete);
        if (!items.parts.is_narrow)
            continue;
        // Kept are what decisions keep, and once a floor was broken the most valuable of classes
        // without units.
        std::set<std::uint32_t> kept;
        resource_vector room = begin.left;
        std::vector<std::uint32_t> shared_floors;
        for (std::uint32_t item = 0; item < problem.size(); ++item)
            if (begin.of(item) == decision::keep)
                kept.insert(item);
        const auto was_broken = [&](std::uint32_t c) {
            return std::find(floored.begin(), floored.end(), c) != floored.end();
        };
        for (std::uint32_t c = 0; c < problem.classes() && !floored.empty(); ++c) {
            std::vector<std::uint32_t> its;
            for (std::uint32_t item = 0; item < problem.size(); ++item)
                if (problem.class_of[item] == c && begin.of(item) == decision::free)
                    its.push_back(item);
            if (has_units(problem, c)) {
                const bool has_worthless = std::any_of(its.begin(), its.end(),
                    [&](std::uint32_t item) { return problem.values[item] == 0; });
                waiting += begin.missing[c] > 0 && has_worthless && !was_broken(c);
                beforehand += begin.missing[c] > 0 && !has_worthless && !was_broken(c);
                if (was_broken(c) || (begin.missing[c] > 0 && !has_worthless))
                    shared_floors.push_back(c);
                continue;
            }
            std::sort(its.begin(), its.end(), [&](std::uint32_t a, std::uint32_t b) {
                return std::pair(-problem.values[a], a) < std::pair(-problem.values[b], b);
            });
            for (std::size_t k = 0; k < begin.missing[c]; ++k) {
                kept.insert(its[k]);
                room = detail::less(room, problem.class_costs[c], problem.resources);
            }
        }
        CHECK(std::set<std::uint32_t>(items.kept.begin(), items.kept.end()) == kept);
        CHECK(items.kept.size() == kept.size());

        double largest = 0;
        resource_vector useful{};
        std::set<std::size_t> useful_units;
        std::set<std::uint32_t> seen;
        for (std::size_t at = 0; at < items.parts.items(); ++at) {
            const std::uint32_t item = items.parts.item[at];
            const std::uint32_t c = problem.class_of[item];
            seen.insert(item);
            const bool has_place = !begin.missing.empty() && begin.missing[c] > 0;
            resource_vector cost = alone(problem, begin, item);
            if (has_place)
                cost = detail::less(cost, problem.class_costs[c], problem.resources);
            bool fits = true;
            for (std::size_t r = 0; r < problem.resources; ++r)
                fits = fits && cost[r] <= begin.left[r] - begin.reserved[r];
            const bool is_worth_it =
                problem.values[item] <= ceiling && (problem.values[item] > 0 || was_broken(c));
            barred += !fits || !is_worth_it;
            if (fits) {
                useful = detail::less(useful, problem.class_costs[c], problem.resources, -1);
                for (std::size_t unit = 0; unit < problem.shared.size(); ++unit) {
                    const auto users = problem.shared.users_of(unit);
                    if (std::find(users.begin(), users.end(), item) != users.end() &&
                        (begin.paid.empty() || begin.paid[unit] == 0))
                        useful_units.insert(unit);
                }
            }
            if (fits && is_worth_it) {
                largest = std::max(largest, problem.values[item]);
                CHECK(items.parts.value[at] == problem.values[item] * items.scale);
            } else {
                CHECK(items.parts.value[at] == -infinity);
            }
        }
        for (const std::size_t unit : useful_units)
            useful = detail::less(
                useful, problem.shared.costs[problem.shared.kind[unit]], problem.resources, -1);
        for (std::size_t r = 0; r < problem.resources; ++r) {
            CHECK(items.room[r] == std::min(room[r], useful[r]));
            clamped += useful[r] < room[r];
        }
        for (std::uint32_t item = 0; item < problem.size(); ++item)
            if (begin.of(item) == decision::free && kept.count(item) == 0)
                CHECK(seen.count(item) == 1); // blocks this short keep all their items
        CHECK(items.largest == largest);
        CHECK(items.scale == scale_of(largest));
        bool has_vanished = false;
        for (std::size_t at = 0; at < items.parts.items(); ++at)
            has_vanished = has_vanished ||
                           (items.parts.value[at] == 0 && problem.values[items.parts.item[at]] > 0);
        CHECK(items.has_vanished == has_vanished);

        REQUIRE(items.floors.size() == shared_floors.size());
        for (std::size_t f = 0; f < shared_floors.size(); ++f) {
            const detail::component_floor& floor = items.floors[f];
            CHECK(floor.a_class == shared_floors[f]);
            CHECK(floor.was_broken == was_broken(floor.a_class));
            CHECK(floor.missing == static_cast<std::int64_t>(begin.missing[floor.a_class]));
            std::vector<std::uint32_t> components;
            for (std::uint32_t c = 0; c < items.parts.size(); ++c) {
                const std::vector<std::uint32_t>& its = items.parts.look(c).class_of;
                if (std::find(its.begin(), its.end(), floor.a_class) != its.end())
                    components.push_back(c);
            }
            CHECK(floor.components == components);
        }
    }
    CHECK(barred > 500);
    CHECK(clamped > 100);
    CHECK(waiting > 5);
    CHECK(beforehand > 20);
}

TEST_CASE("values that are nothing next to the largest are said to have vanished")
{
    knapsack_problem problem{.resources = 1,
        .values = {1e300, 1e-300, 1.0},
        .class_of = {0, 0, 0},
        .class_costs = {{1}},
        .capacity = {3}};
    problem.shared.costs = {{0}};
    problem.shared.kind = {0};
    problem.shared.first = {0, 2};
    problem.shared.users = {0, 1};
    const auto has_vanished = [&](double ceiling) {
        const decided begin(problem);
        linked::endless time;
        return detail::linked_items(problem, begin, {}, ceiling, time.limits, {}).has_vanished;
    };
    CHECK(has_vanished(infinity));
    CHECK(!has_vanished(1e299));
    problem.values[1] = 0; // it was nothing before
    CHECK(!has_vanished(infinity));
}

TEST_CASE("linked items are incomplete where the budget ends before the components are found")
{
    dice random(5);
    const knapsack_problem problem = linked::many_stars(500, 2, 2, random);
    const decided begin(problem);
    const stopwatch watch;
    detail::budget little(watch, 1e9, 10);
    CHECK(!detail::linked_items(problem, begin, {}, infinity, little, {}).is_complete);
    detail::budget plenty(watch, 1e9, 100'000'000);
    CHECK(detail::linked_items(problem, begin, {}, infinity, plenty, {}).is_complete);
}

TEST_CASE("threads find the same linked items")
{
    dice random(6);
    const knapsack_problem problem = linked::many_stars(150'000, 2, 3, random);
    const decided begin(problem);
    linked::endless time;
    const detail::linked_items one(problem, begin, {}, infinity, time.limits, {});
    const detail::linked_items many(problem, begin, {}, infinity, time.limits, detail::workers(3));
    CHECK(one.largest == *std::max_element(problem.values.begin(), problem.values.end()));
    CHECK(many.largest == one.largest);
    CHECK(many.parts.value == one.parts.value);
    CHECK(many.room == one.room);
}

TEST_CASE("broken floors are those of classes that keep too few")
{
    knapsack_problem problem{.resources = 1,
        .values = {1, 1, 1, 1},
        .class_of = {0, 1, 1, 2},
        .class_costs = {{1}, {1}, {1}},
        .capacity = {4}};
    CHECK(detail::broken_floors(problem, {0, 0, 0, 0}).empty());
    problem.floors = {1, 2, 0};
    CHECK(detail::broken_floors(problem, {0, 0, 0, 0}) == std::vector<std::uint32_t>{0, 1});
    CHECK(detail::broken_floors(problem, {1, 1, 0, 0}) == std::vector<std::uint32_t>{1});
    CHECK(detail::broken_floors(problem, {1, 1, 1, 0}).empty());
}

} // namespace tests_of_linked_items
