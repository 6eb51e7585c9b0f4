// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/selection.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/start.hpp>
#include <espalier/knapsack/validity.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace espalier {
namespace detail {

/// The free items of some value, after decisions and floors have been met.
struct free_items {
    std::vector<double> values;
    std::vector<std::uint32_t> class_of;
    std::vector<std::uint32_t> item; ///< index in the problem; empty: all items, as they are
    std::vector<std::uint32_t> kept; ///< items that decisions and floors keep
    resource_vector room{};

    free_items(const knapsack_problem& problem, const start& begin) : room(begin.left)
    {
        if (problem.fixed.empty() && begin.missing.empty())
            return;
        std::vector<std::uint8_t> taken(problem.size(), 0);
        for (std::size_t i = 0; i < problem.size(); ++i)
            if (problem.fixed_at(i) == decision::keep)
                kept.push_back(static_cast<std::uint32_t>(i));
        take_floors(problem, begin, taken);
        for (std::size_t i = 0; i < problem.size(); ++i)
            if (!taken[i] && problem.fixed_at(i) == decision::free) {
                values.push_back(problem.values[i]);
                class_of.push_back(problem.class_of[i]);
                item.push_back(static_cast<std::uint32_t>(i));
            }
    }
    [[nodiscard]] bool is_everything() const
    {
        return item.empty() && kept.empty() && values.empty();
    }

private:
    /// Within a class the most valuable items may always be the kept ones: so they meet the floor.
    void take_floors(
        const knapsack_problem& problem, const start& begin, std::vector<std::uint8_t>& taken)
    {
        std::vector<std::vector<std::uint32_t>> candidates(begin.missing.size());
        for (std::size_t i = 0; i < problem.size() && !candidates.empty(); ++i)
            if (begin.missing[problem.class_of[i]] > 0 && problem.fixed_at(i) == decision::free)
                candidates[problem.class_of[i]].push_back(static_cast<std::uint32_t>(i));
        for (std::size_t c = 0; c < candidates.size(); ++c) {
            const auto wanted = static_cast<std::ptrdiff_t>(begin.missing[c]);
            std::nth_element(candidates[c].begin(),
                candidates[c].begin() + std::max<std::ptrdiff_t>(wanted - 1, 0),
                candidates[c].end(), [&](std::uint32_t a, std::uint32_t b) {
                    return problem.values[a] != problem.values[b]
                               ? problem.values[a] > problem.values[b]
                               : a < b;
                });
            for (std::ptrdiff_t k = 0; k < wanted; ++k) {
                const std::uint32_t i = candidates[c][static_cast<std::size_t>(k)];
                taken[i] = 1;
                kept.push_back(i);
                for (std::size_t r = 0; r < problem.resources; ++r)
                    room[r] -= problem.class_costs[c][r];
            }
        }
    }
};

inline double scale_of(std::span<const double> values)
{
    const double largest = values.empty() ? 0.0 : *std::max_element(values.begin(), values.end());
    return largest > 0 ? std::ldexp(1.0, -std::ilogb(largest)) : 1.0;
}

} // namespace detail

/// The best choice, proven.
struct exact {
    double time_limit = 60; ///< seconds

    /// \throws std::invalid_argument if the problem is malformed
    [[nodiscard]] knapsack_solution operator()(const knapsack_problem& problem) const
    {
        const detail::stopwatch watch;
        ensure_valid(problem);
        ensure(time_limit > 0, "a time limit must be positive", given{"seconds", time_limit});
        const detail::start begin(problem);
        if (!begin.reason.empty())
            return detail::infeasible(problem, begin.reason, watch);
        knapsack_solution solution = choose(problem, begin, watch);
        solution.seconds = watch.seconds();
        return solution;
    }

private:
    [[nodiscard]] knapsack_solution choose(const knapsack_problem& problem,
        const detail::start& begin, const detail::stopwatch& watch) const
    {
        const detail::free_items free(problem, begin);
        detail::item_view view{.values = free.values, .class_of = free.class_of};
        if (free.is_everything())
            view = {.values = problem.values, .class_of = problem.class_of};
        view.scale = detail::scale_of(view.values);

        detail::selection selected(view, problem.class_costs, problem.resources, free.room);
        selected.run(0.0, time_limit, watch);

        knapsack_solution solution;
        if (free.is_everything()) {
            solution.keep = std::move(selected.keep);
        } else {
            solution.keep.assign(problem.size(), 0);
            for (const std::uint32_t item : free.kept)
                solution.keep[item] = 1;
            for (std::size_t k = 0; k < free.item.size(); ++k)
                solution.keep[free.item[k]] = selected.keep[k];
        }
        solution.value = detail::value_of(problem, solution.keep);
        solution.status = selected.proven ? solve_status::optimal : solve_status::time_limit;
        const double remaining = selected.proven ? 0.0 : selected.loss - selected.least_loss;
        solution.bound = solution.value * (1 + detail::rounding_slack) +
                         remaining / view.scale * (1 + detail::rounding_slack);
        for (std::size_t r = 0; r < problem.resources; ++r)
            solution.shadow_price[r] = selected.price()[r] / view.scale;
        return solution;
    }
};

static_assert(knapsack_solver<exact>);

} // namespace espalier
