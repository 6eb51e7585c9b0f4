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

// Equal places are one place with a count, or a search would tell apart what makes no difference.
//
// And of thousands of equal places a few are enough. Take a best choice that makes as few changes
// as can be. No selection of its changes uses nothing in sum, or it could be left out. Put one
// after the other in a suitable order, the changes never use much more or less than on the straight
// way to what all of them use (Steinitz' lemma), and never the same twice. So there are no more of
// them than amounts near that way, and no more than that of equal places are needed.

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

/// Leaves out of equal places those that no choice needs that loses less than `loss`.
inline void leave_out_repeats(core_problem& core, double loss)
{
    const double most = most_changes(core, loss);
    for (std::uint32_t& count : core.count)
        if (most < count)
            count = static_cast<std::uint32_t>(std::ceil(most));
}

/// Places of one change or more each that are not in any order, as a core problem in which equal
/// ones are one.
struct merged_places {
    std::vector<std::uint32_t> order;        ///< the places, equal ones side by side
    std::vector<std::size_t> first_in_order; ///< merged place → the first that it stands for
};

/// Adds the places of `each`, whose counts are 1, to a core problem without any.
inline merged_places merge_equal_places(const core_problem& each, core_problem& into)
{
    std::vector<std::uint32_t> changes(each.changes());
    std::iota(changes.begin(), changes.end(), std::uint32_t{0});
    const auto first_of = [&](std::size_t place) {
        return changes.begin() + static_cast<std::ptrdiff_t>(each.first[place]);
    };
    // By the loss of the cheapest change first, as a core problem has them.
    const auto is_less = [&](std::uint32_t a, std::uint32_t b) {
        return std::lexicographical_compare(first_of(a), first_of(a + std::size_t{1}), first_of(b),
            first_of(b + std::size_t{1}), [&](std::uint32_t x, std::uint32_t y) {
                return std::tie(each.loss[x], each.usage(x)) <
                       std::tie(each.loss[y], each.usage(y));
            });
    };
    merged_places result;
    result.order.resize(each.places());
    std::iota(result.order.begin(), result.order.end(), std::uint32_t{0});
    std::sort(result.order.begin(), result.order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return is_less(a, b) || (a < b && !is_less(b, a));
    });
    for (std::size_t at = 0; at < result.order.size(); ++at) {
        const std::uint32_t place = result.order[at];
        if (at > 0 && !is_less(result.order[at - 1], place)) {
            ++into.count.back();
            continue;
        }
        result.first_in_order.push_back(at);
        for (std::size_t k = each.first[place]; k < each.first[place + 1]; ++k) {
            into.add_change(each.loss[k], static_cast<std::uint32_t>(into.usages.size()));
            into.usages.push_back(each.usage(k));
        }
        into.close(1);
    }
    return result;
}

} // namespace espalier::detail
