// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/core/component_core.hpp>
#include <espalier/knapsack/detail/core/core_search.hpp>
#include <espalier/knapsack/detail/core/item_core.hpp>
#include <espalier/knapsack/detail/entry/free_items.hpp>
#include <espalier/knapsack/detail/entry/linked_items.hpp>
#include <espalier/knapsack/detail/exit/conclude.hpp>
#include <espalier/knapsack/detail/greedy_definition.hpp>
#include <espalier/knapsack/detail/tangled/tangled_search.hpp>
#include <espalier/knapsack/detail/workers.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

// From a problem through prices and core to an answer. With a place for a core the last search is
// left out, and the items that it would have been about are handed over instead.

namespace espalier::detail {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// What a solver runs under.
struct conditions {
    const stopwatch& watch;
    budget& limits;
    workers crew{};
};

/// The answer where it was proven that there is none.
inline knapsack_solution no_choice(const knapsack_problem& problem, const conditions& terms)
{
    return no_answer(solve_status::infeasible, problem,
        "no choice meets the floors within the capacities", terms.watch);
}

/// Problems without shared units, with floors or as if there were none.
inline knapsack_solution choose_items_once(const knapsack_problem& problem, const decided& begin,
    const conditions& terms, bool with_floors, std::vector<std::uint32_t>* core)
{
    const free_items free(problem, begin, with_floors);
    const item_view view = free.view(problem, terms.crew);
    item_core items(view, problem.class_costs, problem.resources, free.room, terms.crew);
    core_search search(items, terms.limits);
    search_result& found = search.result;
    if (view.size() == 0) {
        found.loss = 0;
        found.proven = true;
    } else if (items.find_prices(terms.limits)) {
        search.run(core == nullptr);
    }
    // Back to the items of the problem: those that are free were numbered anew.
    const auto item_of = [&](std::uint32_t k) { return free.is_everything ? k : free.item[k]; };
    if (core != nullptr && !found.proven) {
        if (!search.is_covered) { // a limit came before: all that is free
            items.members.resize(view.size());
            std::iota(items.members.begin(), items.members.end(), std::uint32_t{0});
        }
        std::transform(
            items.members.begin(), items.members.end(), std::back_inserter(*core), item_of);
    }
    if (!(found.loss < infinity))
        items.take_by_price(found);

    knapsack_solution solution;
    if (free.is_everything) {
        solution.keep = std::move(items.keep);
    } else {
        solution.keep.assign(problem.size(), 0);
        for (const std::uint32_t item : free.kept)
            solution.keep[item] = 1;
        for (std::uint32_t k = 0; k < free.item.size(); ++k)
            solution.keep[free.item[k]] = items.keep[k];
    }
    conclude(problem, found, items.price(), view.scale, items.rounding(), terms.limits, terms.crew,
        solution);
    return solution;
}

/// Problems without shared units. Floors are met where the choice without them breaks them.
inline knapsack_solution choose_items(const knapsack_problem& problem, const decided& begin,
    const conditions& terms, std::vector<std::uint32_t>* core = nullptr)
{
    // As no row of the problem, a floor that holds anyway costs nothing, and the proof without it
    // holds with it.
    knapsack_solution solution = choose_items_once(problem, begin, terms, false, core);
    if (broken_floors(problem, solution.keep).empty())
        return solution;
    if (core != nullptr)
        core->clear();
    return choose_items_once(problem, begin, terms, true, core);
}

/// The answer of `greedy`, where a limit left no other; it knows of no limit.
inline knapsack_solution choose_quickly(const knapsack_problem& problem, const conditions& terms)
{
    knapsack_solution solution = greedy{}(problem);
    if (solution.status == solve_status::feasible && terms.limits.out_of_time())
        solution.status = solve_status::time_limit;
    return solution;
}

/// The answer where the limit left no room for any search: what decisions keep, or, where that
/// breaks floors, what `greedy` finds.
inline knapsack_solution without_search(const knapsack_problem& problem, const decided& begin,
    const linked_items& items, const conditions& terms)
{
    knapsack_solution solution;
    solution.keep.assign(problem.size(), 0);
    for (const std::uint32_t item : items.kept)
        solution.keep[item] = 1;
    if (!broken_floors(problem, solution.keep).empty()) {
        if (!terms.limits.out_of_time() || problem.size() <= tuning::most_to_sort)
            if (knapsack_solution quick = choose_quickly(problem, terms); quick.has_answer())
                return quick;
        return no_answer(solve_status::unknown, problem,
            terms.limits.out_of_time()
                ? "the time was over before a choice was found that meets the floors"
                : "the work limit was reached before a choice was found that meets the floors",
            terms.watch);
    }
    solution.value = value_of(problem, solution.keep, terms.crew);
    solution.status =
        terms.limits.out_of_time() ? solve_status::time_limit : solve_status::feasible;
    compensated_sum everything;
    for (std::size_t item = 0; item < problem.size(); ++item)
        if (begin.of(item) != decision::prune)
            everything.add(problem.values[item]);
    solution.bound = everything.value() * (1 + rounding_slack);
    return solution;
}

/// A choice of other items with those that are kept anyway.
inline std::vector<std::uint8_t> with_kept(
    std::vector<std::uint8_t> keep, const std::vector<std::uint32_t>& kept)
{
    for (const std::uint32_t item : kept)
        keep[item] = 1;
    return keep;
}

/// Adds classes that are not there yet. Whether there were any.
inline bool add_new(std::vector<std::uint32_t>& floored, const std::vector<std::uint32_t>& broken)
{
    const std::size_t before = floored.size();
    for (const std::uint32_t c : broken)
        if (std::find(floored.begin(), floored.end(), c) == floored.end())
            floored.push_back(c);
    return floored.size() != before;
}

inline knapsack_solution choose_linked(const knapsack_problem& problem, const decided& begin,
    const conditions& terms, std::vector<std::uint32_t>* core = nullptr);

/// Problems whose units are shared in too tangled a way for components.
inline knapsack_solution choose_tangled(
    const knapsack_problem& problem, const decided& begin, const conditions& terms)
{
    const knapsack_solution quick = greedy{}(problem);
    tangled_search search(problem, begin, terms.limits);
    if (quick.has_answer())
        search.begin_with(quick.keep);
    search.run([&](const knapsack_problem& part) {
        const decided its_begin(part);
        if (!its_begin.reason.empty())
            return no_answer(solve_status::infeasible, part, its_begin.reason, terms.watch);
        return part.shared.empty() ? choose_items(part, its_begin, terms)
                                   : choose_linked(part, its_begin, terms);
    });
    if (search.has_answer)
        return std::move(search.best);
    return search.is_complete ? no_choice(problem, terms) : quick;
}

/// Problems with shared units, with floors from the moment on that one was broken, items above a
/// ceiling left out.
/// \param floored  classes whose floors were broken; where others turn out to be broken before the
///                 search they are added, and there is no answer yet
inline std::optional<knapsack_solution> choose_linked_once(const knapsack_problem& problem,
    const decided& begin, const conditions& terms, std::vector<std::uint32_t>& floored,
    bool with_others, double& ceiling, std::vector<std::uint32_t>* core)
{
    const linked_items items(
        problem, begin, floored, ceiling, terms.limits, terms.crew, with_others);
    component_core parts(items, problem, terms.limits, terms.crew);
    core_search search(parts, terms.limits);
    search_result& found = search.result;
    const auto add_all_free = [&] {
        core->clear();
        for (std::uint32_t i = 0; i < problem.size(); ++i)
            if (begin.of(i) == decision::free)
                core->push_back(i);
    };
    if (!items.is_complete) {
        if (core != nullptr)
            add_all_free();
        return without_search(problem, begin, items, terms);
    }
    // Prices first, then the core. Whatever breaks a floor on the way makes it known: before the
    // search everything begins anew with it, after it only the components that have such items are
    // tied together (floor_places.hpp), at the same prices.
    if (items.parts.is_narrow) {
        if (items.parts.size() == 0) {
            found.loss = items.floors.empty() ? 0 : found.loss;
            found.proven = true;
        } else if (parts.find_prices(found)) {
            if (add_new(floored, parts.broken_floors(begin.missing)))
                return std::nullopt;
            search.run(core == nullptr);
            // A search may break floors that the choices at the prices keep.
            while (found.loss < infinity && !items.floors.empty() && !terms.limits.is_spent() &&
                   parts.tie(broken_floors(problem, with_kept(parts.keep, items.kept)), found))
                search.run(core == nullptr);
        }
        if (!found.proven && !parts.is_infeasible && !(found.loss < infinity))
            parts.take_by_price(found);
    }
    if (parts.is_infeasible || (found.proven && !(found.loss < infinity)))
        return no_choice(problem, terms);
    // Whoever asked for a core gets the items of the components in it.
    if (core != nullptr && !found.proven && !search.is_covered)
        add_all_free(); // a limit came before
    else if (core != nullptr && !found.proven) {
        for (const std::uint32_t c : parts.core)
            for (std::size_t at = items.parts.first[c]; at < items.parts.first[c + 1]; ++at)
                core->push_back(items.parts.item[at]);
        std::sort(core->begin(), core->end());
    }
    if (!(found.loss < infinity)) { // too tangled, or floors that nothing was found for
        knapsack_solution other =
            terms.limits.out_of_time() && problem.size() > tuning::most_to_sort
                ? without_search(problem, begin, items, terms)
            : items.parts.is_narrow ? choose_quickly(problem, terms)
                                    : choose_tangled(problem, begin, terms);
        if (core != nullptr) {
            core->clear();
            if (other.status != solve_status::optimal)
                add_all_free();
        }
        return other;
    }
    knapsack_solution solution;
    solution.keep = with_kept(std::move(parts.keep), items.kept);
    // What ties and rounding hide is added to the bound. No choice is worth more, so none has an
    // item that is: that is the ceiling.
    const double unseen = items.largest > 0 ? parts.rounding + parts.nothing() : 0.0;
    conclude(
        problem, found, parts.price(), items.scale, unseen, terms.limits, terms.crew, solution);
    const double hidden = parts.nothing() + 4 * std::numeric_limits<double>::epsilon() * found.loss;
    ceiling = solution.bound + 64 * hidden / items.scale;
    return solution;
}

/// Problems with shared units. Floors are taken into account where the choice without them breaks
/// them, and only then can it happen that the best choice is worth less than an item that looked
/// possible, so much less that rounding hides it; as no choice worth less than an item contains it,
/// such items are left out and the rest is solved again.
inline knapsack_solution choose_linked(const knapsack_problem& problem, const decided& begin,
    const conditions& terms, std::vector<std::uint32_t>* core)
{
    std::vector<std::uint32_t> floored;
    double ceiling = infinity;
    std::optional<knapsack_solution> unproven;
    for (;;) {
        if (core != nullptr)
            core->clear();
        const double before = ceiling;
        std::optional<knapsack_solution> solution =
            choose_linked_once(problem, begin, terms, floored, !unproven, ceiling, core);
        if (solution && !solution->has_answer())
            return std::move(unproven ? *unproven : *solution);
        if (!solution || add_new(floored, broken_floors(problem, solution->keep))) {
            ceiling = infinity;
            continue;
        }
        const bool again = !floored.empty() && ceiling < 0.25 * before &&
                           std::any_of(problem.values.begin(), problem.values.end(),
                               [&](double value) { return value > ceiling && value <= before; });
        if (again)
            continue;
        // Floors that are no matter can make prices under which rounding hides the proof.
        if (!unproven && core == nullptr && !floored.empty() &&
            solution->status == solve_status::feasible && !terms.limits.is_spent()) {
            unproven = std::move(solution);
            ceiling = infinity;
            continue;
        }
        return std::move(unproven && unproven->gap() < solution->gap() ? *unproven : *solution);
    }
}

} // namespace espalier::detail
