// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <knapsack/linked.hpp>
#include <knapsack/tangled.hpp>
#include <vector>

namespace hard {

/// Problems that take more than a second each, of the kinds that keep different stages busy.
inline espalier::knapsack_problem make(std::size_t kind, instances::dice& random)
{
    switch (kind) {
    case 0: // many resources: branch and bound
        return instances::all_distinct(150, 10, random);
    case 1: // few, with large amounts: labels
        return [&] {
            espalier::knapsack_problem problem = instances::all_distinct(400, 4, random);
            for (espalier::resource_vector& cost : problem.class_costs)
                for (std::size_t r = 0; r < 4; ++r)
                    cost[r] = 1 + static_cast<std::int64_t>(random.below(1'000));
            for (std::size_t r = 0; r < 4; ++r)
                problem.capacity[r] = 80'000;
            return problem;
        }();
    case 2: // chains with a wide frontier: the oracle of components
        return [&] {
            espalier::knapsack_problem problem =
                instances::plain(600, 3, 30, instances::values::uniform, random);
            problem.shared.costs = {{1, 0, 2}, {2, 1, 0}, {0, 2, 1}};
            problem.shared.first = {0};
            for (std::uint32_t u = 0; u < 590; ++u) {
                for (std::uint32_t k = 0; k < 7; ++k)
                    problem.shared.users.push_back(u + k);
                problem.shared.kind.push_back(u % 3);
                problem.shared.first.push_back(problem.shared.users.size());
            }
            return problem;
        }();
    case 3: // tangled
        return tangled::grid(20, random);
    default: // floors on chains of ten
        espalier::knapsack_problem problem =
            instances::plain(2'000, 3, 20, instances::values::uniform, random);
        problem.shared.costs = {{1, 2, 0}, {2, 0, 1}};
        problem.shared.first = {0};
        for (std::uint32_t item = 0; item < 2'000; ++item) {
            problem.class_of[item] = item / 100;
            if (item % 10 == 9)
                continue;
            problem.shared.users.insert(problem.shared.users.end(), {item, item + 1});
            problem.shared.kind.push_back(item % 2);
            problem.shared.first.push_back(problem.shared.users.size());
        }
        problem.floors.assign(20, 4);
        problem.capacity = {900, 1'000, 800};
        return problem;
    }
}
inline constexpr std::size_t kinds = 5;

} // namespace hard
