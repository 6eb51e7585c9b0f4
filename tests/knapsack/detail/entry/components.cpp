// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/components.hpp>
#include <espalier/knapsack/detail/prices/component_oracle.hpp>
#include <espalier/knapsack/solving.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <knapsack/instances.hpp>

using namespace espalier;
using instances::dice;

namespace {

/// Worth of a choice, value less prices, straight from the problem.
double worth_of(const knapsack_problem& problem, const std::vector<std::uint8_t>& keep,
    const std::array<double, max_resources>& price)
{
    double worth = 0;
    const auto pay = [&](const resource_vector& cost) {
        for (std::size_t r = 0; r < problem.resources; ++r)
            worth -= price[r] * static_cast<double>(cost[r]);
    };
    for (std::size_t item = 0; item < problem.size(); ++item)
        if (keep[item]) {
            worth += problem.values[item];
            pay(problem.class_costs[problem.class_of[item]]);
        }
    for (std::size_t unit = 0; unit < problem.shared.size(); ++unit) {
        const auto users = problem.shared.users_of(unit);
        if (std::any_of(users.begin(), users.end(), [&](std::uint32_t u) { return keep[u] != 0; }))
            pay(problem.shared.costs[problem.shared.kind[unit]]);
    }
    return worth;
}

} // namespace

TEST_CASE("a component of any length chooses what it says, and no single change is better")
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        knapsack_problem problem = instances::plain(
            1 + random.below(400), 2, 1 + random.below(3), instances::values::uniform, random);
        instances::share(problem,
            random.one_in(2) ? instances::sharing::chains : instances::sharing::tiles, random);
        std::array<double, max_resources> price{};
        price[0] = 0.1 * random.unit();
        price[1] = 0.1 * random.unit();
        const stopwatch watch;
        detail::budget unlimited(watch, 1e9, detail::budget::no_limit);
        detail::components parts;
        REQUIRE(detail::component_finder(problem, decided(problem), unlimited).find(parts));
        REQUIRE(parts.is_narrow);
        REQUIRE(parts.items() == problem.size());
        for (const std::uint32_t item : parts.item)
            parts.value.push_back(problem.values[item]);
        detail::component_oracle oracle(parts);
        oracle.price(price, 2, problem.class_costs, problem.shared.costs,
            std::vector<double>(problem.classes(), 0.0));

        std::vector<std::uint8_t> keep(problem.size(), 0);
        double total = 0;
        double least_margin = 1e300;
        oracle.solve<true>(
            parts.size(), [](std::size_t c) { return c; },
            [&](std::size_t c, double best, double second, const std::uint64_t* choice) {
                total += best;
                least_margin = std::min(least_margin, best - second);
                for (std::size_t k = 0; k < parts.items(c); ++k)
                    keep[parts.item[parts.first[c] + k]] = detail::pattern::keeps(choice, k);
            });
        CAPTURE(seed);
        const double worth = worth_of(problem, keep, price);
        CHECK(std::abs(worth - total) < 1e-9);
        CHECK(least_margin >= -1e-12);
        double closest = 1e300;
        for (std::size_t item = 0; item < problem.size(); ++item) {
            keep[item] ^= 1U;
            closest = std::min(closest, worth - worth_of(problem, keep, price));
            keep[item] ^= 1U;
        }
        CHECK(closest >= least_margin - 1e-9);
    }
}
