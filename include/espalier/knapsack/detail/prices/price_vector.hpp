// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

// Lagrangian prices, one per unit of each resource, and what they make of amounts.

namespace espalier::detail {

using price_vector = std::array<double, max_resources>;

[[nodiscard]] inline double price_of(
    const resource_vector& amounts, const price_vector& price, std::size_t rows)
{
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r)
        sum += price[r] * static_cast<double>(amounts[r]);
    return sum;
}

/// `from` less `amounts`, or with them given back (sign −1).
[[nodiscard]] inline resource_vector less(
    resource_vector from, const resource_vector& amounts, std::size_t rows, std::int64_t sign = 1)
{
    for (std::size_t r = 0; r < rows; ++r)
        from[r] -= sign * amounts[r];
    return from;
}

[[nodiscard]] inline bool is_within(const resource_vector& left, std::size_t rows)
{
    for (std::size_t r = 0; r < rows; ++r)
        if (left[r] < 0)
            return false;
    return true;
}

/// What rounding may do to a loss: a fraction of the price of all capacities of about 1e-15.
[[nodiscard]] inline double rounding_of(
    const price_vector& price, const resource_vector& room, std::size_t rows)
{
    double total = 0;
    for (std::size_t r = 0; r < rows; ++r)
        total += price[r] * std::abs(static_cast<double>(room[r]));
    return 4 * std::numeric_limits<double>::epsilon() * total;
}

} // namespace espalier::detail
