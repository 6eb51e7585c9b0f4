// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/core_problem.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <tuple>
#include <vector>

// Of thousands of equal places a few are enough. Take a best choice that makes as few changes as
// can be. No selection of its changes uses nothing in sum, or it could be left out. Put one after
// the other in a suitable order, the changes never use much more or less than on the straight way
// to what all of them use (Steinitz' lemma), and never the same twice. So there are no more of them
// than amounts near that way, and no more than that of equal places are needed.

namespace espalier::detail {

/// How many changes a choice that loses less than `loss` makes at the most, if it makes no more
/// than it has to; infinite where a resource without a price is used.
inline double most_changes(const core_problem& core, double loss)
{
    resource_vector more{}; // the most that one change uses
    resource_vector less{}; // and gives back
    for (const resource_vector& usage : core.usages)
        for (std::size_t r = 0; r < core.rows; ++r) {
            more[r] = std::max(more[r], usage[r]);
            less[r] = std::max(less[r], -usage[r]);
        }
    double used = 0; // resources
    for (std::size_t r = 0; r < core.rows; ++r)
        used += more[r] != 0 || less[r] != 0;
    double amounts = 1;
    for (std::size_t r = 0; r < core.rows; ++r) {
        const auto up = static_cast<double>(more[r]);
        const auto down = static_cast<double>(less[r]);
        if (up == 0 && down == 0)
            continue;
        // Between what may be left in the end, and nothing.
        const auto left = static_cast<double>(core.left[r]);
        const double together =
            std::max(std::abs(left), std::abs(left - (loss - core.base_loss) / core.price[r]));
        // Of one resource a change that gives back follows whenever more is used than nothing;
        // of several the way is left by no more than twice their number times the largest amount.
        amounts *= together + (used == 1 ? up + down : 1 + 4 * used * std::max(up, down));
    }
    return amounts; // infinite or not a number without a price
}

/// Leaves out of equal places those that no choice needs that loses less than `loss`: their count
/// becomes smaller, and may be 0.
inline void leave_out_repeats(core_problem& core, double loss)
{
    const double most = most_changes(core, loss);
    if (!(most < static_cast<double>(
                     std::accumulate(core.count.begin(), core.count.end(), std::uint64_t{0}))))
        return;
    std::vector<std::uint32_t> changes(core.changes());
    std::iota(changes.begin(), changes.end(), std::uint32_t{0});
    const auto first_of = [&](std::uint32_t place) {
        return changes.begin() + static_cast<std::ptrdiff_t>(core.first[place]);
    };
    const auto is_less = [&](std::uint32_t a, std::uint32_t b) { // places
        return std::lexicographical_compare(first_of(a), first_of(a + 1), first_of(b),
            first_of(b + 1), [&](std::uint32_t x, std::uint32_t y) {
                return std::tie(core.loss[x], core.usage(x)) <
                       std::tie(core.loss[y], core.usage(y));
            });
    };
    std::vector<std::uint32_t> order(core.places());
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return is_less(a, b) || (a < b && !is_less(b, a));
    });
    double left = most; // of the places equal to the last one
    for (std::size_t k = 0; k < order.size(); ++k) {
        if (k == 0 || is_less(order[k - 1], order[k]))
            left = std::ceil(most);
        std::uint32_t& count = core.count[order[k]];
        count = static_cast<std::uint32_t>(std::min<double>(count, left));
        left -= count;
    }
}

} // namespace espalier::detail
