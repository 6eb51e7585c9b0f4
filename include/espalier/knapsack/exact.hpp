// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/components.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/linked_selection.hpp>
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
    std::vector<std::uint32_t> item; ///< index in the problem
    std::vector<std::uint32_t> kept; ///< items that decisions and floors keep
    resource_vector room{};
    bool is_everything = false; ///< nothing was decided: the problem's own arrays serve, uncopied

    free_items(const knapsack_problem& problem, const start& begin) : room(begin.left)
    {
        is_everything = problem.fixed.empty() && begin.missing.empty();
        if (is_everything)
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
        knapsack_solution solution = problem.shared.empty() ? choose(problem, begin, watch)
                                                            : choose_linked(problem, begin, watch);
        solution.seconds = watch.seconds();
        return solution;
    }

private:
    [[nodiscard]] knapsack_solution choose(const knapsack_problem& problem,
        const detail::start& begin, const detail::stopwatch& watch) const
    {
        const detail::free_items free(problem, begin);
        detail::item_view view{.values = free.values, .class_of = free.class_of};
        if (free.is_everything)
            view = {.values = problem.values, .class_of = problem.class_of};
        view.scale = detail::scale_of(view.values);

        detail::selection selected(view, problem.class_costs, problem.resources, free.room);
        selected.run(0.0, time_limit, watch);

        knapsack_solution solution;
        if (free.is_everything) {
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

    /// Floors are enforced as rows only where the choice without them breaks them, which is rare.
    [[nodiscard]] knapsack_solution choose_linked(const knapsack_problem& problem,
        const detail::start& begin, const detail::stopwatch& watch) const
    {
        std::vector<std::uint32_t> floored;
        for (;;) {
            knapsack_solution solution = with_floors(problem, begin, floored, watch);
            if (!solution.has_answer() || begin.missing.empty())
                return solution;
            std::vector<std::size_t> kept(problem.classes(), 0);
            for (std::size_t item = 0; item < problem.size(); ++item)
                kept[problem.class_of[item]] += solution.keep[item];
            const std::size_t before = floored.size();
            for (std::uint32_t c = 0; c < problem.classes(); ++c)
                if (kept[c] < problem.floors[c])
                    floored.push_back(c);
            if (floored.size() == before)
                return solution;
        }
    }

    [[nodiscard]] knapsack_solution with_floors(const knapsack_problem& problem,
        const detail::start& begin, const std::vector<std::uint32_t>& floored,
        const detail::stopwatch& watch) const
    {
        const std::size_t rows = problem.resources + floored.size();
        ensure(rows < max_resources,
            "resources and floors that bind must together be fewer than 32 where units are shared",
            given{"resources", problem.resources}, given{"floors", floored.size()});
        std::vector<resource_vector> class_costs = problem.class_costs;
        resource_vector room = begin.left;
        std::vector<std::uint8_t> with_floor(problem.classes(), 0);
        for (std::size_t f = 0; f < floored.size(); ++f) {
            class_costs[floored[f]][problem.resources + f] = -1;
            room[problem.resources + f] = -static_cast<std::int64_t>(begin.missing[floored[f]]);
            with_floor[floored[f]] = 1;
        }
        const double scale = detail::scale_of(problem.values);
        const detail::components parts(
            problem, wanted(problem, begin, with_floor), begin.paid, scale);
        if (!parts.is_narrow)
            return greedy{}(problem); // too entangled for dynamic programming: an honest gap
        detail::linked_selection selected(
            parts, class_costs, problem.shared.costs, rows, room, problem.size());
        selected.run(0.0, time_limit, watch);
        if (selected.infeasible)
            return detail::infeasible(
                problem, "no choice meets the floors within the capacities", watch);
        if (!(selected.loss < std::numeric_limits<double>::infinity()))
            return greedy{}(problem);

        knapsack_solution solution;
        solution.keep = std::move(selected.keep);
        for (std::size_t item = 0; item < problem.fixed.size(); ++item)
            if (problem.fixed[item] == decision::keep)
                solution.keep[item] = 1;
        solution.value = detail::value_of(problem, solution.keep);
        solution.status = selected.proven ? solve_status::optimal : solve_status::time_limit;
        const double remaining = selected.proven ? 0.0 : selected.loss - selected.least_loss;
        solution.bound = solution.value * (1 + detail::rounding_slack) +
                         remaining / scale * (1 + detail::rounding_slack);
        for (std::size_t r = 0; r < problem.resources; ++r)
            solution.shadow_price[r] = selected.price[r] / scale;
        return solution;
    }

    /// Items that may be kept: free, worth something or asked for by a floor, and fitting alone.
    [[nodiscard]] static std::vector<std::uint8_t> wanted(const knapsack_problem& problem,
        const detail::start& begin, const std::vector<std::uint8_t>& with_floor)
    {
        std::vector<resource_vector> alone(problem.size());
        std::vector<std::uint8_t> result(problem.size());
        for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
            if (begin.paid.empty() || !begin.paid[unit])
                for (const std::uint32_t user : problem.shared.users_of(unit))
                    for (std::size_t r = 0; r < problem.resources; ++r)
                        alone[user][r] += problem.shared.costs[problem.shared.kind[unit]][r];
        for (std::size_t item = 0; item < problem.size(); ++item) {
            const std::uint32_t c = problem.class_of[item];
            bool fits = problem.fixed_at(item) == decision::free &&
                        (problem.values[item] > 0 || with_floor[c]);
            for (std::size_t r = 0; r < problem.resources; ++r)
                fits = fits && alone[item][r] + problem.class_costs[c][r] <= begin.left[r];
            result[item] = fits;
        }
        return result;
    }
};

static_assert(knapsack_solver<exact>);

} // namespace espalier
