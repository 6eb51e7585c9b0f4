// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/core.hpp>
#include <espalier/knapsack/detail/choose.hpp>

#include <utility>

// How `reduce_to_core` decides, and how it cuts the rest out.

namespace espalier {
namespace detail {

/// Completes a core whose `items` and `incumbent.keep` are set: what is left to choose if all other
/// items stay as the incumbent has them.
inline void cut_out(knapsack_problem whole, knapsack_core& core)
{
    whole.fixed.resize(whole.size());
    for (std::size_t item = 0; item < whole.size(); ++item)
        whole.fixed[item] = core.incumbent.keep[item] != 0 ? decision::keep : decision::prune;
    for (const std::uint32_t item : core.items)
        whole.fixed[item] = decision::free;
    const decided outside(whole);
    const units_of_items units_of(whole);
    std::vector<unit_decision> state(whole.shared.size(), unit_decision::open);
    for (std::size_t unit = 0; unit < outside.paid.size(); ++unit)
        if (outside.paid[unit] != 0)
            state[unit] = unit_decision::paid;
    open_part inside(whole, outside, units_of, state, outside.left);
    core.problem = inside.problem();
    core.items = std::move(inside.items);
}

} // namespace detail

ESPALIER_INLINE knapsack_core reduce_to_core(const knapsack_problem& problem, double time_limit)
{
    ensure(time_limit > 0, "a time limit must be positive", given{"seconds", time_limit});
    const stopwatch watch;
    detail::budget limits(watch, time_limit, detail::budget::no_limit);
    const detail::conditions terms{watch, limits, {}};
    ensure_valid(problem);
    knapsack_core core;
    const decided begin(problem);
    if (!begin.reason.empty()) {
        core.incumbent = no_answer(solve_status::infeasible, problem, begin.reason, watch);
        return core;
    }
    core.incumbent = problem.shared.empty()
                         ? detail::choose_items(problem, begin, terms, &core.items)
                         : detail::choose_linked(problem, begin, terms, &core.items);
    if (core.incumbent.has_answer())
        detail::cut_out(problem, core);
    core.incumbent.seconds = watch.seconds();
    return core;
}

} // namespace espalier
