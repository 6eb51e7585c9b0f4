// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <knapsack/instances.hpp>
#include <vector>

// Problems whose units are shared in no order that would have a narrow frontier.

namespace tangled {

using namespace espalier;

/// Up to `most_items` items over 9 to 12 units: cells of a grid that need their row and their
/// column, or items that need any of the units.
inline knapsack_problem small(std::size_t most_items, instances::dice& random)
{
    constexpr instances::values kinds[]{instances::values::uniform, instances::values::few,
        instances::values::half_zero, instances::values::eighths, instances::values::all_equal,
        instances::values::any_scale};
    const std::size_t items = most_items - random.below(3);
    // One after the other: compilers evaluate arguments in an order of their own.
    const std::size_t resources = 1 + random.below(3);
    const std::size_t classes = 1 + random.below(4);
    const instances::values values = kinds[random.below(std::size(kinds))];
    knapsack_problem problem = instances::plain(items, resources, classes, values, random);
    const bool is_grid = random.one_in(3);
    const std::size_t units = is_grid ? 10 : 9 + random.below(4);
    const std::size_t one_in = 2 + random.below(2);
    problem.shared.costs.resize(1 + random.below(3));
    for (resource_vector& cost : problem.shared.costs)
        for (std::size_t r = 0; r < problem.resources; ++r)
            cost[r] = static_cast<std::int64_t>(random.below(6));
    problem.shared.first.assign(1, 0);
    for (std::size_t u = 0; u < units; ++u) {
        for (std::uint32_t item = 0; item < items; ++item) {
            const std::size_t row = item * 7 % 5;
            const std::size_t column = 5 + item * 11 / 5 % 5;
            if (is_grid ? u == row || u == column : random.one_in(one_in))
                problem.shared.users.push_back(item);
        }
        problem.shared.kind.push_back(
            static_cast<std::uint32_t>(random.below(problem.shared.costs.size())));
        problem.shared.first.push_back(problem.shared.users.size());
    }
    resource_vector total{};
    for (const std::uint32_t c : problem.class_of)
        for (std::size_t r = 0; r < problem.resources; ++r)
            total[r] += problem.class_costs[c][r];
    for (const std::uint32_t kind : problem.shared.kind)
        for (std::size_t r = 0; r < problem.resources; ++r)
            total[r] += problem.shared.costs[kind][r];
    for (std::size_t r = 0; r < problem.resources; ++r)
        problem.capacity[r] =
            static_cast<std::int64_t>((0.3 + 0.7 * random.unit()) * static_cast<double>(total[r]));
    if (random.one_in(3))
        instances::fix_some(problem, random);
    if (random.one_in(3))
        instances::set_floors(problem, random);
    return problem;
}

/// Six items that need three units each, and some of little value that tie them together. Which of
/// the six fill the capacity best no exchange of a few units finds out.
inline knapsack_problem bundles(instances::dice& random)
{
    constexpr std::size_t large = 6;
    constexpr std::size_t width = 3;
    const std::size_t items = large + 4 + random.below(3);
    knapsack_problem problem;
    problem.resources = 1 + random.below(2);
    std::vector<std::vector<std::uint32_t>> users(large * width);
    resource_vector total{};
    for (std::uint32_t item = 0; item < items; ++item) {
        const bool is_large = item < large;
        resource_vector cost{};
        double sum = 0;
        for (std::size_t r = 0; r < problem.resources; ++r) {
            cost[r] = static_cast<std::int64_t>(is_large ? 20 + random.below(40) : random.below(3));
            total[r] += cost[r];
            sum += static_cast<double>(cost[r]);
        }
        problem.class_of.push_back(item);
        problem.class_costs.push_back(cost);
        problem.values.push_back(is_large ? sum * (0.9 + 0.2 * random.unit()) : 3 * random.unit());
        for (std::size_t u = 0; u < users.size(); ++u)
            if (is_large ? u / width == item : random.one_in(2))
                users[u].push_back(item);
    }
    problem.shared.costs.resize(1);
    for (std::size_t r = 0; r < problem.resources; ++r)
        problem.shared.costs[0][r] = static_cast<std::int64_t>(1 + random.below(3));
    problem.shared.first = {0};
    for (const std::vector<std::uint32_t>& its : users) {
        problem.shared.users.insert(problem.shared.users.end(), its.begin(), its.end());
        problem.shared.kind.push_back(0);
        problem.shared.first.push_back(problem.shared.users.size());
    }
    for (std::size_t r = 0; r < problem.resources; ++r)
        problem.capacity[r] =
            static_cast<std::int64_t>((0.4 + 0.3 * random.unit()) * static_cast<double>(total[r]));
    if (random.one_in(4)) {
        problem.fixed.assign(items, decision::free);
        problem.fixed[random.below(items)] = decision::keep;
        problem.fixed[random.below(items)] = decision::prune;
    }
    if (random.one_in(4)) {
        problem.floors.assign(items, 0);
        problem.floors[random.below(items)] = 1;
    }
    return problem;
}

/// A grid of so many rows and columns, every cell an item that needs both.
inline knapsack_problem grid(std::size_t side, instances::dice& random)
{
    knapsack_problem problem;
    problem.resources = 2;
    problem.class_costs = {{1, 0}, {2, 1}};
    problem.shared.costs = {{7, 3}};
    problem.shared.first = {0};
    for (std::size_t item = 0; item < side * side; ++item) {
        problem.values.push_back(random.unit());
        problem.class_of.push_back(static_cast<std::uint32_t>(random.below(2)));
    }
    for (std::size_t u = 0; u < 2 * side; ++u) {
        for (std::size_t k = 0; k < side; ++k)
            problem.shared.users.push_back(
                static_cast<std::uint32_t>(u < side ? u * side + k : k * side + u - side));
        problem.shared.kind.push_back(0);
        problem.shared.first.push_back(problem.shared.users.size());
    }
    const auto cells = static_cast<std::int64_t>(side * side);
    problem.capacity = {cells / 2 + 7 * static_cast<std::int64_t>(side),
        cells / 4 + 3 * static_cast<std::int64_t>(side)};
    return problem;
}

} // namespace tangled
