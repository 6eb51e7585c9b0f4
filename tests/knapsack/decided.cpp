// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <how_often.hpp>
#include <knapsack/instances.hpp>
#include <knapsack/judge.hpp>
#include <limits>
#include <vector>

using namespace espalier;
using instances::dice;

namespace {

/// What the free items of a choice and their units use, beside what is decided.
resource_vector used_beside(
    const knapsack_problem& problem, const decided& begin, const std::vector<std::uint8_t>& keep)
{
    std::vector<std::uint8_t> before(problem.size());
    for (std::size_t item = 0; item < problem.size(); ++item)
        before[item] = begin.of(item) == decision::keep;
    resource_vector result = usage(problem, keep);
    const resource_vector of_decided = usage(problem, before);
    for (std::size_t r = 0; r < problem.resources; ++r)
        result[r] -= of_decided[r];
    return result;
}

bool meets_floors(const knapsack_problem& problem, const std::vector<std::uint8_t>& keep)
{
    std::vector<std::size_t> kept(problem.classes(), 0);
    for (std::size_t item = 0; item < problem.size(); ++item)
        kept[problem.class_of[item]] += keep[item];
    for (std::size_t c = 0; c < problem.classes(); ++c)
        if (kept[c] < problem.floor_of(c))
            return false;
    return true;
}

bool is_within(const resource_vector& amounts, const resource_vector& room, std::size_t resources)
{
    for (std::size_t r = 0; r < resources; ++r)
        if (amounts[r] > room[r])
            return false;
    return true;
}

knapsack_problem two_classes()
{
    return {.resources = 2,
        .values = {1, 2, 3, 4},
        .class_of = {0, 1, 0, 1},
        .class_costs = {{2, 1}, {3, 0}},
        .capacity = {100, 50}};
}

} // namespace

TEST_CASE("the choices that fit into what is left are the feasible ones")
{
    std::size_t feasible = 0;
    std::size_t impossible = 0;
    std::size_t forced = 0;
    for (std::uint64_t seed = 0; seed < how_often(2'000U); ++seed) {
        dice random(seed);
        const knapsack_problem problem = instances::make(instances::any_recipe(9, random), random);
        const decided begin(problem);
        CAPTURE(seed);
        if (!begin.reason.empty()) {
            ++impossible;
            CHECK(!judge::best_of_all_choices(problem));
            continue;
        }
        std::vector<std::uint8_t> keep(problem.size());
        for (std::size_t bits = 0; bits >> problem.size() == 0; ++bits) {
            bool is_as_fixed = true;
            bool is_as_decided = true;
            for (std::size_t item = 0; item < problem.size(); ++item) {
                keep[item] = bits >> item & 1U;
                const auto contradicts = [&](decision fixed) {
                    return fixed == (keep[item] != 0 ? decision::prune : decision::keep);
                };
                is_as_fixed = is_as_fixed && !contradicts(problem.fixed_at(item));
                is_as_decided = is_as_decided && !contradicts(begin.of(item));
            }
            if (!is_as_fixed || !meets_floors(problem, keep))
                continue;
            // What floors decide contradicts no choice that meets them.
            CHECK(is_as_decided);
            const bool fits =
                is_within(used_beside(problem, begin, keep), begin.left, problem.resources);
            CHECK(fits == is_feasible(problem, keep));
            feasible += fits;
        }
        for (std::size_t item = 0; item < problem.size(); ++item)
            forced += begin.of(item) != problem.fixed_at(item);
    }
    CHECK(feasible > how_often(20'000));
    CHECK(impossible > how_often(100));
    CHECK(forced > how_often(200));
}

TEST_CASE("what is missing, paid and reserved follows from the decisions and floors")
{
    for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
        dice random(10'000 + seed);
        const knapsack_problem problem = instances::make(instances::any_recipe(12, random), random);
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        CAPTURE(seed);
        CHECK(begin.has_decisions() == (!problem.fixed.empty() || [&] {
            for (std::size_t item = 0; item < problem.size(); ++item)
                if (begin.of(item) != decision::free)
                    return true;
            return false;
        }()));
        resource_vector reserved{};
        if (problem.floors.empty())
            CHECK(begin.missing.empty());
        for (std::size_t c = 0; c < problem.classes() && !problem.floors.empty(); ++c) {
            std::size_t kept = 0;
            std::size_t free = 0;
            for (std::size_t item = 0; item < problem.size(); ++item)
                if (problem.class_of[item] == c) {
                    kept += begin.of(item) == decision::keep;
                    free += begin.of(item) == decision::free;
                }
            CHECK(begin.missing[c] == problem.floors[c] - std::min(problem.floors[c], kept));
            CHECK((begin.missing[c] < free || begin.missing[c] == 0)); // else they are decided
            for (std::size_t r = 0; r < problem.resources; ++r)
                reserved[r] +=
                    static_cast<std::int64_t>(begin.missing[c]) * problem.class_costs[c][r];
        }
        CHECK(begin.reserved == reserved);
        for (std::size_t unit = 0; unit < problem.shared.size(); ++unit) {
            const auto users = problem.shared.users_of(unit);
            const bool is_paid = std::any_of(users.begin(), users.end(),
                [&](std::uint32_t user) { return begin.of(user) == decision::keep; });
            CHECK((!begin.paid.empty() && begin.paid[unit] != 0) == is_paid);
        }
    }
}

TEST_CASE("no more is left than the items and units that fit can use")
{
    for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
        dice random(20'000 + seed);
        const knapsack_problem problem = instances::make(instances::any_recipe(12, random), random);
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        CAPTURE(seed);
        std::vector<std::uint8_t> before(problem.size());
        for (std::size_t item = 0; item < problem.size(); ++item)
            before[item] = begin.of(item) == decision::keep;
        const resource_vector used = usage(problem, before);
        for (std::size_t r = 0; r < problem.resources; ++r) {
            std::int64_t useful = 0;
            const auto fits_beside = [&](const resource_vector& cost) {
                for (std::size_t q = 0; q < problem.resources; ++q)
                    if (cost[q] > problem.capacity[q] - used[q] - begin.reserved[q])
                        return false;
                return true;
            };
            for (std::size_t item = 0; item < problem.size(); ++item) {
                const std::uint32_t c = problem.class_of[item];
                if (fits_beside(problem.class_costs[c]) ||
                    (!begin.missing.empty() && begin.missing[c] > 0))
                    useful += problem.class_costs[c][r];
            }
            for (std::size_t unit = 0; unit < problem.shared.size(); ++unit) {
                const resource_vector& cost = problem.shared.costs[problem.shared.kind[unit]];
                if ((begin.paid.empty() || begin.paid[unit] == 0) && fits_beside(cost))
                    useful += cost[r];
            }
            CHECK(begin.left[r] == std::min(problem.capacity[r] - used[r], useful));
        }
    }
}

TEST_CASE("an item fits beside what the floors reserve, or into a place reserved for it")
{
    knapsack_problem problem = two_classes();
    problem.capacity = {8, 1};
    const decided open(problem);
    CHECK(open.fits(problem, 0));
    CHECK(open.fits(problem, 1));
    CHECK(open.fits(problem, 1, {5, 1}));
    CHECK(!open.fits(problem, 1, {6, 1}));
    CHECK(!open.fits(problem, 1, {5, 2}));
    problem.floors = {1, 0}; // reserves 2 and 1
    const decided floored(problem);
    CHECK(floored.missing == std::vector<std::size_t>{1, 0});
    CHECK(floored.fits(problem, 0));
    CHECK(floored.fits(problem, 0, {6, 0}));
    CHECK(!floored.fits(problem, 0, {7, 0}));
    CHECK(!floored.fits(problem, 0, {0, 1}));
    CHECK(floored.fits(problem, 1, {3, 0}));
    CHECK(!floored.fits(problem, 1, {4, 0}));
}

TEST_CASE("a floor that asks for all that its class has decides")
{
    knapsack_problem problem = two_classes();
    problem.floors = {2, 1};
    const decided begin(problem);
    CHECK(begin.reason.empty());
    CHECK(begin.of(0) == decision::keep);
    CHECK(begin.of(2) == decision::keep);
    CHECK(begin.of(1) == decision::free);
    CHECK(begin.missing == std::vector<std::size_t>{0, 1});
    CHECK(begin.left[0] == 10); // what all of both classes use, decided or not
    CHECK(begin.left[1] == 2);
    problem.fixed = {
        decision::free, decision::prune, decision::keep, decision::free}; // one of 1 is left
    const decided more(problem);
    CHECK(more.of(0) == decision::keep);
    CHECK(more.of(1) == decision::prune);
    CHECK(more.of(3) == decision::keep);
    CHECK(more.missing == std::vector<std::size_t>{0, 0});
}

TEST_CASE("excess capacity is forgotten")
{
    knapsack_problem problem = two_classes();
    problem.capacity.fill(std::numeric_limits<std::int64_t>::max());
    const decided begin(problem);
    CHECK(begin.left[0] == 2 * 2 + 2 * 3);
    CHECK(begin.left[1] == 2);
    problem.shared.costs = {{10, 20}};
    problem.shared.kind = {0, 0};
    problem.shared.first = {0, 1, 2};
    problem.shared.users = {0, 1};
    CHECK(decided(problem).left[1] == 2 + 40);
    problem.fixed = {decision::keep, decision::free, decision::free, decision::free};
    const decided paid(problem);
    CHECK(paid.paid == std::vector<std::uint8_t>{1, 0});
    CHECK(paid.left[1] == 2 + 20);
    // The sizes of the classes may come from the caller.
    CHECK(decided(two_classes(), {2, 2}).left[0] == 10);
}

TEST_CASE("what cannot be met is said with its numbers")
{
    knapsack_problem problem = two_classes();
    problem.floors = {0, 3};
    CHECK(decided(problem).reason ==
          "class 1 must keep 3 items, but only 2 are not fixed to be pruned");
    problem.floors = {0, 2};
    problem.fixed = {decision::free, decision::free, decision::free, decision::prune};
    CHECK(decided(problem).reason ==
          "class 1 must keep 2 items, but only 1 are not fixed to be pruned");
    problem.floors.clear();
    problem.fixed = {decision::keep, decision::keep, decision::free, decision::free};
    problem.capacity = {4, 1};
    CHECK(
        decided(problem).reason == "the items that must be kept need 5 of resource 0, which has 4");
    problem.shared.costs = {{0, 7}};
    problem.shared.kind = {0};
    problem.shared.first = {0, 2};
    problem.shared.users = {0, 1};
    problem.capacity = {5, 7};
    CHECK(
        decided(problem).reason == "the items that must be kept need 8 of resource 1, which has 7");
    problem = two_classes();
    problem.class_of.push_back(1);
    problem.values.push_back(1);
    problem.floors = {1, 2};
    problem.capacity = {7, 9};
    CHECK(decided(problem).reason ==
          "the floors of the classes need 8 of resource 0, of which 7 are left");
}

TEST_CASE("the units of an item are those that name it as a user")
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        dice random(30'000 + seed);
        const knapsack_problem problem = instances::make(instances::any_recipe(14, random), random);
        const units_of_items transposed(problem);
        CAPTURE(seed);
        for (std::uint32_t item = 0; item < problem.size(); ++item) {
            std::vector<std::uint32_t> units;
            for (std::uint32_t unit = 0; unit < problem.shared.size(); ++unit) {
                const auto users = problem.shared.users_of(unit);
                if (std::find(users.begin(), users.end(), item) != users.end())
                    units.push_back(unit);
            }
            const auto its = transposed.of(item);
            CHECK(std::vector<std::uint32_t>(its.begin(), its.end()) == units);
        }
    }
}
