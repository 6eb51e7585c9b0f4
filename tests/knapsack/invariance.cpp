// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <numeric>
#include <utility>
#include <vector>

// A proven choice judges the solver on other problems: on those that the choice still solves, the
// solver must prove the same value. So problems of thousands of items are judged without an oracle,
// and floors without any other solver.

using namespace espalier;
using instances::dice;

namespace {

/// Layers of multipliers of 16 bits over memory columns of 36 bits, as networks make them.
knapsack_problem layers(std::size_t count, std::size_t most_items, dice& random)
{
    knapsack_problem problem;
    problem.resources = 2;
    problem.class_costs.assign(count, resource_vector{1});
    problem.shared.costs = {{0, 2}};
    problem.shared.first = {0};
    for (std::uint32_t c = 0; c < count; ++c) {
        const std::size_t begin = problem.size();
        const std::size_t items = 4 + random.below(most_items - 3);
        const double largest = 0.2 + random.unit(); // layers differ in what their groups are worth
        for (std::size_t item = 0; item < items; ++item) {
            problem.values.push_back(largest * random.unit());
            problem.class_of.push_back(c);
        }
        for (std::size_t bit = 0; bit < 16 * items; bit += 36) {
            for (std::size_t item = bit / 16; item < std::min(items, (bit + 36 + 15) / 16); ++item)
                problem.shared.users.push_back(static_cast<std::uint32_t>(begin + item));
            problem.shared.first.push_back(problem.shared.users.size());
            problem.shared.kind.push_back(0);
        }
    }
    const resource_vector total =
        usage(problem, std::vector<std::uint8_t>(problem.size(), std::uint8_t{1}));
    const double share = 0.1 + 0.5 * random.unit();
    for (std::size_t r = 0; r < problem.resources; ++r)
        problem.capacity[r] = static_cast<std::int64_t>(share * static_cast<double>(total[r]));
    return problem;
}

/// Networks, and moderate problems of every kind.
knapsack_problem any_problem(std::uint64_t seed, dice& random)
{
    if (seed % 2 == 0)
        return layers(2 + random.below(12), seed % 10 == 0 ? 300 : 60, random);
    knapsack_problem problem = instances::any(60, random);
    problem.floors.clear();
    return problem;
}

std::vector<std::size_t> kept_of_class(
    const knapsack_problem& problem, const std::vector<std::uint8_t>& keep)
{
    std::vector<std::size_t> kept(problem.classes(), 0);
    for (std::size_t item = 0; item < problem.size(); ++item)
        kept[problem.class_of[item]] += keep[item];
    return kept;
}

/// Changes each problem that is solved, with its solution at hand, and expects the same value.
template <class Change>
void check_that_nothing_changes(std::uint64_t first_seed, std::size_t problems, Change&& change)
{
    std::size_t proven = 0;
    for (std::uint64_t seed = first_seed; seed < first_seed + problems; ++seed) {
        dice random(seed);
        knapsack_problem problem = any_problem(seed, random);
        const knapsack_solution before = exact{.time_limit = 5}(problem);
        if (before.status != solve_status::optimal)
            continue;
        ++proven;
        change(problem, before, random);
        const knapsack_solution after = exact{.time_limit = 5}(problem);
        CAPTURE(seed);
        CHECK(after.status == solve_status::optimal);
        CHECK(is_feasible(problem, after.keep));
        CHECK(std::abs(after.value - before.value) <= 1e-12 * before.value);
        CHECK(after.bound >= before.value * (1 - 1e-15));
    }
    CHECK(proven > problems * 9 / 10);
}

} // namespace

TEST_CASE("floors that the best choice meets change nothing")
{
    check_that_nothing_changes(80'000, 120, [](auto& problem, const auto& best, dice& random) {
        problem.floors = kept_of_class(problem, best.keep);
        if (random.one_in(2)) // exactly met, or with something to spare
            for (std::size_t& floor : problem.floors)
                floor = random.below(floor + 1);
    });
}

TEST_CASE("decisions that agree with the best choice change nothing")
{
    check_that_nothing_changes(81'000, 120, [](auto& problem, const auto& best, dice& random) {
        problem.fixed.resize(problem.size(), decision::free);
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (random.one_in(3))
                problem.fixed[item] = best.keep[item] ? decision::keep : decision::prune;
    });
}

TEST_CASE("capacities down to what the best choice uses change nothing")
{
    check_that_nothing_changes(82'000, 120, [](auto& problem, const auto& best, dice&) {
        problem.capacity = usage(problem, best.keep);
    });
}

TEST_CASE("a capacity that never binds changes nothing, however large it is")
{
    check_that_nothing_changes(83'000, 120, [](auto& problem, const auto&, dice& random) {
        const std::size_t r = problem.resources++;
        for (auto* all : {&problem.class_costs, &problem.shared.costs})
            for (resource_vector& cost : *all)
                cost[r] = static_cast<std::int64_t>(random.below(100));
        problem.capacity[r] = std::int64_t{1} << (31 + random.below(32));
    });
}

TEST_CASE("the order of items and classes changes nothing")
{
    check_that_nothing_changes(84'000, 120, [](auto& problem, const auto&, dice& random) {
        const auto shuffled = [&](std::size_t count) {
            std::vector<std::uint32_t> place(count);
            std::iota(place.begin(), place.end(), 0U);
            for (std::size_t k = count; k > 1; --k)
                std::swap(place[k - 1], place[random.below(k)]);
            return place;
        };
        const std::vector<std::uint32_t> item_to = shuffled(problem.size());
        const std::vector<std::uint32_t> class_to = shuffled(problem.classes());
        const knapsack_problem old = problem;
        for (std::size_t c = 0; c < old.classes(); ++c)
            problem.class_costs[class_to[c]] = old.class_costs[c];
        for (std::size_t item = 0; item < old.size(); ++item) {
            problem.values[item_to[item]] = old.values[item];
            problem.class_of[item_to[item]] = class_to[old.class_of[item]];
            if (!old.fixed.empty())
                problem.fixed[item_to[item]] = old.fixed[item];
        }
        for (std::uint32_t& user : problem.shared.users)
            user = item_to[user];
        for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
            std::sort(problem.shared.users.begin() +
                          static_cast<std::ptrdiff_t>(problem.shared.first[unit]),
                problem.shared.users.begin() +
                    static_cast<std::ptrdiff_t>(problem.shared.first[unit + 1]));
    });
}

TEST_CASE("a class for every item, with no floor, changes nothing")
{
    check_that_nothing_changes(85'000, 120, [](auto& problem, const auto&, dice&) {
        const std::vector<resource_vector> costs = std::move(problem.class_costs);
        problem.class_costs.clear();
        for (std::uint32_t item = 0; item < problem.size(); ++item) {
            problem.class_costs.push_back(costs[problem.class_of[item]]);
            problem.class_of[item] = item;
        }
    });
}
