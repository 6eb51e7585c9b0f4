// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/linked_selection.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/selection.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/start.hpp>
#include <espalier/knapsack/undecided.hpp>
#include <espalier/knapsack/validity.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

// The solver that scales: Lagrangian prices, thresholds, and a proof on the small core that they
// leave undecided. The method is described where it happens: prices and thresholds in
// thresholds.hpp, the proof in selection.hpp, shared units in component_oracle.hpp and
// linked_selection.hpp, the search in branch_and_bound.hpp.
//
// Rounding. Which choice is best is decided by comparing losses: sums of |value − price| over the
// few items decided against their price, plus the price of unused capacity. These are small numbers
// of one sign, known to a few units in the last place of a price. Only the reported value and bound
// are long sums; they are summed with compensation, and the bound is raised by a relative 1.4e-14,
// which is more than the sums can be wrong by. Values are never rounded, and scaled only by powers
// of two.

namespace espalier {

/// The best choice, proven optimal: for items without shared units, for shared units whose
/// components have a narrow frontier (memory columns do), with decisions and floors. Deterministic:
/// of items of equal class and value those of lower index are kept, and items of no value are
/// pruned unless a decision or floor keeps them.
///
/// Status `time_limit`, with the bound that was reached, if the proof takes too long (which
/// problems of many different cost vectors can make it do); `feasible`, with the choice and bound
/// of `greedy`, if units are shared in too tangled a way.
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
        const detail::item_view view = free.view(problem);
        detail::selection selected(view, problem.class_costs, problem.resources, free.room);
        selected.run(time_limit, watch);

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
        detail::conclude(problem, selected, selected.price(), view.scale, solution);
        return solution;
    }

    /// Floors are enforced as rows only where the choice without them breaks them, which is rare.
    [[nodiscard]] knapsack_solution choose_linked(const knapsack_problem& problem,
        const detail::start& begin, const detail::stopwatch& watch) const
    {
        std::vector<std::uint32_t> floored;
        for (;;) {
            knapsack_solution solution = with_floors(problem, begin, floored, watch);
            if (!solution.has_answer())
                return solution;
            const std::vector<std::uint32_t> broken = detail::broken_floors(problem, solution.keep);
            if (broken.empty())
                return solution;
            floored.insert(floored.end(), broken.begin(), broken.end());
        }
    }

    [[nodiscard]] knapsack_solution with_floors(const knapsack_problem& problem,
        const detail::start& begin, const std::vector<std::uint32_t>& floored,
        const detail::stopwatch& watch) const
    {
        const detail::linked_setup setup(problem, begin, floored);
        if (!setup.parts.is_narrow)
            return greedy{}(problem);
        detail::linked_selection selected(setup.parts, setup.class_costs, problem.shared.costs,
            setup.rows, setup.room, problem.size());
        selected.run(time_limit, watch);
        if (selected.infeasible)
            return detail::infeasible(
                problem, "no choice meets the floors within the capacities", watch);
        if (!selected.has_answer())
            return greedy{}(problem);

        knapsack_solution solution;
        solution.keep = std::move(selected.keep);
        for (std::size_t item = 0; item < problem.fixed.size(); ++item)
            if (problem.fixed[item] == decision::keep)
                solution.keep[item] = 1;
        detail::conclude(problem, selected, selected.price, setup.scale, solution);
        return solution;
    }
};

static_assert(knapsack_solver<exact>);

} // namespace espalier
