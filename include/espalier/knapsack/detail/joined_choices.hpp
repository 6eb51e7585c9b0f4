// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/component_choices.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

// A good choice where components are too long to list their alternatives: a chain of thousands of
// items is one component, and all that prices can do is to change it as a whole.
//
// At some prices the best choices do not fit together, at prices a little higher they do. Both are
// nearly best at both, and so is one that follows the second up to some item and the first from
// there on, but for the units that are paid on both sides of the seam. The seam is put where as
// many items as possible follow the first. Where there are floors, prices may not lead to a choice
// that fits.

namespace espalier::detail {

/// Prices near the present ones at which the best choices do not fit together, and such at which
/// they do.
/// \param most  L(λ), for the scale of prices
inline std::pair<std::array<double, max_resources>, std::array<double, max_resources>>
prices_around_room(component_choices& at, const resource_vector& room, double most)
{
    const std::array<double, max_resources> before = at.price;
    const auto raised = [&](double by) {
        std::array<double, max_resources> price = before;
        for (std::size_t r = 0; r < at.rows; ++r) {
            const auto capacity = static_cast<double>(std::max<std::int64_t>(room[r], 1));
            price[r] += by * std::max(before[r], 0.05 * most / capacity);
            price[r] = std::max(price[r], 0.0);
        }
        return price;
    };
    const auto fit = [&](double by) { return at.fits(at.best_at(raised(by)).second, room); };
    double low = 0;
    double high = 0;
    if (fit(0)) {
        low = -1e-6;
        while (low > -1 && fit(low)) {
            high = low;
            low *= 4;
        }
    } else {
        high = 1e-6;
        while (high < 1e6 && !fit(high)) {
            low = high;
            high *= 4;
        }
    }
    for (int halving = 0; halving < 12; ++halving) {
        const double middle = (low + high) / 2;
        (fit(middle) ? high : low) = middle;
    }
    return {raised(low), raised(high)};
}

/// Makes such choices. Whether they fit.
/// \param most  L(λ) at the present prices, which are changed
inline bool join_choices(component_choices& at, const resource_vector& room, double most)
{
    const auto [too_low, enough] = prices_around_room(at, room, most);
    at.price = too_low;
    at.sweep();
    const std::vector<std::uint64_t> second = at.choices();
    at.price = enough;
    at.sweep();
    if (!at.fit(room))
        return false;
    const std::vector<std::uint64_t> first = at.choices();
    std::size_t seam = 0;
    std::size_t until = at.parts.items();
    while (seam < until) {
        const std::size_t middle = (seam + until) / 2;
        at.join(first, second, middle);
        if (at.fit(room))
            until = middle;
        else
            seam = middle + 1;
    }
    at.join(first, second, seam);
    return at.fit(room);
}

} // namespace espalier::detail
