// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>

// The simplest honest solver: give every scarce resource the price 1 / (capacity left), order the
// items by value per price and keep what still fits, down the list. A shared unit's price is split
// evenly among its users.
//
// The order also yields an upper bound. Any π ≥ 0 turns the constraints into the one surrogate
// constraint Σ (π·cost) x ≤ π·capacity, and splitting a unit's cost among its users only
// relaxes it (a unit in use costs at least the average of its users' decisions). The linear
// relaxation of that single knapsack is the same list cut where the surrogate capacity ends, and
// the density at the cut, θ, makes θ·π the shadow prices.

namespace espalier {

/// Keeps items by value per price until nothing more fits. Feasible, deterministic, and never worse
/// than the best single item beside those that must be kept; not optimal.
/// Items without value are pruned unless a decision or a floor keeps them.
struct greedy {
    /// Solves a problem.
    /// \throws std::invalid_argument if the problem is malformed
    [[nodiscard]] knapsack_solution operator()(const knapsack_problem& problem) const;
};

static_assert(knapsack_solver<greedy>);

} // namespace espalier

#ifndef ESPALIER_COMPILED
#include <espalier/knapsack/detail/greedy_definition.hpp>
#endif
