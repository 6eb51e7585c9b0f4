// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

// Multi-dimensional knapsacks of the literature, in which every item is of its own kind.

namespace instances {

using espalier::knapsack_problem;

/// Items of one class each, from a table: profits, then one row of weights per resource.
inline knapsack_problem general(const std::vector<double>& profits,
    const std::vector<std::vector<std::int64_t>>& weights,
    const std::vector<std::int64_t>& capacity)
{
    knapsack_problem problem;
    problem.resources = capacity.size();
    problem.values = profits;
    problem.class_costs.resize(profits.size());
    for (std::uint32_t item = 0; item < profits.size(); ++item) {
        problem.class_of.push_back(item);
        for (std::size_t r = 0; r < capacity.size(); ++r)
            problem.class_costs[item][r] = weights[r][item];
    }
    std::copy(capacity.begin(), capacity.end(), problem.capacity.begin());
    return problem;
}

/// Weingartner's problems of 28 items under two capacities, and their published optima (Weingartner
/// and Ness 1967).
inline std::vector<std::pair<knapsack_problem, double>> weingartner()
{
    const std::vector<double> profits{1898, 440, 22507, 270, 14148, 3100, 4650, 30800, 615, 4975,
        1160, 4225, 510, 11880, 479, 440, 490, 330, 110, 560, 24355, 2885, 11748, 4550, 750, 3720,
        1950, 10500};
    const std::vector<std::vector<std::int64_t>> weights{
        {45, 0, 85, 150, 65, 95, 30, 0, 170, 0, 40, 25, 20, 0, 0, 25, 0, 0, 25, 0, 165, 0, 85, 0, 0,
            0, 0, 100},
        {30, 20, 125, 5, 80, 25, 35, 73, 12, 15, 15, 40, 5, 10, 10, 12, 10, 9, 0, 20, 60, 40, 50,
            36, 49, 40, 19, 150}};
    struct published {
        std::int64_t first;
        std::int64_t second;
        double optimum;
    };
    std::vector<std::pair<knapsack_problem, double>> problems;
    for (const published& p : {published{600, 600, 141278}, published{500, 500, 130883},
             published{300, 300, 95677}, published{300, 600, 119337}, published{600, 300, 98796}})
        problems.emplace_back(general(profits, weights, {p.first, p.second}), p.optimum);
    return problems;
}

} // namespace instances
