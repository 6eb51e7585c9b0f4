// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

// The end of all pruning: a choice that keeps the floors of a problem and nothing else.

namespace espalier::detail {

/// Keeps what is fixed, and of each class with a floor one item after the other that adds least, in
/// parts of the resources that all items take; the first of equals. With a floor of one it is the
/// cheapest item; with more, items that share units with those before it come first, which need not
/// be the cheapest choice.
[[nodiscard]] inline std::vector<std::uint8_t> cheapest_floors(const knapsack_problem& problem)
{
    const shared_units& shared = problem.shared;
    resource_vector total{};
    const auto add = [&](const resource_vector& cost) {
        for (std::size_t r = 0; r < problem.resources; ++r)
            total[r] += cost[r];
    };
    for (const std::uint32_t c : problem.class_of)
        add(problem.class_costs[c]);
    for (const std::uint32_t kind : shared.kind)
        add(shared.costs[kind]);
    std::vector<double> price_of_kind(shared.costs.size(), 0.0);
    for (std::size_t k = 0; k < price_of_kind.size(); ++k)
        for (std::size_t r = 0; r < problem.resources; ++r)
            if (shared.costs[k][r] > 0)
                price_of_kind[k] +=
                    static_cast<double>(shared.costs[k][r]) / static_cast<double>(total[r]);

    std::vector<std::uint8_t> keep(problem.size(), 0);
    std::vector<std::size_t> missing(problem.classes());
    for (std::size_t c = 0; c < missing.size(); ++c)
        missing[c] = problem.floor_of(c);
    const auto take = [&](std::size_t item) {
        keep[item] = 1;
        std::size_t& of_class = missing[problem.class_of[item]];
        of_class -= of_class > 0 ? 1 : 0;
    };
    for (std::size_t item = 0; item < problem.size(); ++item)
        if (problem.fixed_at(item) == decision::keep)
            take(item);

    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    for (bool took = true; took;) {
        // What the units that nobody uses yet would add to each of their users.
        std::vector<double> adds(problem.size(), 0.0);
        for (std::size_t u = 0; u < shared.size(); ++u) {
            bool is_used = false;
            for (const std::uint32_t user : shared.users_of(u))
                is_used = is_used || keep[user] != 0;
            for (const std::uint32_t user : shared.users_of(u))
                adds[user] += is_used ? 0.0 : price_of_kind[shared.kind[u]];
        }
        std::vector<std::size_t> cheapest(problem.classes(), none);
        for (std::size_t item = 0; item < problem.size(); ++item) {
            std::size_t& best = cheapest[problem.class_of[item]];
            if (keep[item] == 0 && problem.fixed_at(item) == decision::free &&
                (best == none || adds[item] < adds[best]))
                best = item;
        }
        took = false;
        for (std::size_t c = 0; c < missing.size(); ++c)
            if (missing[c] > 0 && cheapest[c] != none) {
                take(cheapest[c]);
                took = true;
            }
    }
    return keep;
}

} // namespace espalier::detail
