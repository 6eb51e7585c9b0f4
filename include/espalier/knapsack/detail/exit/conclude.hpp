// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/core/core_problem.hpp>

#include <algorithm>
#include <limits>

namespace espalier::detail {

/// What rounding may hide of a value that is called optimal, as a part of it.
inline constexpr double most_hidden = 1e-12;

/// Value, status, bound and shadow prices of a solution whose mask is set, from the search behind
/// it.
/// \param scale     of the search's values
/// \param rounding  what may have been lost unseen, in scaled values
inline void conclude(const knapsack_problem& problem, const search_result& found,
    const price_vector& price, double scale, double rounding, const budget& limits,
    const workers& crew, knapsack_solution& solution)
{
    solution.value = value_of(problem, solution.keep, crew);
    // bound − value = loss − least loss: the long sums cancel, and only the value is added up.
    const double remaining = found.proven ? 0.0 : std::max(found.loss - found.least_loss, 0.0);
    solution.bound = (solution.value + (rounding + remaining) / scale) * (1 + rounding_slack);
    // What the sum of the values would not show is not searched for to the end. But where rounding
    // hides more than that, as next to huge amounts it can, the search has not proven anything.
    const bool is_proven =
        (found.proven && rounding / scale <= most_hidden * solution.value) ||
        (rounding + remaining) / scale <= std::numeric_limits<double>::epsilon() * solution.value;
    solution.status = is_proven              ? solve_status::optimal
                      : limits.out_of_time() ? solve_status::time_limit
                                             : solve_status::feasible;
    for (std::size_t r = 0; r < problem.resources; ++r)
        solution.shadow_price[r] = price[r] / scale;
}

} // namespace espalier::detail
