// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/tuning.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

// The exhaustive search of a small problem, the last resort. What defeats the searches, units
// shared in no order beside floors over items of equal value, does so at any size, and nobody would
// understand a dozen items without a proof.

namespace espalier::detail {

class exhaustive_search {
public:
    bool has_answer = false; ///< there is a choice that is possible

    /// \param begin  of the problem, with no reason against it; both must outlive this
    exhaustive_search(const knapsack_problem& problem, const decided& begin)
        : problem_(problem),
          units_(problem),
          left_(begin.left),
          missing_(begin.missing.begin(), begin.missing.end()),
          users_(problem.shared.size(), 0)
    {
        for (std::size_t unit = 0; unit < begin.paid.size(); ++unit)
            users_[unit] = begin.paid[unit]; // never given back
        missing_.resize(problem.classes(), 0);
        keep_.assign(problem.size(), 0);
        std::vector<std::uint32_t> worthless;
        for (std::uint32_t item = 0; item < problem.size(); ++item) {
            keep_[item] = begin.of(item) == decision::keep;
            if (begin.of(item) == decision::free)
                (problem.values[item] > 0 ? free_ : worthless).push_back(item);
        }
        free_.insert(free_.end(), worthless.begin(), worthless.end());
        rest_.assign(free_.size() + 1, 0);
        for (std::size_t k = free_.size(); k-- > 0;)
            rest_[k] = rest_[k + 1] + problem.values[free_[k]];
    }

    /// Whether a problem has so few choices.
    [[nodiscard]] static bool suits(const knapsack_problem& problem, const decided& begin)
    {
        std::size_t choices = 1;
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (begin.of(item) == decision::free && (choices *= 2) > tuning::few_choices)
                return false;
        return true;
    }

    /// Tries them. Whether it came to the end, so that there is no better choice, or none at all.
    bool run(budget& limits) { return try_from(0, 0, limits); }

    /// The best choice, where there is an answer: the items of lower index, where values are equal.
    [[nodiscard]] std::vector<std::uint8_t>& best() { return best_; }

private:
    /// A sum of few values is wrong by less than this part of it. What is not better by more is
    /// equal.
    static constexpr double equal = 32 * std::numeric_limits<double>::epsilon();

    const knapsack_problem& problem_;
    units_of_items units_;
    std::vector<std::uint32_t> free_; ///< items, those of no value last
    std::vector<double> rest_;        ///< value of the free items from one on
    resource_vector left_;
    std::vector<std::ptrdiff_t> missing_; ///< per class; negative where there are more
    std::vector<std::ptrdiff_t> users_;   ///< per unit, that are kept
    std::vector<std::uint8_t> keep_;
    std::vector<std::uint8_t> best_;
    double most_ = -1; ///< value of the free items of the best choice

    /// All choices of a free item and those behind it, in the order in which lower ones stay.
    /// Whether the work sufficed; what is spent stays spent.
    bool try_from(std::size_t k, double value, budget& limits)
    {
        if (!limits.spend(problem_.resources + 8))
            return false;
        if (value + rest_[k] <= most_ + equal * most_)
            return true;
        if (k == free_.size()) {
            if (meets_floors()) {
                has_answer = true;
                most_ = value;
                best_ = keep_;
            }
            return true;
        }
        const std::uint32_t item = free_[k];
        // When those of no value have their turn, what the floors miss is known.
        if (problem_.values[item] > 0 || missing_[problem_.class_of[item]] > 0) {
            turn(item, 1);
            if (is_possible())
                try_from(k + 1, value + problem_.values[item], limits);
            turn(item, 0);
        }
        return try_from(k + 1, value, limits);
    }

    [[nodiscard]] bool is_possible() const
    {
        return std::all_of(left_.begin(),
            left_.begin() + static_cast<std::ptrdiff_t>(problem_.resources),
            [](std::int64_t amount) { return amount >= 0; });
    }

    [[nodiscard]] bool meets_floors() const
    {
        return std::all_of(
            missing_.begin(), missing_.end(), [](std::ptrdiff_t count) { return count <= 0; });
    }

    /// Keeps a pruned item, or prunes a kept one.
    void turn(std::uint32_t item, std::uint8_t kept)
    {
        const std::int64_t sign = kept != 0 ? -1 : 1;
        keep_[item] = kept;
        missing_[problem_.class_of[item]] += sign;
        add(left_, problem_.cost_of(item), problem_.resources, sign);
        for (const std::uint32_t unit : units_.of(item)) {
            users_[unit] -= sign;
            if (users_[unit] == kept)
                add(left_, problem_.shared.cost_of(unit), problem_.resources, sign);
        }
    }
};

} // namespace espalier::detail
