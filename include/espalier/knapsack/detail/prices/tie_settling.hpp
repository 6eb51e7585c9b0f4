// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/floor_places.hpp>

#include <algorithm>
#include <cstdlib>
#include <numeric>

// Ties among components. Where components lose nothing by another choice, as equal values make
// them, thousands may have made the same one, and together use far more of a resource than there
// is, or far less: a core of a few dozen could not make up for it. They choose anew, one after the
// other, such that the room is filled as nearly as can be.

namespace espalier::detail {

/// Settles the ties of components without floors, if there are more than the search of the core
/// settles as well.
/// \param nothing      a loss that may be rounding
/// \param has_settled  becomes whether there were so many
/// \returns what the new choices lose all the same
inline double settle_ties(component_choices& at, const resource_vector& room, double nothing,
    const floor_places& floors, budget& limits, bool& has_settled)
{
    std::vector<std::uint32_t> tied;
    for (std::uint32_t c = 0; c < at.parts.size(); ++c)
        if (at.margin[c] <= nothing && !floors.has_floor(c))
            tied.push_back(c);
    has_settled = tied.size() >= tuning::least_ties;
    if (!has_settled)
        return 0;
    // The square of what is used beyond the room, and of what is left of resources with a price:
    // where one is met, the others may still move it a little for their own sake.
    const auto distance = [&](const resource_vector& left) {
        double sum = 0;
        for (std::size_t r = 0; r < at.rows; ++r)
            if (left[r] < 0 || at.price[r] > 0) {
                const auto capacity = std::max<std::int64_t>(std::abs(room[r]), 1);
                const double part = static_cast<double>(left[r]) / static_cast<double>(capacity);
                sum += left[r] < 0 ? 4 * part * part : part * part;
            }
        return sum;
    };
    // A few passes: each component takes the tied choice that brings what is left nearest to
    // nothing.
    at.price_listings();
    resource_vector left = less(room, at.total_usage, at.rows);
    std::vector<double> losses(tied.size(), 0.0);
    for (int pass = 0; pass < 4; ++pass) {
        const double before = distance(left);
        for (std::size_t k = 0; k < tied.size() && !limits.is_spent(); ++k) {
            const resource_vector without = less(left, at.usage_of(tied[k]), at.rows, -1);
            for (const alternative& other : at.list(tied[k], nothing, {}, 256, limits)) {
                const resource_vector with = less(without, other.usage, at.rows);
                if (!(distance(with) < distance(left)))
                    continue;
                left = with;
                losses[k] = other.loss;
                at.choose(tied[k], other.keep);
            }
        }
        if (distance(left) >= before)
            break;
    }
    at.total_usage = less(room, left, at.rows);
    return std::accumulate(losses.begin(), losses.end(), 0.0);
}

} // namespace espalier::detail
