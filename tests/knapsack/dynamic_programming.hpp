// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/entry/free_items.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/solving.hpp>
#include <espalier/knapsack/validity.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

// The textbook recursion over capacities for one resource, kept as an oracle for the other solvers:
// worth(i, b) = max(worth(i - 1, b), value_i + worth(i - 1, b - cost_i)). Only costs index the
// table, and costs are integers, so the values need no rounding and none is compared for equality.

namespace espalier {

/// The optimum of a problem with one resource and no shared units, in time and memory proportional
/// to items × capacity. The shadow price is what the last unit of capacity was worth.
struct dynamic_programming {
    std::size_t most_cells = std::size_t{1} << 31; ///< of the table, one bit each

    /// \throws std::invalid_argument if the problem is malformed, has more than one resource or
    ///         shared units, or needs a larger table
    [[nodiscard]] knapsack_solution operator()(const knapsack_problem& problem) const
    {
        const stopwatch watch;
        ensure_valid(problem);
        ensure(problem.resources == 1, "dynamic programming takes exactly one resource",
            given{"resources", problem.resources});
        ensure(problem.shared.empty(), "dynamic programming takes no shared units",
            given{"units", problem.shared.size()});
        const decided begin(problem);
        if (!begin.reason.empty())
            return no_answer(solve_status::infeasible, problem, begin.reason, watch);

        const detail::free_items free(problem, begin, true);
        const detail::item_view view = free.view(problem);
        knapsack_solution solution;
        solution.keep.assign(problem.size(), 0);
        for (const std::uint32_t item : free.kept)
            solution.keep[item] = 1;
        fill(problem, view, free.room[0], solution,
            [&](std::size_t k) -> std::size_t { return free.is_everything ? k : free.item[k]; });
        solution.value = value_of(problem, solution.keep);
        solution.bound = solution.value * (1 + rounding_slack);
        solution.status = solve_status::optimal;
        solution.seconds = watch.seconds();
        return solution;
    }

private:
    template <class Original>
    void fill(const knapsack_problem& problem, const detail::item_view& view, std::int64_t capacity,
        knapsack_solution& solution, Original original) const
    {
        // All costs are multiples of their greatest common divisor, so capacities may be as well;
        // and no more capacity is needed than everything takes.
        std::int64_t unit = 0;
        std::int64_t everything = 0;
        for (std::size_t k = 0; k < view.size(); ++k) {
            const std::int64_t cost = problem.class_costs[view.class_of[k]][0];
            unit = std::gcd(unit, cost);
            everything += cost;
        }
        if (unit == 0)
            unit = 1;
        const auto steps = static_cast<std::size_t>(std::min(capacity, everything) / unit);
        ensure(view.size() == 0 || steps < most_cells / view.size(),
            "the table of items times capacity must not be larger than most_cells",
            given{"items", view.size()}, given{"capacity", steps}, given{"most_cells", most_cells});

        std::vector<double> worth(steps + 1, 0.0);
        std::vector<bool> taken(view.size() * (steps + 1), false);
        for (std::size_t k = 0; k < view.size(); ++k) {
            const double value = view.value(k);
            const auto cost =
                static_cast<std::size_t>(problem.class_costs[view.class_of[k]][0] / unit);
            if (!(value > 0) || cost > steps)
                continue;
            for (std::size_t b = steps + 1; b-- > cost;)
                if (worth[b - cost] + value > worth[b]) {
                    worth[b] = worth[b - cost] + value;
                    taken[k * (steps + 1) + b] = true;
                }
        }
        std::size_t left = steps;
        for (std::size_t k = view.size(); k-- > 0;)
            if (taken[k * (steps + 1) + left]) {
                solution.keep[original(k)] = 1;
                left -= static_cast<std::size_t>(problem.class_costs[view.class_of[k]][0] / unit);
            }
        if (steps > 0 && capacity < everything)
            solution.shadow_price[0] =
                (worth[steps] - worth[steps - 1]) / view.scale / static_cast<double>(unit);
    }
};

static_assert(knapsack_solver<dynamic_programming>);

} // namespace espalier
