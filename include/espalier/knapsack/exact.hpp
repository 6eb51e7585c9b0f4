// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

// The solver that scales. Its stages, with L(λ) = λ·capacity + Σ max(0, value − λ·cost) the
// Lagrangian bound at the prices λ:
//
//     entry    decided.hpp, detail/entry    items → free items, or components that share no unit;
//                                           capacity → what they can use of it
//     prices   detail/prices                λ minimises L(λ); at λ every place (an item, a
//                                           component) has a best choice, and knows what the next
//                                           best loses
//     core     detail/core                  a choice x loses L(λ) − value(x) = λ·left + Σ losses of
//                                           places ≥ 0; places that lose more by any change than
//                                           the best choice known are decided, the others are
//                                           searched, by dynamic programming and by branch and
//                                           bound; where neither proves anything soon, items are
//                                           exchanged in pairs for a better choice
//     tangled  detail/tangled               units shared in no order: a few are decided in all
//                                           ways, by the bound L, and each rest goes the way above
//     exit     detail/exit                  value, bound = L(λ) − least loss, shadow prices λ; a
//                                           dozen items without a proof are tried in all ways
//
// All of them share one budget of time and work. The numbers that its speed depends on are in
// detail/tuning.hpp. The method is explained in docs/solvers.md.
//
//     espalier::knapsack_problem problem{.resources = 1,
//         .values = {3, 2, 2},
//         .class_of = {0, 1, 1},      // items of one class cost the same
//         .class_costs = {{3}, {2}},
//         .capacity = {4}};
//     espalier::exact{}(problem).keep // {0, 1, 1}, value 4, proven
//
// Rounding. Which choice is best is decided by comparing losses: sums of |value − price| over the
// few items decided against their price, plus the price of unused capacity. These are small numbers
// of one sign, known to a few units in the last place of a price. Only the reported value and bound
// are long sums; they are summed with compensation, and the bound is raised by a relative 1.4e-14,
// which is more than the sums can be wrong by. Values are never rounded, and scaled only by powers
// of two.

namespace espalier {

/// The best choice, proven optimal: for items without shared units, for shared units whose
/// components have a narrow frontier (memory columns do) or would have it without some 20 of them
/// (one side of a grid), with decisions and floors. Deterministic: of items of equal class and
/// value those of lower index are kept, and items of no value are pruned unless a decision or floor
/// keeps them.
///
/// Status `time_limit`, or `feasible` at the work limit, with the bound that was reached, if the
/// proof takes too long (which problems of many different cost vectors and tangled units can make
/// it do); `unknown` if floors over shared units were neither met nor ruled out. Never worth less
/// than `greedy`, unless the time ran out on more than 65,536 items.
struct exact {
    double time_limit = 60; ///< seconds
    /// Work after which it gives up as after the time limit, but at the same point on every
    /// machine: in steps of about a nanosecond.
    std::uint64_t work_limit = std::numeric_limits<std::uint64_t>::max();
    /// To sweep over the items with. The answer is the same, to the last digit, with any number.
    std::size_t threads = 1;

    /// Solves a problem.
    /// \throws std::invalid_argument if the problem is malformed, std::system_error if no thread
    ///         can be started
    [[nodiscard]] knapsack_solution operator()(const knapsack_problem& problem) const;
};

static_assert(knapsack_solver<exact>);

} // namespace espalier

#ifndef ESPALIER_COMPILED
#include <espalier/knapsack/detail/exact_definition.hpp>
#endif
