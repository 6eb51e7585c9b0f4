// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/verify.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

// The judge of small problems: all choices are tried, and an answer is compared with the best. The
// choices follow each other in Gray code, so that from one to the next a single item changes sides.
// Amounts are exact: all items and units of a valid problem need less than 2^62. Values are summed
// in long double, never by adding and taking away again, which would leave rounding behind.

namespace judge {

using namespace espalier;

/// All choices of the items that are free, one after the other.
class choices {
    const knapsack_problem& problem_;
    std::vector<std::uint32_t> free_;
    std::vector<std::vector<std::uint32_t>> units_of_;
    resource_vector left_;
    std::vector<std::size_t> kept_;  ///< of each class
    std::vector<std::size_t> users_; ///< of each unit, that are kept
    std::size_t violations_ = 0;     ///< resources overdrawn and floors not met
    long double fixed_value_ = 0;

public:
    explicit choices(const knapsack_problem& problem)
        : problem_(problem),
          units_of_(problem.size()),
          left_(problem.capacity),
          kept_(problem.classes(), 0),
          users_(problem.shared.size(), 0)
    {
        for (std::uint32_t unit = 0; unit < problem.shared.size(); ++unit)
            for (const std::uint32_t user : problem.shared.users_of(unit))
                units_of_[user].push_back(unit);
        for (std::size_t c = 0; c < problem.classes(); ++c)
            violations_ += problem.floor_of(c) > 0;
        for (std::uint32_t item = 0; item < problem.size(); ++item) {
            if (problem.fixed_at(item) == decision::free)
                free_.push_back(item);
            if (problem.fixed_at(item) == decision::keep) {
                keep(item);
                fixed_value_ += static_cast<long double>(problem.values[item]);
            }
        }
    }

    /// The largest value of a feasible choice, or nothing if there is none.
    [[nodiscard]] std::optional<long double> best()
    {
        // The value of a choice is looked up in two halves.
        const std::size_t half = free_.size() / 2;
        const std::vector<long double> low = sums(0, half);
        const std::vector<long double> high = sums(half, free_.size());
        std::optional<long double> most;
        std::uint64_t chosen = 0;
        for (std::uint64_t step = 1;; ++step) {
            if (violations_ == 0) {
                const long double value =
                    low[chosen & (low.size() - 1)] + high[chosen >> half] + fixed_value_;
                if (!most || value > *most)
                    most = value;
            }
            if (step >> free_.size() != 0)
                return most;
            std::size_t change = 0; // the lowest one of the step
            while ((step >> change & 1U) == 0)
                ++change;
            chosen ^= std::uint64_t{1} << change;
            if (chosen >> change & 1U)
                keep(free_[change]);
            else
                prune(free_[change]);
        }
    }

private:
    [[nodiscard]] std::vector<long double> sums(std::size_t begin, std::size_t end) const
    {
        std::vector<long double> all(1, 0);
        for (std::size_t k = begin; k < end; ++k)
            for (std::size_t old = 0, count = all.size(); old < count; ++old)
                all.push_back(all[old] + static_cast<long double>(problem_.values[free_[k]]));
        return all;
    }

    void pay(const resource_vector& cost)
    {
        for (std::size_t r = 0; r < problem_.resources; ++r) {
            const bool was_kept = left_[r] >= 0;
            left_[r] -= cost[r];
            violations_ += was_kept && left_[r] < 0;
        }
    }
    void refund(const resource_vector& cost)
    {
        for (std::size_t r = 0; r < problem_.resources; ++r) {
            const bool was_kept = left_[r] >= 0;
            left_[r] += cost[r];
            violations_ -= !was_kept && left_[r] >= 0;
        }
    }

    void keep(std::uint32_t item)
    {
        const std::uint32_t c = problem_.class_of[item];
        pay(problem_.class_costs[c]);
        violations_ -= ++kept_[c] == problem_.floor_of(c);
        for (const std::uint32_t unit : units_of_[item])
            if (users_[unit]++ == 0)
                pay(problem_.shared.costs[problem_.shared.kind[unit]]);
    }
    void prune(std::uint32_t item)
    {
        const std::uint32_t c = problem_.class_of[item];
        refund(problem_.class_costs[c]);
        violations_ += kept_[c]-- == problem_.floor_of(c) && problem_.floor_of(c) > 0;
        for (const std::uint32_t unit : units_of_[item])
            if (--users_[unit] == 0)
                refund(problem_.shared.costs[problem_.shared.kind[unit]]);
    }
};

/// The largest value of a feasible choice, or nothing if there is none. For up to 20 free items.
inline std::optional<long double> best_of_all_choices(const knapsack_problem& problem)
{
    return choices(problem).best();
}

/// What can be wrong with an answer.
enum class fault {
    none,
    not_a_number,
    answered_the_impossible,
    called_impossible,
    breaks_a_constraint,
    wrong_sum,
    not_optimal,
    bound_too_low,
    negative_price,
    no_reason,
    exception,
};
inline constexpr std::size_t faults = 11;

[[nodiscard]] constexpr std::string_view to_string(fault one)
{
    constexpr std::string_view names[]{"right", "not a number", "an answer where there is none",
        "infeasible, but there is a choice", "breaks a constraint", "value is not the sum",
        "optimal, but there is a better choice", "bound below the optimum", "negative price",
        "no reason given", "exception"};
    static_assert(std::size(names) == faults);
    return names[static_cast<std::size_t>(one)];
}

/// Relative.
struct tolerances {
    double value = 1e-12; ///< how far `optimal` may fall short
    double bound = 1e-15; ///< how far a bound may be below the optimum
    /// How far a value may be from the sum of what is kept: a few units in the last place.
    double sum = 16 * std::numeric_limits<double>::epsilon();
};

/// Σ value of the kept items, to the last digit of a double and beyond.
[[nodiscard]] inline long double sum_of(
    const knapsack_problem& problem, const std::vector<std::uint8_t>& keep)
{
    long double sum = 0;
    for (std::size_t item = 0; item < problem.size(); ++item)
        if (keep[item])
            sum += static_cast<long double>(problem.values[item]);
    return sum;
}

/// The first fault of an answer, given the best of all choices. What is not proven is no fault.
[[nodiscard]] inline fault fault_of(const knapsack_problem& problem,
    const knapsack_solution& answer, const std::optional<long double>& optimum,
    const tolerances& allowed = {})
{
    if (!std::isfinite(answer.value) || !std::isfinite(answer.bound))
        return fault::not_a_number;
    for (const double price : answer.shadow_price) {
        if (!std::isfinite(price))
            return fault::not_a_number;
        if (price < 0)
            return fault::negative_price;
    }
    if (!answer.has_answer()) {
        if (optimum && answer.status == solve_status::infeasible)
            return fault::called_impossible;
        return answer.reason.empty() ? fault::no_reason : fault::none;
    }
    if (!optimum)
        return fault::answered_the_impossible;
    if (!is_feasible(problem, answer.keep))
        return fault::breaks_a_constraint;
    const long double sum = sum_of(problem, answer.keep);
    const long double rounding = std::max(sum * static_cast<long double>(allowed.sum),
        static_cast<long double>(std::numeric_limits<double>::denorm_min()));
    if (std::abs(static_cast<long double>(answer.value) - sum) > rounding)
        return fault::wrong_sum;
    const auto below_by = [&](double amount, double tolerance) {
        return static_cast<long double>(amount) <
               *optimum * (1 - static_cast<long double>(tolerance));
    };
    if (answer.status == solve_status::optimal && below_by(answer.value, allowed.value))
        return fault::not_optimal;
    if (below_by(answer.bound, allowed.bound))
        return fault::bound_too_low;
    return fault::none;
}

/// How much less than the optimum a value is, in units in the last place of the optimum.
[[nodiscard]] inline double shortfall_in_last_places(double value, long double optimum)
{
    const auto nearest = static_cast<double>(optimum);
    const double next = std::nextafter(nearest, std::numeric_limits<double>::infinity());
    const long double last_place = static_cast<long double>(next) - nearest;
    return static_cast<double>((optimum - static_cast<long double>(value)) / last_place);
}

} // namespace judge
