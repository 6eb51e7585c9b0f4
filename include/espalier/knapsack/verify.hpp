// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <cstdint>
#include <span>

// Feasibility looked at from outside: this header adds up what a choice costs by the definition of
// the problem alone. No solver uses it to decide anything, so it can judge all of them.

namespace espalier {

/// Resources that the kept items and the units they use take together. `keep` has N entries.
[[nodiscard]] inline resource_vector usage(
    const knapsack_problem& problem, std::span<const std::uint8_t> keep)
{
    resource_vector total{};
    const auto add = [&](const resource_vector& cost) {
        for (std::size_t r = 0; r < problem.resources; ++r)
            total[r] += cost[r];
    };
    for (std::size_t item = 0; item < problem.size(); ++item)
        if (keep[item])
            add(problem.class_costs[problem.class_of[item]]);
    for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
        for (const std::uint32_t user : problem.shared.users_of(unit))
            if (keep[user]) {
                add(problem.shared.costs[problem.shared.kind[unit]]);
                break;
            }
    return total;
}

/// Whether a choice keeps every capacity, fixed decision and floor.
[[nodiscard]] inline bool is_feasible(
    const knapsack_problem& problem, std::span<const std::uint8_t> keep)
{
    if (keep.size() != problem.size())
        return false;
    const resource_vector used = usage(problem, keep);
    for (std::size_t r = 0; r < problem.resources; ++r)
        if (used[r] > problem.capacity[r])
            return false;
    std::vector<std::size_t> kept_of_class(problem.classes(), 0);
    for (std::size_t item = 0; item < problem.size(); ++item) {
        if (keep[item])
            ++kept_of_class[problem.class_of[item]];
        if (problem.fixed_at(item) == decision::keep && !keep[item])
            return false;
        if (problem.fixed_at(item) == decision::prune && keep[item])
            return false;
    }
    for (std::size_t c = 0; c < problem.classes(); ++c)
        if (kept_of_class[c] < problem.floor_of(c))
            return false;
    return true;
}

} // namespace espalier
