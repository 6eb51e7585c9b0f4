// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// The multi-dimensional 0-1 knapsack that decides what stays: maximise the value of the kept items
// under one capacity per resource. Two features make it the problem of hardware pruning and not
// just any knapsack. Items come in classes, and all items of a class cost the same (every
// multiplier of a layer needs the same DSPs), so a problem of ten million items is described by a
// handful of resource vectors. And items can share units, each paid once while any of its users is
// kept (a memory column is needed until the last multiplier that overlaps it is gone). Nothing here
// knows what a DSP is: a resource is an index, an amount is an integer.

namespace espalier {

/// The number of resources that one problem can constrain. A device has about eight; 32 lets the
/// solvers be measured on the thirty-constraint instances of the literature, and costs nothing
/// else: every loop ends at `knapsack_problem::resources`, and the vectors exist once per class,
/// not per item.
inline constexpr std::size_t max_resources = 32;

/// Amounts of each resource, exact integers; entries from `knapsack_problem::resources` on are 0.
using resource_vector = std::array<std::int64_t, max_resources>;

/// What is decided about an item before the solver runs.
enum class decision : std::uint8_t { free, keep, prune };

/// Units that are paid once while at least one of their users is kept, in compressed rows:
/// the users of unit u are `users[first[u]] … users[first[u + 1] - 1]`.
struct shared_units {
    std::vector<resource_vector> costs; ///< cost of each kind of unit
    std::vector<std::uint32_t> kind;    ///< unit → index into `costs`
    std::vector<std::size_t> first;     ///< unit → start of its users; one entry more than units
    std::vector<std::uint32_t> users;   ///< item indices, ascending within a unit

    [[nodiscard]] std::size_t size() const { return kind.size(); }
    [[nodiscard]] bool empty() const { return kind.empty(); }
    /// Items that use a unit, ascending.
    [[nodiscard]] std::span<const std::uint32_t> users_of(std::size_t unit) const
    {
        return std::span{users}.subspan(first[unit], first[unit + 1] - first[unit]);
    }
    /// What one unit costs.
    [[nodiscard]] const resource_vector& cost_of(std::size_t unit) const
    {
        return costs[kind[unit]];
    }
};

/// Maximise Σ value over kept items such that, for every resource, Σ class cost over kept items
/// plus Σ cost over used shared units stays within the capacity.
struct knapsack_problem {
    std::size_t resources = 0;                ///< R, 1 … max_resources
    std::vector<double> values;               ///< N, each finite and ≥ 0, of any scale
    std::vector<std::uint32_t> class_of;      ///< N, item → class
    std::vector<resource_vector> class_costs; ///< K, cost of one item of the class, each ≥ 0
    resource_vector capacity{};               ///< each ≥ 0
    shared_units shared{};                    ///< empty where nothing is shared
    std::vector<decision> fixed{};            ///< N, or empty: every item is free
    std::vector<std::size_t> floors{};        ///< K, or empty: keep at least so many of the class

    [[nodiscard]] std::size_t size() const { return values.size(); }
    [[nodiscard]] std::size_t classes() const { return class_costs.size(); }
    /// What one item costs, without its units.
    [[nodiscard]] const resource_vector& cost_of(std::size_t item) const
    {
        return class_costs[class_of[item]];
    }
    /// What `fixed` says of an item.
    [[nodiscard]] decision fixed_at(std::size_t item) const
    {
        return fixed.empty() ? decision::free : fixed[item];
    }
    /// How many items of a class are to be kept at least.
    [[nodiscard]] std::size_t floor_of(std::size_t a_class) const
    {
        return floors.empty() ? 0 : floors[a_class];
    }
};

namespace detail {

/// Adds some amounts, so many times.
inline void add(
    resource_vector& to, const resource_vector& amounts, std::size_t rows, std::int64_t times = 1)
{
    for (std::size_t r = 0; r < rows; ++r)
        to[r] += times * amounts[r];
}

} // namespace detail
} // namespace espalier
