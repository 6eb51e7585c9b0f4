// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/linked_selection.hpp>
#include <espalier/knapsack/detail/search_limits.hpp>
#include <espalier/knapsack/detail/selection.hpp>
#include <espalier/knapsack/detail/start.hpp>
#include <espalier/knapsack/detail/undecided.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

// From a problem to its selection and back to an answer. With a place for a core the last search is
// left out, and the items that it would have been about are handed over instead.

namespace espalier::detail {

/// Problems without shared units.
inline knapsack_solution choose(const knapsack_problem& problem, const start& begin,
    const conditions& terms, std::vector<std::uint32_t>* core = nullptr)
{
    const free_items free(problem, begin);
    const item_view view = free.view(problem, terms.crew);
    selection selected(view, problem.class_costs, problem.resources, free.room, terms.crew);
    selected.run(terms.limits, terms.watch, core == nullptr);

    knapsack_solution solution;
    if (core != nullptr && !selected.proven)
        for (const std::uint32_t k : selected.core)
            core->push_back(free.is_everything ? k : free.item[k]);
    if (free.is_everything) {
        solution.keep = std::move(selected.keep);
    } else {
        solution.keep.assign(problem.size(), 0);
        for (const std::uint32_t item : free.kept)
            solution.keep[item] = 1;
        for (std::size_t k = 0; k < free.item.size(); ++k)
            solution.keep[free.item[k]] = selected.keep[k];
    }
    conclude(problem, selected, view.scale, terms.crew, solution);
    return solution;
}

/// Problems with shared units, some floors as rows, items above a ceiling left out.
inline knapsack_solution choose_linked_once(const knapsack_problem& problem, const start& begin,
    const conditions& terms, const std::vector<std::uint32_t>& floored, double& ceiling,
    std::vector<std::uint32_t>* core)
{
    const linked_setup setup(problem, begin, floored, ceiling, terms.crew);
    linked_selection selected(setup.parts, setup.class_costs, problem.shared.costs, setup.rows,
        setup.room, problem.size(), terms.crew);
    if (setup.parts.is_narrow)
        selected.run(terms.limits, terms.watch, core == nullptr);
    if (selected.infeasible)
        return infeasible(problem, "no choice meets the floors within the capacities", terms.watch);
    if (!selected.has_answer()) { // too tangled, or too many alternatives: an honest gap
        if (core != nullptr)
            for (std::uint32_t item = 0; item < problem.size(); ++item)
                if (problem.fixed_at(item) == decision::free)
                    core->push_back(item);
        ceiling = std::numeric_limits<double>::infinity();
        knapsack_solution fallback = greedy{}(problem);
        double kept = 0;
        for (std::size_t item = 0; item < problem.fixed.size(); ++item)
            if (problem.fixed[item] == decision::keep)
                kept += problem.values[item];
        const double bound = setup.parts.is_narrow ? selected.lagrangian() / setup.scale + kept
                                                   : std::numeric_limits<double>::infinity();
        if (fallback.has_answer())
            fallback.bound = std::max(
                fallback.value, std::min(fallback.bound, bound * (1 + detail::rounding_slack)));
        return fallback;
    }
    knapsack_solution solution;
    if (core != nullptr && !selected.proven) {
        for (const std::uint32_t c : selected.core)
            for (std::size_t at = setup.parts.first[c]; at < setup.parts.first[c + 1]; ++at)
                core->push_back(setup.parts.item[at]);
        std::sort(core->begin(), core->end());
    }
    solution.keep = std::move(selected.keep);
    for (std::size_t item = 0; item < problem.fixed.size(); ++item)
        if (problem.fixed[item] == decision::keep)
            solution.keep[item] = 1;
    conclude(problem, selected, setup.scale, terms.crew, solution);
    const double hidden =
        selected.tolerance() + 4 * std::numeric_limits<double>::epsilon() * selected.loss;
    ceiling = solution.bound + 64 * hidden / setup.scale;
    return solution;
}

/// Problems with shared units. Floors become rows only where the choice without them breaks them,
/// which is rare. Only then can it happen that the best choice is worth less than an item that
/// looked possible, so much less that rounding hides it; as no choice worth less than an item
/// contains it, such items are left out and the rest is solved again.
inline knapsack_solution choose_linked(const knapsack_problem& problem, const start& begin,
    const conditions& terms, std::vector<std::uint32_t>* core = nullptr)
{
    std::vector<std::uint32_t> floored;
    double ceiling = std::numeric_limits<double>::infinity();
    for (;;) {
        if (core != nullptr)
            core->clear();
        const double before = ceiling;
        knapsack_solution solution =
            choose_linked_once(problem, begin, terms, floored, ceiling, core);
        if (!solution.has_answer())
            return solution;
        const std::vector<std::uint32_t> broken = broken_floors(problem, solution.keep);
        if (!broken.empty()) {
            floored.insert(floored.end(), broken.begin(), broken.end());
            ceiling = std::numeric_limits<double>::infinity();
            continue;
        }
        const bool again = !floored.empty() && ceiling < 0.25 * before &&
                           std::any_of(problem.values.begin(), problem.values.end(),
                               [&](double value) { return value > ceiling && value <= before; });
        if (!again)
            return solution;
    }
}

} // namespace espalier::detail
