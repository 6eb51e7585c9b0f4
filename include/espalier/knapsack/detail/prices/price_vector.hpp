// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

// Arithmetic with amounts of resources, and Lagrangian prices, one per unit of each resource. All
// of it ends at the resources of the problem, of which there are mostly two or three.

namespace espalier::detail {

using price_vector = std::array<double, max_resources>;

/// λ·amounts, in the order of the resources: equal amounts have equal prices, to the last digit.
[[nodiscard]] inline double price_of(
    const resource_vector& amounts, const price_vector& price, std::size_t rows)
{
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r)
        sum += price[r] * static_cast<double>(amounts[r]);
    return sum;
}

/// `from` less `amounts`, so many times.
[[nodiscard]] inline resource_vector less(
    resource_vector from, const resource_vector& amounts, std::size_t rows, std::int64_t times = 1)
{
    add(from, amounts, rows, -times);
    return from;
}

/// Whether what is left is overdrawn of no resource.
[[nodiscard]] inline bool is_within(const resource_vector& left, std::size_t rows)
{
    for (std::size_t r = 0; r < rows; ++r)
        if (left[r] < 0)
            return false;
    return true;
}

/// How uncertain the price of each resource is, relative to the others. One that seems to be free
/// may turn out to cost something, so it counts with a twentieth of all prices.
[[nodiscard]] inline price_vector spread_of(
    const price_vector& price, const resource_vector& room, std::size_t rows)
{
    double total = 0;
    for (std::size_t r = 0; r < rows; ++r)
        total += price[r] * static_cast<double>(std::max<std::int64_t>(room[r], 0));
    price_vector result{};
    for (std::size_t r = 0; r < rows; ++r) {
        const auto capacity = static_cast<double>(std::max<std::int64_t>(room[r], 1));
        result[r] = total > 0 ? std::max(price[r], 0.05 * total / capacity) : 1 / capacity;
    }
    return result;
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
