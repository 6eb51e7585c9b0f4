// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/entry/pattern.hpp>
#include <espalier/knapsack/problem.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

// Items that share units, cut into components that share nothing with each other: at fixed prices
// the components do not feel each other.

namespace espalier::detail {

/// The components of one problem, and where their items are.
struct components {
    std::vector<pattern> patterns;
    std::vector<std::uint32_t> pattern_of; ///< by component
    std::vector<std::size_t> first{0};     ///< component → position of its first item; one more
    std::vector<std::uint32_t> item;       ///< by position
    std::vector<double> value; ///< by position, scaled; −∞: cannot be kept. The caller's to fill
    bool is_narrow = true;     ///< no frontier has more than `pattern::widest` units

    [[nodiscard]] std::size_t size() const { return pattern_of.size(); }
    [[nodiscard]] std::size_t items() const { return item.size(); }
    [[nodiscard]] std::size_t items(std::size_t c) const { return first[c + 1] - first[c]; }
    [[nodiscard]] const pattern& look(std::size_t c) const { return patterns[pattern_of[c]]; }

    void close(std::uint32_t its_pattern)
    {
        first.push_back(item.size());
        pattern_of.push_back(its_pattern);
    }
};

/// What an item must be worth to be kept at all.
struct value_range {
    std::vector<double> least{}; ///< by class; empty: anything
    double most = std::numeric_limits<double>::infinity();

    [[nodiscard]] bool holds(const knapsack_problem& problem, std::size_t item) const
    {
        const double value = problem.values[item];
        return value <= most && (least.empty() || value >= least[problem.class_of[item]]);
    }
};

} // namespace espalier::detail
