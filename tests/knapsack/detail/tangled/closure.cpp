// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/tangled/closure.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <set>
#include <vector>

namespace tests_of_closure {

using namespace espalier;
using detail::closure;
using detail::sharing_graph;
using instances::dice;

namespace {

constexpr double nothing = 1e-12;

struct setting {
    std::vector<std::vector<std::uint32_t>> units_of;
    sharing_graph graph;
    std::vector<double> profit;
    std::vector<double> price;
};

setting any(std::size_t most_items, std::size_t most_units, dice& random)
{
    setting made;
    const std::size_t units = random.below(most_units + 1);
    const std::size_t items = random.below(most_items + 1);
    const std::size_t one_in = 1 + random.below(4);
    const bool whole = random.one_in(3); // ties
    const auto number = [&] {
        return whole ? static_cast<double>(random.below(4)) : random.unit();
    };
    for (std::size_t i = 0; i < items; ++i) {
        made.units_of.emplace_back();
        for (std::uint32_t u = 0; u < units; ++u)
            if (random.one_in(one_in))
                made.units_of.back().push_back(u);
        made.graph.add_item(made.units_of.back());
        made.profit.push_back(random.one_in(5) ? -number() : number());
    }
    made.graph.finish(units);
    for (std::size_t u = 0; u < units; ++u)
        made.price.push_back(random.one_in(5) ? 0.0 : 2 * number());
    return made;
}

bool has_units(const setting& of, std::size_t item, std::size_t paid)
{
    for (const std::uint32_t u : of.units_of[item])
        if ((paid >> u & 1U) == 0)
            return false;
    return true;
}

/// The most that any set of paid units brings.
double best_worth(const setting& of)
{
    double best = 0;
    for (std::size_t paid = 0; paid >> of.price.size() == 0; ++paid) {
        double worth = 0;
        for (std::size_t u = 0; u < of.price.size(); ++u)
            worth -= (paid >> u & 1U) != 0 ? of.price[u] : 0.0;
        for (std::size_t i = 0; i < of.profit.size(); ++i)
            if (has_units(of, i, paid))
                worth += std::max(of.profit[i], 0.0);
        best = std::max(best, worth);
    }
    return best;
}

} // namespace

TEST_CASE("the graph knows the uses of every unit")
{
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        dice random(seed);
        const setting of = any(10, 6, random);
        CAPTURE(seed);
        REQUIRE(of.graph.items() == of.profit.size());
        REQUIRE(of.graph.size() == of.price.size());
        for (std::uint32_t u = 0; u < of.price.size(); ++u) {
            std::vector<std::uint32_t> users;
            for (std::size_t k = of.graph.first_use[u]; k < of.graph.first_use[u + 1]; ++k) {
                CHECK(of.graph.units[of.graph.uses[k]] == u);
                users.push_back(of.graph.item_of[of.graph.uses[k]]);
            }
            std::vector<std::uint32_t> expected;
            for (std::uint32_t i = 0; i < of.profit.size(); ++i)
                if (std::count(of.units_of[i].begin(), of.units_of[i].end(), u) != 0)
                    expected.push_back(i);
            CHECK(users == expected);
        }
    }
}

TEST_CASE("the closure is the best choice, among all sets of units")
{
    std::size_t partial = 0;
    for (std::uint64_t seed = 0; seed < 1'500; ++seed) {
        dice random(seed);
        const setting of = any(12, 8, random);
        closure flow(of.graph);
        flow.solve(of.profit, of.price);
        const double best = best_worth(of);
        CAPTURE(seed);
        CHECK(std::abs(flow.worth - best) < nothing);
        // The choice is one, and worth what it is said to be.
        double worth = 0;
        std::size_t paid = 0;
        std::size_t kept = 0;
        for (std::size_t u = 0; u < of.price.size(); ++u)
            if (flow.used[u] != 0) {
                worth -= of.price[u];
                paid |= std::size_t{1} << u;
            }
        for (std::size_t i = 0; i < of.profit.size(); ++i)
            if (flow.kept[i] != 0) {
                worth += of.profit[i];
                ++kept;
                CHECK(has_units(of, i, paid));
            }
        CHECK(std::abs(worth - best) < nothing);
        partial += kept > 0 && kept < of.profit.size();
    }
    CHECK(partial > 300);
}

TEST_CASE("what any choice loses is the sum of what its items and units lose")
{
    std::size_t choices = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        dice random(seed);
        const setting of = any(6, 5, random);
        closure flow(of.graph);
        flow.solve(of.profit, of.price);
        CAPTURE(seed);
        for (std::size_t i = 0; i < of.profit.size(); ++i)
            CHECK(flow.excess[i] >= 0);
        for (std::size_t u = 0; u < of.price.size(); ++u)
            CHECK(flow.unpaid[u] >= 0);
        for (const double share : flow.share)
            CHECK(share >= 0);
        double worst = 0;
        for (std::size_t keep = 0; keep >> of.profit.size() == 0; ++keep)
            for (std::size_t paid = 0; paid >> of.price.size() == 0; ++paid) {
                double worth = 0;
                double loss = 0;
                bool is_closed = true;
                for (std::size_t i = 0; i < of.profit.size(); ++i) {
                    if ((keep >> i & 1U) == 0) {
                        loss += flow.excess[i];
                        continue;
                    }
                    is_closed = is_closed && has_units(of, i, paid);
                    worth += of.profit[i];
                    loss += std::max(-of.profit[i], 0.0);
                }
                for (std::size_t u = 0; u < of.price.size(); ++u) {
                    if ((paid >> u & 1U) == 0)
                        continue;
                    worth -= of.price[u];
                    loss += flow.unpaid[u];
                    for (std::size_t k = of.graph.first_use[u]; k < of.graph.first_use[u + 1]; ++k)
                        if ((keep >> of.graph.item_of[of.graph.uses[k]] & 1U) == 0)
                            loss += flow.share[of.graph.uses[k]];
                }
                if (!is_closed)
                    continue;
                ++choices;
                worst = std::max(worst, std::abs(flow.worth - worth - loss));
            }
        CHECK(worst < nothing);
    }
    CHECK(choices > 10'000);
}

TEST_CASE("a closure can be solved again, and counts its work")
{
    dice random(3);
    setting of = any(12, 8, random);
    closure flow(of.graph);
    for (int k = 0; k < 20; ++k) {
        for (double& profit : of.profit)
            profit = 2 * random.unit() - 0.5;
        for (double& price : of.price)
            price = 3 * random.unit();
        flow.solve(of.profit, of.price);
        closure fresh(of.graph);
        fresh.solve(of.profit, of.price);
        CHECK(flow.worth == fresh.worth);
        CHECK(flow.kept == fresh.kept);
        CHECK(flow.used == fresh.used);
        CHECK(flow.work == fresh.work);
        CHECK(flow.work > 0);
    }
}

TEST_CASE("long chains of exchanges are found")
{
    // Item k uses units k and k + 1, and only the last unit has a price that is not yet met.
    constexpr std::uint32_t length = 200;
    sharing_graph graph;
    for (std::uint32_t i = 0; i < length; ++i)
        graph.add_item(std::vector<std::uint32_t>{i, i + 1});
    graph.finish(length + 1);
    std::vector<double> profit(length, 1.0);
    std::vector<double> price(length + 1, 1.0);
    closure flow(graph);
    price.back() = 0.0;
    flow.solve(profit, price);
    CHECK(flow.worth == 0);
    price.front() = 0.5;
    flow.solve(profit, price);
    CHECK(flow.worth == doctest::Approx(0.5));
    CHECK(std::count(flow.kept.begin(), flow.kept.end(), 1) == length);
}

} // namespace tests_of_closure
