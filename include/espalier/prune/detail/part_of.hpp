// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace espalier::detail {

/// A problem of some items of another, in a row, that share no unit with the others. Units stand in
/// the order of their first users, or at least those of earlier items before those of later ones.
/// \param capacity  of the part
[[nodiscard]] inline knapsack_problem part_of(const knapsack_problem& whole, std::size_t first_item,
    std::size_t items, const resource_vector& capacity)
{
    const auto cut = [&](const auto& of) {
        const auto from = of.begin() + static_cast<std::ptrdiff_t>(first_item);
        return std::vector(from, from + static_cast<std::ptrdiff_t>(items));
    };
    knapsack_problem part{.resources = whole.resources,
        .values = cut(whole.values),
        .class_of = cut(whole.class_of),
        .class_costs = {},
        .capacity = capacity};
    if (!whole.fixed.empty())
        part.fixed = cut(whole.fixed);

    // Classes of these items alone, in the order of the whole.
    std::vector<std::uint32_t> classes = part.class_of;
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    for (const std::uint32_t c : classes) {
        part.class_costs.push_back(whole.class_costs[c]);
        part.floors.push_back(whole.floor_of(c));
    }
    for (std::uint32_t& c : part.class_of)
        c = static_cast<std::uint32_t>(
            std::lower_bound(classes.begin(), classes.end(), c) - classes.begin());

    part.shared.costs = whole.shared.costs;
    part.shared.first.push_back(0);
    const auto is_before = [&](std::size_t u, std::size_t item) {
        return whole.shared.users_of(u).front() < item;
    };
    std::size_t u = 0;
    for (std::size_t left = whole.shared.size(); left > 0;) { // the first unit of the part
        const std::size_t half = left / 2;
        const bool skips = is_before(u + half, first_item);
        u += skips ? half + 1 : 0;
        left = skips ? left - half - 1 : half;
    }
    for (; u < whole.shared.size() && is_before(u, first_item + items); ++u) {
        const std::span<const std::uint32_t> users = whole.shared.users_of(u);
        part.shared.kind.push_back(whole.shared.kind[u]);
        for (const std::uint32_t user : users)
            part.shared.users.push_back(user - static_cast<std::uint32_t>(first_item));
        part.shared.first.push_back(part.shared.users.size());
    }
    return part;
}

} // namespace espalier::detail
