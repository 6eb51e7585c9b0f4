// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>

#include <cstddef>

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
    [[nodiscard]] knapsack_solution operator()(const knapsack_problem& problem) const;
};

static_assert(knapsack_solver<dynamic_programming>);

} // namespace espalier

#ifndef ESPALIER_COMPILED
#include <espalier/knapsack/detail/dynamic_programming_definition.hpp>
#endif
