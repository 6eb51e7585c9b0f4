// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/prices/item_prices.hpp>

#include <algorithm>

// What is left to choose of a problem without shared units once decisions and floors are taken care
// of.

namespace espalier::detail {

/// Keeps the most valuable items of classes whose items use no shared units: among items of equal
/// cost they may always be the kept ones.
/// \param wanted  how many, by class
inline void take_most_valuable(const knapsack_problem& problem, const decided& begin,
    const std::vector<std::size_t>& wanted, std::vector<std::uint32_t>& kept, resource_vector& room)
{
    // Exchange argument: a choice that keeps another item of the class in place of a more valuable
    // one costs as much and is worth less.
    std::vector<std::vector<std::uint32_t>> candidates(wanted.size());
    for (std::uint32_t i = 0; i < problem.size() && !wanted.empty(); ++i)
        if (wanted[problem.class_of[i]] > 0 && begin.of(i) == decision::free)
            candidates[problem.class_of[i]].push_back(i);
    for (std::size_t c = 0; c < wanted.size(); ++c) {
        if (wanted[c] == 0)
            continue;
        const auto last = candidates[c].begin() + static_cast<std::ptrdiff_t>(wanted[c] - 1);
        std::nth_element(candidates[c].begin(), last, candidates[c].end(),
            [&](std::uint32_t a, std::uint32_t b) {
                return problem.values[a] != problem.values[b]
                           ? problem.values[a] > problem.values[b]
                           : a < b;
            });
        kept.insert(kept.end(), candidates[c].begin(), last + 1);
        add(room, problem.class_costs[c], problem.resources, -static_cast<std::int64_t>(wanted[c]));
    }
}

/// The free items of some value, after decisions and floors have been met.
struct free_items {
    std::vector<double> values;
    std::vector<std::uint32_t> class_of;
    std::vector<std::uint32_t> item; ///< index in the problem
    std::vector<std::uint32_t> kept; ///< items that decisions and floors keep
    resource_vector room{};
    bool is_everything = false; ///< nothing was decided: the problem's own arrays serve, uncopied

    /// \param with_floors  whether the floors are to be met beforehand, by the most valuable items
    free_items(const knapsack_problem& problem, const decided& begin, bool with_floors)
        : room(begin.left)
    {
        is_everything = !begin.has_decisions() && !with_floors;
        if (is_everything)
            return;
        std::vector<std::uint8_t> taken(problem.size(), 0);
        for (std::size_t i = 0; i < problem.size(); ++i)
            if (begin.of(i) == decision::keep)
                kept.push_back(static_cast<std::uint32_t>(i));
        if (with_floors)
            take_most_valuable(problem, begin, begin.missing, kept, room);
        for (const std::uint32_t i : kept)
            taken[i] = 1;
        for (std::size_t i = 0; i < problem.size(); ++i)
            if (!taken[i] && begin.of(i) == decision::free) {
                values.push_back(problem.values[i]);
                class_of.push_back(problem.class_of[i]);
                item.push_back(static_cast<std::uint32_t>(i));
            }
    }

    /// The items that may be chosen; refers to this and to the problem.
    [[nodiscard]] item_view view(const knapsack_problem& problem, const workers& crew = {}) const
    {
        item_view result{.values = values, .class_of = class_of};
        if (is_everything)
            result = {.values = problem.values, .class_of = problem.class_of};
        result.scale = scale_of(largest_of(result, problem, crew));
        return result;
    }

private:
    /// The largest value of an item that fits: next to one that does not, all others might vanish.
    [[nodiscard]] double largest_of(
        const item_view& items, const knapsack_problem& problem, const workers& crew) const
    {
        std::vector<double> weight(problem.classes(), 1.0);
        for (std::size_t c = 0; c < problem.classes(); ++c)
            if (!is_within(
                    less(room, problem.class_costs[c], problem.resources), problem.resources))
                weight[c] = 0;
        const bool all_fit = std::find(weight.begin(), weight.end(), 0.0) == weight.end();
        const auto largest =
            crew.of_parts<double>(items.size(), [&](std::size_t begin, std::size_t end) {
                double its = 0;
                if (all_fit) // the same with fewer steps
                    for (std::size_t i = begin; i < end; ++i)
                        its = std::max(its, items.values[i]);
                else
                    for (std::size_t i = begin; i < end; ++i)
                        its = std::max(its, items.values[i] * weight[items.class_of[i]]);
                return its;
            });
        return *std::max_element(largest.begin(), largest.end());
    }
};

} // namespace espalier::detail
