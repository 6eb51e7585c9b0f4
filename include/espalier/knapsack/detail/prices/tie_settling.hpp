// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/core/floor_places.hpp>
#include <espalier/knapsack/detail/prices/component_choices.hpp>
#include <espalier/knapsack/detail/prices/component_oracle.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <vector>

// Ties among components. Where components lose nothing by another choice, as equal values make
// them, thousands may have made the same one, and together use far more of a resource than there
// is, or far less: a core of a few dozen could not make up for it. They choose anew, one after the
// other, such that the room is filled as nearly as can be.

namespace espalier::detail {

class tie_settler {
public:
    tie_settler(component_choices& at, const resource_vector& room, double nothing, budget& limits)
        : at_(at), room_(room), nothing_(nothing), limits_(limits), left_(room)
    {}

    /// \returns what the new choices lose all the same
    double settle(const std::vector<std::uint32_t>& tied)
    {
        at_.price_listings();
        left_ = less(room_, at_.total_usage, at_.rows);
        std::vector<double> losses(tied.size(), 0.0);
        for (int pass = 0; pass < 4; ++pass) {
            const double before = distance(left_);
            for (std::size_t k = 0; k < tied.size() && !limits_.is_spent(); ++k)
                settle(tied[k], losses[k]);
            if (distance(left_) >= before)
                break;
        }
        at_.total_usage = less(room_, left_, at_.rows);
        return std::accumulate(losses.begin(), losses.end(), 0.0);
    }

private:
    component_choices& at_;
    const resource_vector& room_;
    double nothing_; ///< a loss that may be rounding
    budget& limits_;
    resource_vector left_;

    /// The square of what is used beyond the room, and of what is left of resources with a price:
    /// where one is met, the others may still move it a little for their own sake.
    [[nodiscard]] double distance(const resource_vector& left) const
    {
        double sum = 0;
        for (std::size_t r = 0; r < at_.rows; ++r)
            if (left[r] < 0 || at_.price[r] > 0) {
                const auto capacity = std::max<std::int64_t>(std::abs(room_[r]), 1);
                const double part = static_cast<double>(left[r]) / static_cast<double>(capacity);
                sum += left[r] < 0 ? 4 * part * part : part * part;
            }
        return sum;
    }

    /// Makes the choice that brings `left_` nearest to nothing.
    void settle(std::uint32_t c, double& loss)
    {
        double least = distance(left_);
        const resource_vector without = less(left_, at_.usage_of(c), at_.rows, -1);
        for (const alternative& other : at_.list(c, nothing_, {}, 256, limits_)) {
            const resource_vector with = less(without, other.usage, at_.rows);
            if (distance(with) < least) {
                least = distance(with);
                left_ = with;
                loss = other.loss;
                at_.choose(c, other.keep);
            }
        }
    }
};

/// Settles the ties of components without floors, if there are more than the search of the core
/// settles as well. Returns what the new choices lose all the same.
/// \param has_settled  becomes whether there were so many
inline double settle_ties(component_choices& at, const resource_vector& room, double nothing,
    const floor_places& floors, budget& limits, bool& has_settled)
{
    constexpr std::size_t least_ties = 64;
    std::vector<std::uint32_t> tied;
    for (std::uint32_t c = 0; c < at.parts.size(); ++c)
        if (at.margin[c] <= nothing && !floors.has_floor(c))
            tied.push_back(c);
    has_settled = tied.size() >= least_ties;
    return has_settled ? tie_settler(at, room, nothing, limits).settle(tied) : 0.0;
}

} // namespace espalier::detail
