// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/tangled/cutset.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <knapsack/linked.hpp>
#include <knapsack/tangled.hpp>
#include <set>
#include <vector>

namespace tests_of_cutset {

using namespace espalier;
using namespace espalier::detail;
using instances::dice;

namespace {

/// All of a problem, and its cutset.
struct setting {
    decided begin;
    units_of_items units;
    linked::endless time;
    open_part whole;
    sharing_graph graph;
    cutset without;

    explicit setting(const knapsack_problem& problem)
        : begin(problem),
          units(problem),
          whole(problem, begin, units,
              std::vector<unit_decision>(problem.shared.size(), unit_decision::open), begin.left),
          graph(whole.graph()),
          without(whole, graph, time.limits)
    {}
    setting(const setting&) = delete;
    setting& operator=(const setting&) = delete;
};

/// Multipliers over memory columns, of which those of the same stream share a selector.
knapsack_problem selectors(std::size_t items, std::size_t streams, dice& random)
{
    knapsack_problem problem;
    problem.resources = 1;
    problem.class_costs = {{1}};
    problem.shared.costs = {{1}, {5}};
    problem.shared.first = {0};
    problem.capacity = {static_cast<std::int64_t>(items)};
    for (std::uint32_t item = 0; item < items; ++item) {
        problem.values.push_back(random.unit());
        problem.class_of.push_back(0);
    }
    const auto add = [&](std::uint32_t kind, auto uses) {
        for (std::uint32_t item = 0; item < items; ++item)
            if (uses(item))
                problem.shared.users.push_back(item);
        problem.shared.kind.push_back(kind);
        problem.shared.first.push_back(problem.shared.users.size());
    };
    for (std::size_t bit = 0; bit < 16 * items; bit += 36)
        add(0, [&](std::size_t item) { return 16 * item < bit + 36 && 16 * item + 16 > bit; });
    for (std::size_t stream = 0; stream < streams; ++stream)
        add(1, [&](std::size_t item) { return item % streams == stream; });
    return problem;
}

} // namespace

TEST_CASE("of a grid the cutset is one side, of columns and selectors the selectors")
{
    dice random(1);
    const setting grid(tangled::grid(20, random));
    CHECK(grid.without.units.size() == 20);
    CHECK(grid.without.parts.size() == 20);
    for (const std::size_t streams : {7U, 10U}) {
        const setting of(selectors(300, streams, random));
        std::set<std::uint32_t> units;
        for (const std::uint32_t u : of.without.units)
            units.insert(of.whole.units[u]);
        CHECK(units.size() == streams);
        CHECK(*units.begin() == (16 * 300 + 35) / 36); // behind the columns
        for (const resource_vector& cost : of.without.costs)
            CHECK(cost == resource_vector{5});
        CHECK(of.without.parts.size() > 30);
    }
}

TEST_CASE("without its cutset a problem is what it was, in small parts, those of most value first")
{
    std::size_t cut = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        knapsack_problem problem = tangled::small(14, random);
        problem.fixed.clear();
        problem.floors.clear();
        const setting of(problem);
        if (of.whole.units.empty())
            continue;
        CAPTURE(seed);
        const cutset& without = of.without;
        REQUIRE(!without.units.empty());
        cut += without.units.size() < of.whole.units.size();
        CHECK(without.parts.is_narrow);
        CHECK(without.parts.items() == of.whole.items.size());
        CHECK(without.rest.size() == of.whole.items.size());
        CHECK(without.rest.floors.empty());
        CHECK(without.rest.shared.size() + without.units.size() == of.whole.units.size());
        for (const pattern& look : without.parts.patterns)
            CHECK(look.slots <= 3);
        const auto worth = [&](std::uint32_t u) {
            double sum = 0;
            for (const std::uint32_t user : problem.shared.users_of(of.whole.units[u]))
                sum += std::count(of.whole.items.begin(), of.whole.items.end(), user) > 0
                           ? problem.values[user]
                           : 0.0;
            return sum;
        };
        for (std::size_t k = 0; k < without.units.size(); ++k) {
            CHECK(without.costs[k] == of.whole.unit_cost(of.whole.units[without.units[k]]));
            if (k > 0)
                CHECK(worth(without.units[k - 1]) >= worth(without.units[k]) * (1 - 1e-12));
        }
    }
    CHECK(cut > 100);
}

} // namespace tests_of_cutset
