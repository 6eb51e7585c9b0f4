// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/core/core_problem.hpp>
#include <espalier/knapsack/detail/tuning.hpp>

#include <cstddef>
#include <cstdint>

// The trial of all choices, for cores that have few: a component with hundreds of choices is one
// place, which dynamic programming cannot take if there are many resources or very large amounts,
// and of which the relaxation mixes any number, so that branching on one at a time decides little.

namespace espalier::detail {

class enumeration {
public:
    double loss;           ///< of the best choice known
    bool improved = false; ///< it was found here

    /// \param known  loss of the best choice known; infinite if there is none
    enumeration(const core_problem& core, double known)
        : loss(known), core_(core), trial_(core.changes(), 0)
    {}

    /// Whether a core has so few choices.
    [[nodiscard]] static bool suits(const core_problem& core)
    {
        double choices = 1;
        for (std::size_t place = 0; place < core.places(); ++place) {
            const std::size_t changes = core.first[place + 1] - core.first[place];
            for (std::size_t k = 1; k <= changes; ++k) // of equal places, in any order
                choices *= static_cast<double>(core.count[place] + k) / static_cast<double>(k);
            if (choices > static_cast<double>(tuning::few_choices))
                return false;
        }
        return true;
    }

    /// Tries them. Whether it came to the end, so that `loss` is the least that is possible, up to
    /// the tolerance.
    bool run(allowance& limits) { return try_from(0, core_.left, core_.base_loss, limits); }

    /// The changes of the best choice, where `improved`.
    [[nodiscard]] const changes_made& made() const { return best_; }

private:
    const core_problem& core_;
    changes_made trial_;
    changes_made best_;

    /// Whether a choice that has lost so much, and no less in the end, may be a better one.
    [[nodiscard]] bool is_open(double lost) const
    {
        return lost + core_.unusable < loss - core_.tolerance;
    }

    /// All choices of the places from one on.
    /// \param left  of the resources; may be negative
    bool try_from(std::size_t place, const resource_vector& left, double lost, allowance& limits)
    {
        if (!limits.spend(core_.rows + 1))
            return false;
        if (place == core_.places()) {
            consider(left, lost);
            return true;
        }
        return try_changes(place, core_.first[place], core_.count[place], left, lost, limits);
    }

    /// All choices of a place that make its changes from one on `most` times together, and those of
    /// the places behind it.
    bool try_changes(std::size_t place, std::size_t from, std::uint32_t most,
        const resource_vector& left, double lost, allowance& limits)
    {
        bool came_to_the_end = try_from(place + 1, left, lost, limits);
        for (std::size_t change = from;
             change < core_.first[place + 1] && most > 0 && came_to_the_end; ++change) {
            resource_vector rest = left;
            double total = lost;
            for (std::uint32_t n = 1; n <= most && came_to_the_end; ++n) {
                total += core_.loss[change];
                if (!is_open(total))
                    break;
                for (std::size_t r = 0; r < core_.rows; ++r)
                    rest[r] -= core_.usage(change)[r];
                trial_[change] = n;
                came_to_the_end = try_changes(place, change + 1, most - n, rest, total, limits);
            }
            trial_[change] = 0;
        }
        return came_to_the_end;
    }

    void consider(const resource_vector& left, double lost)
    {
        double total = lost;
        for (std::size_t r = 0; r < core_.rows; ++r) {
            if (left[r] < 0)
                return;
            total += core_.price[r] * static_cast<double>(left[r]);
        }
        if (!(total < loss - core_.tolerance))
            return;
        loss = total;
        improved = true;
        best_ = trial_;
    }
};

} // namespace espalier::detail
