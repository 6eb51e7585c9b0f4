// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

// What is settled before a solver runs: what the decisions already cost, which shared units they
// have paid, what the floors still ask for, and whether all that can be met at all.

namespace espalier {

/// For each item, the shared units it uses: the transpose of `shared_units`.
class units_of_items {
    std::vector<std::size_t> first_;
    std::vector<std::uint32_t> units_;

public:
    /// Turns the units' lists of users round.
    explicit units_of_items(const knapsack_problem& problem)
    {
        if (problem.shared.empty())
            return;
        first_.assign(problem.size() + 1, 0);
        units_.resize(problem.shared.users.size());
        for (const std::uint32_t user : problem.shared.users)
            ++first_[user + 1];
        for (std::size_t item = 0; item < problem.size(); ++item)
            first_[item + 1] += first_[item];
        std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
        for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
            for (const std::uint32_t user : problem.shared.users_of(unit))
                units_[next[user]++] = static_cast<std::uint32_t>(unit);
    }
    /// Indices of the units, ascending.
    [[nodiscard]] std::span<const std::uint32_t> of(std::size_t item) const
    {
        if (first_.empty())
            return {};
        return std::span{units_}.subspan(first_[item], first_[item + 1] - first_[item]);
    }
};

/// What is settled about the items of a problem, which must live as long.
class decided {
public:
    /// Capacity that the decided items leave. No more than all items and units that fit can use:
    /// rounding is judged by price times capacity, and a capacity of 2^60 where 40 can be used
    /// would drown every value.
    resource_vector left{};
    std::vector<std::uint8_t> paid;   ///< per shared unit: a decided item uses it; empty if none
    std::vector<std::size_t> missing; ///< per class: items still to keep; empty without floors
    resource_vector reserved{};       ///< what the missing items need, without their units
    std::string reason;               ///< not empty: there is no feasible choice, and why

    /// For whoever has counted the items of the classes already.
    /// \param problem      valid
    /// \param class_sizes  items of each class
    decided(const knapsack_problem& problem, const std::vector<std::size_t>& class_sizes)
        : left(problem.capacity), problem_(&problem)
    {
        if (!problem.floors.empty())
            count_missing(problem);
        if (reason.empty() && has_decisions())
            take_kept(problem);
        if (reason.empty() && !problem.floors.empty())
            reserve(problem);
        if (reason.empty())
            forget_excess(problem, class_sizes);
    }
    /// Counts the items of the classes itself.
    explicit decided(const knapsack_problem& problem) : decided(problem, sizes_of(problem)) {}

    /// What is decided about an item: by the problem, or by a floor that asks for all that its
    /// class has. (Such items would drown others, as excess capacity would.)
    [[nodiscard]] decision of(std::size_t item) const
    {
        return forced_.empty() ? problem_->fixed_at(item) : forced_[item];
    }
    /// Whether anything is decided.
    [[nodiscard]] bool has_decisions() const
    {
        return !problem_->fixed.empty() || !forced_.empty();
    }

    /// Whether an item of a class, with `more` for its units, fits beside what the floors reserve.
    [[nodiscard]] bool fits(const knapsack_problem& problem, std::size_t a_class,
        const resource_vector& more = {}) const
    {
        // Where its class still misses items, a place is reserved for it.
        const bool has_place = !missing.empty() && missing[a_class] > 0;
        return is_left(problem, more, has_place ? resource_vector{} : problem.class_costs[a_class]);
    }

private:
    const knapsack_problem* problem_;
    std::vector<decision> forced_; ///< N, or empty: floors decide nothing

    /// Whether the floors leave that much.
    [[nodiscard]] bool is_left(const knapsack_problem& problem, const resource_vector& one,
        const resource_vector& other = {}) const
    {
        for (std::size_t r = 0; r < problem.resources; ++r)
            if (one[r] + other[r] > left[r] - reserved[r])
                return false;
        return true;
    }

    /// Items of each class.
    static std::vector<std::size_t> sizes_of(const knapsack_problem& problem)
    {
        std::vector<std::size_t> sizes(problem.classes(), 0);
        for (const std::uint32_t c : problem.class_of)
            ++sizes[c];
        return sizes;
    }

    /// What floors still ask for beside the items that are fixed to be kept. A class of which all
    /// that is possible is needed is decided here.
    void count_missing(const knapsack_problem& problem)
    {
        std::vector<std::size_t> kept(problem.classes(), 0);
        std::vector<std::size_t> possible(problem.classes(), 0);
        for (std::size_t item = 0; item < problem.size(); ++item) {
            const decision fixed = problem.fixed_at(item);
            kept[problem.class_of[item]] += fixed == decision::keep;
            possible[problem.class_of[item]] += fixed != decision::prune;
        }
        missing = problem.floors;
        std::vector<std::uint8_t> takes_all(problem.classes(), 0);
        for (std::size_t c = 0; c < problem.classes(); ++c) {
            if (problem.floors[c] > possible[c] && reason.empty())
                reason = "class " + std::to_string(c) + " must keep " +
                         std::to_string(problem.floors[c]) + " items, but only " +
                         std::to_string(possible[c]) + " are not fixed to be pruned";
            missing[c] -= std::min(missing[c], kept[c]);
            takes_all[c] = missing[c] > 0 && problem.floors[c] == possible[c];
            if (takes_all[c] != 0)
                missing[c] = 0;
        }
        if (std::find(takes_all.begin(), takes_all.end(), 1) == takes_all.end() || !reason.empty())
            return;
        forced_ = problem.fixed;
        forced_.resize(problem.size(), decision::free);
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (takes_all[problem.class_of[item]] != 0 && forced_[item] == decision::free)
                forced_[item] = decision::keep;
    }

    /// Pays for the decided items, and for every unit that one of them uses, from the capacity.
    void take_kept(const knapsack_problem& problem)
    {
        resource_vector used{};
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (of(item) == decision::keep)
                detail::add(used, problem.cost_of(item), problem.resources);
        paid.assign(problem.shared.size(), 0);
        for (std::size_t unit = 0; unit < problem.shared.size(); ++unit) {
            const auto users = problem.shared.users_of(unit);
            paid[unit] = std::any_of(users.begin(), users.end(),
                [&](std::uint32_t user) { return of(user) == decision::keep; });
            if (paid[unit] != 0)
                detail::add(used, problem.shared.cost_of(unit), problem.resources);
        }
        for (std::size_t r = 0; r < problem.resources; ++r) {
            left[r] -= used[r];
            if (left[r] < 0 && reason.empty())
                reason = "the items that must be kept need " + std::to_string(used[r]) +
                         " of resource " + std::to_string(r) + ", which has " +
                         std::to_string(problem.capacity[r]);
        }
    }

    /// Sets aside what the missing items cost without their units, the least that they can.
    void reserve(const knapsack_problem& problem)
    {
        for (std::size_t c = 0; c < problem.classes(); ++c)
            detail::add(reserved, problem.class_costs[c], problem.resources,
                static_cast<std::int64_t>(missing[c]));
        for (std::size_t r = 0; r < problem.resources; ++r)
            if (reserved[r] > left[r] && reason.empty())
                reason = "the floors of the classes need " + std::to_string(reserved[r]) +
                         " of resource " + std::to_string(r) + ", of which " +
                         std::to_string(left[r]) + " are left";
    }

    /// Lowers the capacity to what everything that fits alone would use together. Items that are
    /// decided count once more here, which only leaves it larger.
    void forget_excess(const knapsack_problem& problem, const std::vector<std::size_t>& class_sizes)
    {
        resource_vector useful{};
        for (std::size_t c = 0; c < problem.classes(); ++c)
            if (fits(problem, c))
                detail::add(useful, problem.class_costs[c], problem.resources,
                    static_cast<std::int64_t>(class_sizes[c]));
        std::vector<std::int64_t> of_kind(problem.shared.costs.size(), 0);
        for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
            of_kind[problem.shared.kind[unit]] += paid.empty() || paid[unit] == 0;
        for (std::size_t kind = 0; kind < of_kind.size(); ++kind)
            if (is_left(problem, problem.shared.costs[kind]))
                detail::add(useful, problem.shared.costs[kind], problem.resources, of_kind[kind]);
        for (std::size_t r = 0; r < problem.resources; ++r)
            left[r] = std::min(left[r], useful[r]);
    }
};

} // namespace espalier
