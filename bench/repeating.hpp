// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <cstddef>
#include <cstdint>
#include <random>

// Problems as large as wished of few classes, as layers make them.

namespace repeating {

using namespace espalier;

inline std::mt19937_64& dice()
{
    static std::mt19937_64 engine;
    return engine;
}
inline double unit()
{
    return static_cast<double>(dice()() >> 11U) * 0x1p-53;
}
inline std::int64_t between(std::int64_t low, std::int64_t high)
{
    return low + static_cast<std::int64_t>(dice()() % static_cast<std::uint64_t>(high - low + 1));
}

/// Items in classes with costs 1 … 8; capacities are 40 % of what everything takes. Linked: one
/// layer per class, an item costs 1 … 4 of all resources but the second, and of the second every
/// memory column of 36 bits takes one, shared by the multipliers of 16 bits that overlap it.
inline knapsack_problem make(
    std::size_t items, std::size_t resources, std::size_t classes, bool linked)
{
    dice().seed(items * 1000 + resources * 100 + classes + (linked ? 7 : 0));
    knapsack_problem problem;
    problem.resources = resources;
    for (std::size_t c = 0; c < classes; ++c) {
        resource_vector cost{};
        for (std::size_t r = 0; r < resources; ++r)
            cost[r] = linked ? (r == 1 ? 0 : between(1, 4)) : between(1, 8);
        problem.class_costs.push_back(cost);
    }
    resource_vector total{};
    const auto add = [&](const resource_vector& cost) {
        for (std::size_t r = 0; r < resources; ++r)
            total[r] += cost[r];
    };
    for (std::size_t item = 0; item < items; ++item) {
        const std::size_t c =
            linked ? item * classes / items : static_cast<std::size_t>(between(0, 1000)) % classes;
        problem.class_of.push_back(static_cast<std::uint32_t>(c));
        problem.values.push_back(unit());
        add(problem.class_costs[c]);
    }
    if (linked) {
        problem.shared.costs = {{0, 1}};
        problem.shared.first = {0};
        std::size_t begin = 0;
        for (std::size_t c = 0; c < classes; ++c) {
            std::size_t end = begin;
            while (end < items && problem.class_of[end] == c)
                ++end;
            for (std::size_t bit = 0; bit < 16 * (end - begin); bit += 36) {
                for (std::size_t g = bit / 16; g < (bit + 36 + 15) / 16 && begin + g < end; ++g)
                    problem.shared.users.push_back(static_cast<std::uint32_t>(begin + g));
                problem.shared.first.push_back(problem.shared.users.size());
                problem.shared.kind.push_back(0);
                add(problem.shared.costs[0]);
            }
            begin = end;
        }
    }
    for (std::size_t r = 0; r < resources; ++r)
        problem.capacity[r] = total[r] * 2 / 5;
    return problem;
}

} // namespace repeating
