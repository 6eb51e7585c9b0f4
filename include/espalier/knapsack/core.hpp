// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

// The reduction on its own: what `exact` leaves undecided, as a knapsack problem that any solver
// can take. Prices and a quick incumbent decide all items but a few; a choice that is better than
// the incumbent must agree with it outside the core. So a hundred thousand items become a problem
// of some hundred, which a general branch and cut solves at once.

namespace espalier {

/// The undecided rest of a problem, and what is decided.
struct knapsack_core {
    knapsack_problem problem;         ///< the undecided items, with what the others leave to them
    std::vector<std::uint32_t> items; ///< item of the core → item of the whole problem
    knapsack_solution incumbent;      ///< the best choice known, with its bound; infeasible with
                                      ///< the reason if there is none

    /// The choice for the whole problem that a feasible choice for the core makes.
    [[nodiscard]] std::vector<std::uint8_t> expand(const std::vector<std::uint8_t>& keep) const
    {
        std::vector<std::uint8_t> whole = incumbent.keep;
        for (std::size_t k = 0; k < items.size(); ++k)
            whole[items[k]] = keep[k];
        return whole;
    }
};

/// Decides all items that the gap of a quick incumbent decides.
/// \param time_limit  seconds; when they run out the core is larger than it need be
/// \throws std::invalid_argument if the problem is malformed
[[nodiscard]] knapsack_core reduce_to_core(const knapsack_problem& problem, double time_limit = 60);

} // namespace espalier

#ifndef ESPALIER_COMPILED
#include <espalier/knapsack/detail/core_definition.hpp>
#endif
