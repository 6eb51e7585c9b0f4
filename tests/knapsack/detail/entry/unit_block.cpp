// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/entry/unit_block.hpp>
#include <espalier/knapsack/solving.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <map>
#include <set>
#include <vector>

namespace tests_of_unit_block {

using namespace espalier;
using instances::dice;

TEST_CASE("what an item must be worth to be kept depends on its class, and has a ceiling")
{
    knapsack_problem problem;
    problem.values = {0, 0, 2, 3};
    problem.class_of = {0, 1, 0, 1};
    const detail::value_range anything;
    const detail::value_range some{.least = {1, 0}, .most = 2};
    const bool expected[]{false, true, true, false};
    for (std::size_t item = 0; item < 4; ++item) {
        CHECK(anything.holds(problem, item));
        CHECK(some.holds(problem, item) == expected[item]);
    }
}

TEST_CASE("a block falls into what its users join, and its patterns say who shares what")
{
    std::size_t wide = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        dice random(seed);
        const bool is_long = random.one_in(4);
        const std::size_t items = is_long ? 60 + random.below(60) : 2 + random.below(12);
        knapsack_problem problem =
            instances::plain(items, 1, 1 + random.below(3), instances::values::uniform, random);
        const auto shape =
            static_cast<instances::sharing>(random.below(instances::all_sharing_kinds));
        instances::share(problem, shape, random);
        if (problem.shared.empty())
            continue;
        if (random.one_in(3))
            instances::fix_some(problem, random);
        for (resource_vector& cost : problem.shared.costs)
            cost[0] = random.one_in(5) ? 0 : cost[0];
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        const detail::participants who{
            problem, begin, {.least = {}, .most = random.one_in(3) ? 0.7 : 1e9}};
        CAPTURE(seed);

        // Who takes part, and joined with whom, by colouring until nothing changes.
        const units_of_items units(problem);
        std::uint32_t low = UINT32_MAX;
        std::uint32_t high = 0;
        for (const std::uint32_t user : problem.shared.users) {
            low = std::min(low, user);
            high = std::max(high, user);
        }
        const bool leaves = !problem.shared.users.empty() && high - low + 1 > 56;
        const auto paid_for = [&](std::uint32_t u) {
            return problem.shared.costs[problem.shared.kind[u]][0] != 0 &&
                   (begin.paid.empty() || begin.paid[u] == 0);
        };
        std::vector<std::size_t> colour(items, items); // `items`: takes no part
        for (std::uint32_t i = 0; i < items; ++i) {
            const auto its = units.of(i);
            if (begin.of(i) == decision::free && std::any_of(its.begin(), its.end(), paid_for) &&
                !(leaves && problem.values[i] > who.worth.most))
                colour[i] = i;
        }
        for (bool changed = true; changed;) {
            changed = false;
            for (std::uint32_t u = 0; u < problem.shared.size(); ++u) {
                std::size_t least = items;
                for (const std::uint32_t i : problem.shared.users_of(u))
                    least = paid_for(u) ? std::min(least, colour[i]) : items;
                for (const std::uint32_t i : problem.shared.users_of(u))
                    if (paid_for(u) && colour[i] < items && colour[i] > least) {
                        colour[i] = least;
                        changed = true;
                    }
            }
        }
        std::set<std::set<std::uint32_t>> expected;
        for (std::size_t c = 0; c < items; ++c) {
            std::set<std::uint32_t> one;
            for (std::uint32_t i = 0; i < items; ++i)
                if (colour[i] == c)
                    one.insert(i);
            if (!one.empty())
                expected.insert(one);
        }

        const stopwatch watch;
        detail::budget unlimited(watch, 1e9, detail::budget::no_limit);
        detail::unit_block block(who, 0, problem.shared.size());
        CHECK(block.is_long() == leaves);
        std::set<std::set<std::uint32_t>> found;
        block.each_component(unlimited, [&](const detail::pattern& look,
                                            const std::vector<std::uint32_t>& order) {
            found.emplace(order.begin(), order.end());
            if (look.slots > detail::pattern::widest) {
                ++wide;
                return;
            }
            REQUIRE(look.size() == order.size());
            // Which unit is in a slot, until it is forgotten.
            std::map<std::size_t, std::uint32_t> unit_in;
            for (std::size_t k = 0; k < order.size(); ++k) {
                CHECK(look.class_of[k] == problem.class_of[order[k]]);
                std::vector<std::uint32_t> its;
                for (const std::uint32_t u : units.of(order[k]))
                    if (paid_for(u))
                        its.push_back(u);
                REQUIRE(look.links_of(k).size() == its.size());
                for (std::size_t n = 0; n < its.size(); ++n) {
                    const auto link = look.links_of(k)[n];
                    CHECK(link.kind == problem.shared.kind[its[n]]);
                    CHECK(unit_in.try_emplace(link.slot, its[n]).first->second == its[n]);
                }
                for (std::size_t slot = 0; slot < look.slots; ++slot)
                    if (look.forget[k] >> slot & 1U) {
                        for (std::size_t later = k + 1; later < order.size(); ++later) {
                            const auto of = units.of(order[later]);
                            CHECK(std::find(of.begin(), of.end(), unit_in.at(slot)) == of.end());
                        }
                        unit_in.erase(slot);
                    }
            }
            CHECK(unit_in.empty()); // every unit is forgotten
        });
        CHECK(found == expected);
    }
    CHECK(wide > 0);
}

TEST_CASE("units that are numbered against their order are put into it")
{
    // A chain of twelve units, in no order: item k uses the units at k and k + 1.
    knapsack_problem problem;
    problem.resources = 1;
    problem.class_costs = {{1}};
    problem.values.assign(11, 1);
    problem.class_of.assign(11, 0);
    problem.capacity = {20};
    problem.shared.costs = {{1}};
    problem.shared.first = {0};
    for (const std::uint32_t at : {0U, 1U, 6U, 11U, 3U, 8U, 2U, 9U, 5U, 7U, 10U, 4U}) {
        for (std::uint32_t item = at == 0 ? 0 : at - 1; item <= std::min(at, 10U); ++item)
            problem.shared.users.push_back(item);
        problem.shared.kind.push_back(0);
        problem.shared.first.push_back(problem.shared.users.size());
    }
    const decided begin(problem);
    const detail::participants who{problem, begin, {}};
    const stopwatch watch;
    detail::budget unlimited(watch, 1e9, detail::budget::no_limit);
    std::size_t components = 0;
    detail::unit_block(who, 0, 12)
        .each_component(
            unlimited, [&](const detail::pattern& look, const std::vector<std::uint32_t>& order) {
                ++components;
                CHECK(order.size() == 11);
                CHECK(look.slots == 2);
            });
    CHECK(components == 1);
}

} // namespace tests_of_unit_block
