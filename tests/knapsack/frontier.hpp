// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/verify.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

// The judge of problems of hundreds of items, where units are shared by neighbours: dynamic
// programming over the items in the order of their indices. What later items need to know of those
// before is
// - which units with users on both sides are paid (the frontier),
// - how many items each floor still lacks, and
// - what is used of each resource, exactly.
// The best value is kept for every combination. One or two resources with small capacities.

namespace judge {

using namespace espalier;

class frontier {
    const knapsack_problem& problem_;
    std::vector<std::vector<std::uint32_t>> units_of_;  ///< of an item
    std::vector<std::vector<std::uint32_t>> closed_by_; ///< units whose last user is the item
    std::vector<std::size_t> slot_of_;                  ///< of a unit: its bit while it is open
    std::size_t width_ = 0;
    std::array<std::size_t, 2> room_{};  ///< of each resource, no more than all items need
    std::vector<std::size_t> lack_unit_; ///< of a class: what one missing item counts
    std::size_t lacks_ = 1;              ///< combinations of missing items

public:
    explicit frontier(const knapsack_problem& problem)
        : problem_(problem),
          units_of_(problem.size()),
          closed_by_(problem.size()),
          slot_of_(problem.shared.size())
    {
        if (problem.resources > 2)
            throw std::invalid_argument("the frontier judges one or two resources");
        for (std::uint32_t unit = 0; unit < problem.shared.size(); ++unit) {
            const auto users = problem.shared.users_of(unit);
            for (const std::uint32_t user : users)
                units_of_[user].push_back(unit);
            if (!users.empty())
                closed_by_[users.back()].push_back(unit);
        }
        std::vector<bool> taken;
        for (std::uint32_t item = 0; item < problem.size(); ++item) {
            for (const std::uint32_t unit : units_of_[item])
                if (problem.shared.users_of(unit).front() == item) {
                    const auto gap = std::find(taken.begin(), taken.end(), false);
                    slot_of_[unit] = static_cast<std::size_t>(gap - taken.begin());
                    if (gap == taken.end())
                        taken.push_back(true);
                    else
                        *gap = true;
                }
            for (const std::uint32_t unit : closed_by_[item])
                taken[slot_of_[unit]] = false;
        }
        width_ = taken.size();
        const resource_vector total =
            usage(problem, std::vector<std::uint8_t>(problem.size(), std::uint8_t{1}));
        for (std::size_t r = 0; r < problem.resources; ++r)
            room_[r] = static_cast<std::size_t>(std::min(problem.capacity[r], total[r]));
        for (std::size_t c = 0; c < problem.classes(); ++c) {
            lack_unit_.push_back(lacks_);
            lacks_ *= problem.floor_of(c) + 1;
        }
    }

    /// Combinations of paid units and missing items.
    [[nodiscard]] std::size_t states() const { return lacks_ << width_; }
    /// Combinations of used amounts.
    [[nodiscard]] std::size_t amounts() const
    {
        constexpr std::size_t many = std::size_t{1} << 30U; // far beyond what a table can hold
        return (std::min(room_[0], many) + 1) * (std::min(room_[1], many) + 1);
    }

    /// The largest value of a feasible choice, or nothing if there is none.
    [[nodiscard]] std::optional<long double> best() const
    {
        constexpr long double none = -1;
        std::vector<long double> now(states() * amounts(), none);
        now[(lacks_ - 1) * amounts() << width_] = 0; // every floor lacks all its items
        std::vector<long double> next;
        for (std::uint32_t item = 0; item < problem_.size(); ++item) {
            if (problem_.fixed_at(item) == decision::keep)
                next.assign(now.size(), none);
            else
                next = now;
            if (problem_.fixed_at(item) != decision::prune)
                for (std::size_t state = 0; state < states(); ++state)
                    keep(item, state, now, next);
            for (const std::uint32_t unit : closed_by_[item])
                close(unit, next);
            now.swap(next);
        }
        // Nothing is open, and nothing may be missing.
        const long double most =
            *std::max_element(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(amounts()));
        return most < 0 ? std::nullopt : std::optional(most);
    }

private:
    // A state is (missing items, paid units), its row in the table holds all amounts.

    void keep(std::uint32_t item, std::size_t state, const std::vector<long double>& now,
        std::vector<long double>& next) const
    {
        std::array<std::size_t, 2> cost{};
        const auto add = [&](const resource_vector& amounts) {
            for (std::size_t r = 0; r < problem_.resources; ++r)
                cost[r] += static_cast<std::size_t>(amounts[r]);
        };
        add(problem_.class_costs[problem_.class_of[item]]);
        std::size_t after = state;
        for (const std::uint32_t unit : units_of_[item])
            if ((state >> slot_of_[unit] & 1U) == 0) {
                add(problem_.shared.costs[problem_.shared.kind[unit]]);
                after |= std::size_t{1} << slot_of_[unit];
            }
        const std::uint32_t c = problem_.class_of[item];
        if (const std::size_t lack = state >> width_;
            lack / lack_unit_[c] % (problem_.floor_of(c) + 1) > 0)
            after -= lack_unit_[c] << width_;
        if (cost[0] > room_[0] || cost[1] > room_[1])
            return;
        const auto value = static_cast<long double>(problem_.values[item]);
        const std::size_t row = room_[1] + 1;
        for (std::size_t a = 0; a + cost[0] <= room_[0]; ++a)
            for (std::size_t b = 0; b + cost[1] <= room_[1]; ++b) {
                const long double before = now[state * amounts() + a * row + b];
                long double& best = next[after * amounts() + (a + cost[0]) * row + b + cost[1]];
                if (before >= 0 && before + value > best)
                    best = before + value;
            }
    }

    /// Whether it is paid is no longer asked.
    void close(std::uint32_t unit, std::vector<long double>& table) const
    {
        const std::size_t bit = std::size_t{1} << slot_of_[unit];
        for (std::size_t state = 0; state < states(); ++state)
            if (state & bit)
                for (std::size_t amount = 0; amount < amounts(); ++amount) {
                    long double& open = table[state * amounts() + amount];
                    long double& closed = table[(state - bit) * amounts() + amount];
                    closed = std::max(closed, open);
                    open = -1;
                }
    }
};

inline std::optional<long double> best_by_frontier(const knapsack_problem& problem)
{
    return frontier(problem).best();
}

} // namespace judge
