// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/workers.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

// Where every solver starts: what the decisions taken beforehand already cost, which shared units
// they have paid, what the floors still ask for, and whether all that can be met at all.

namespace espalier::detail {

class stopwatch {
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();

public:
    [[nodiscard]] double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    }
};

/// A sum of non-negative numbers whose relative error stays within a few units in the last place
/// however many are added (Neumaier's variant of compensated summation).
class careful_sum {
    double sum_ = 0;
    double lost_ = 0;

public:
    void add(double term)
    {
        const double total = sum_ + term;
        lost_ += std::abs(sum_) >= std::abs(term) ? (sum_ - total) + term : (term - total) + sum_;
        sum_ = total;
    }
    [[nodiscard]] double value() const { return sum_ + lost_; }
};

/// Σ value over the kept items, in index order, so that equal masks have equal values.
inline double value_of(const knapsack_problem& problem, const std::vector<std::uint8_t>& keep,
    const workers& crew = {})
{
    std::vector<careful_sum> sums(workers::grains(problem.size()));
    crew.each_part(problem.size(), [&](std::size_t, std::size_t from, std::size_t to) {
        for (std::size_t begin = from; begin < to; begin += 128) {
            // Short plain sums in four lanes, then compensated: as fast as reading the values.
            double lane[4] = {0, 0, 0, 0};
            const std::size_t end = std::min(to, begin + 128);
            std::size_t item = begin;
            for (; item + 4 <= end; item += 4)
                for (std::size_t l = 0; l < 4; ++l)
                    lane[l] += keep[item + l] ? problem.values[item + l] : 0.0;
            for (; item < end; ++item)
                lane[0] += keep[item] ? problem.values[item] : 0.0;
            for (const double part : lane)
                sums[begin / workers::grain].add(part);
        }
    });
    careful_sum total;
    for (const careful_sum& sum : sums)
        total.add(sum.value());
    return total.value();
}

/// Relative error that `value_of` and the bounds built on it may have, generously.
inline constexpr double rounding_slack = 64 * std::numeric_limits<double>::epsilon();

/// The power of two that brings the largest value near 1; for subnormal values, near enough.
inline double scale_of(double largest)
{
    return largest > 0 ? std::ldexp(1.0, std::min(-std::ilogb(largest), 1000)) : 1.0;
}

/// What rounding may do to a loss: a fraction of the price of all capacities of about 1e-15.
inline double rounding_of(
    const std::array<double, max_resources>& price, const resource_vector& room, std::size_t rows)
{
    double total = 0;
    for (std::size_t r = 0; r < rows; ++r)
        total += price[r] * std::abs(static_cast<double>(room[r]));
    return 4 * std::numeric_limits<double>::epsilon() * total;
}

/// For each item, the shared units it uses: the transpose of `shared_units`.
struct units_of_items {
    std::vector<std::size_t> first;
    std::vector<std::uint32_t> units;

    explicit units_of_items(const knapsack_problem& problem)
    {
        if (problem.shared.empty())
            return;
        first.assign(problem.size() + 1, 0);
        units.resize(problem.shared.users.size());
        for (const std::uint32_t user : problem.shared.users)
            ++first[user + 1];
        for (std::size_t item = 0; item < problem.size(); ++item)
            first[item + 1] += first[item];
        std::vector<std::size_t> next(first.begin(), first.end() - 1);
        for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
            for (const std::uint32_t user : problem.shared.users_of(unit))
                units[next[user]++] = static_cast<std::uint32_t>(unit);
    }
    [[nodiscard]] std::span<const std::uint32_t> of(std::size_t item) const
    {
        if (first.empty())
            return {};
        return std::span{units}.subspan(first[item], first[item + 1] - first[item]);
    }
};

struct start {
    resource_vector left{};           ///< capacity that the decided items leave
    std::vector<std::uint8_t> paid;   ///< per shared unit: a decided item uses it; empty if none
    std::vector<std::size_t> missing; ///< per class: items still to keep; empty without floors
    std::string reason;               ///< not empty: there is no feasible choice, and why

    explicit start(const knapsack_problem& problem) : left(problem.capacity)
    {
        if (!problem.fixed.empty())
            take_fixed(problem);
        if (reason.empty() && !problem.floors.empty())
            count_missing(problem);
    }

private:
    void take_fixed(const knapsack_problem& problem)
    {
        resource_vector used{};
        const auto add = [&](const resource_vector& cost) {
            for (std::size_t r = 0; r < problem.resources; ++r)
                used[r] += cost[r];
        };
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (problem.fixed[item] == decision::keep)
                add(problem.class_costs[problem.class_of[item]]);
        paid.assign(problem.shared.size(), 0);
        for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
            for (const std::uint32_t user : problem.shared.users_of(unit))
                if (problem.fixed[user] == decision::keep) {
                    add(problem.shared.costs[problem.shared.kind[unit]]);
                    paid[unit] = 1;
                    break;
                }
        for (std::size_t r = 0; r < problem.resources; ++r) {
            left[r] -= used[r];
            if (left[r] < 0 && reason.empty())
                reason = "the items that must be kept need " + std::to_string(used[r]) +
                         " of resource " + std::to_string(r) + ", which has " +
                         std::to_string(problem.capacity[r]);
        }
    }

    void count_missing(const knapsack_problem& problem)
    {
        std::vector<std::size_t> kept(problem.classes(), 0);
        std::vector<std::size_t> possible(problem.classes(), 0);
        for (std::size_t item = 0; item < problem.size(); ++item) {
            const decision fixed = problem.fixed_at(item);
            kept[problem.class_of[item]] += fixed == decision::keep;
            possible[problem.class_of[item]] += fixed != decision::prune;
        }
        missing.assign(problem.classes(), 0);
        resource_vector needed{};
        for (std::size_t c = 0; c < problem.classes(); ++c) {
            if (problem.floors[c] > possible[c] && reason.empty())
                reason = "class " + std::to_string(c) + " must keep " +
                         std::to_string(problem.floors[c]) + " items, but only " +
                         std::to_string(possible[c]) + " are not fixed to be pruned";
            missing[c] = problem.floors[c] > kept[c] ? problem.floors[c] - kept[c] : 0;
            for (std::size_t r = 0; r < problem.resources; ++r)
                needed[r] += static_cast<std::int64_t>(missing[c]) * problem.class_costs[c][r];
        }
        for (std::size_t r = 0; r < problem.resources; ++r)
            if (needed[r] > left[r] && reason.empty())
                reason = "the floors of the classes need " + std::to_string(needed[r]) +
                         " of resource " + std::to_string(r) + ", of which " +
                         std::to_string(left[r]) + " are left";
    }
};

inline knapsack_solution no_answer(solve_status status, const knapsack_problem& problem,
    std::string reason, const stopwatch& watch)
{
    knapsack_solution none;
    none.keep.assign(problem.size(), 0);
    none.status = status;
    none.reason = std::move(reason);
    none.seconds = watch.seconds();
    return none;
}
inline knapsack_solution infeasible(
    const knapsack_problem& problem, std::string reason, const stopwatch& watch)
{
    return no_answer(solve_status::infeasible, problem, std::move(reason), watch);
}

} // namespace espalier::detail
