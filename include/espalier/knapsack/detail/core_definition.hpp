// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/core.hpp>
#include <espalier/knapsack/detail/choose.hpp>

#include <limits>

// How `reduce_to_core` decides, and how it cuts the rest out.

namespace espalier {
namespace detail {

/// Completes a core whose `items` and `incumbent.keep` are set: copies what concerns the items.
inline void cut_out(const knapsack_problem& whole, knapsack_core& core)
{
    knapsack_problem& part = core.problem;
    part.resources = whole.resources;
    part.class_costs = whole.class_costs;
    part.capacity = whole.capacity;
    part.floors = whole.floors;
    std::vector<std::uint32_t> place(whole.size(), std::numeric_limits<std::uint32_t>::max());
    for (std::size_t k = 0; k < core.items.size(); ++k) {
        place[core.items[k]] = static_cast<std::uint32_t>(k);
        part.values.push_back(whole.values[core.items[k]]);
        part.class_of.push_back(whole.class_of[core.items[k]]);
    }
    // What the items outside keep is paid beforehand, in capacity and in floors.
    const auto in_core = [&](std::size_t item) {
        return place[item] != std::numeric_limits<std::uint32_t>::max();
    };
    for (std::size_t item = 0; item < whole.size(); ++item)
        if (!in_core(item) && core.incumbent.keep[item]) {
            add(part.capacity, whole.cost_of(item), whole.resources, -1);
            if (!part.floors.empty() && part.floors[whole.class_of[item]] > 0)
                --part.floors[whole.class_of[item]];
        }
    // A unit that one of them uses is paid as well, and free of charge for the core; one that
    // nobody of the core uses is left out.
    part.shared.costs = whole.shared.costs;
    part.shared.first.assign(whole.shared.empty() ? 0 : 1, 0);
    for (std::size_t unit = 0; unit < whole.shared.size(); ++unit) {
        bool paid = false;
        const std::size_t mark = part.shared.users.size();
        for (const std::uint32_t user : whole.shared.users_of(unit)) {
            if (in_core(user))
                part.shared.users.push_back(place[user]);
            else
                paid = paid || core.incumbent.keep[user];
        }
        if (paid) {
            add(part.capacity, whole.shared.cost_of(unit), whole.resources, -1);
            part.shared.users.resize(mark);
        } else if (part.shared.users.size() > mark) {
            part.shared.kind.push_back(whole.shared.kind[unit]);
            part.shared.first.push_back(part.shared.users.size());
        }
    }
    if (part.shared.empty())
        part.shared = {};
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
