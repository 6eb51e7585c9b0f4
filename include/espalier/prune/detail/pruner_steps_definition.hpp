// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/arithmetic.hpp>
#include <espalier/ensure.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/linkage.hpp>
#include <espalier/model/input_permutation.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/detail/cheapest_floors.hpp>
#include <espalier/prune/detail/matrix_items.hpp>
#include <espalier/prune/detail/part_of.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/pruning_target.hpp>
#include <espalier/prune/schedule.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

// Which steps of its schedule a pruner trains: those of which nothing is known yet.

namespace espalier {

ESPALIER_INLINE void pruner::ensure_reachable()
{
    if (!options_.schedule.target().is_absolute() || options_.scope == scope::layer)
        return;
    const resources end = budget_of(1);
    const resources least = need_of_floors();
    const knapsack_problem& problem =
        selection_.pose(std::vector<double>(selection_.items(), 1.0), end);
    // Whether another choice that keeps the floors fits is for the solver to prove.
    ensure(is_within(least, end) || options_.solver(problem).status != solve_status::infeasible,
        "what the floors keep fits the target", given{"dsp needed", least.dsp},
        given{"dsp", end.dsp}, given{"bram18 needed", least.bram18}, given{"bram18", end.bram18},
        given{"lut needed", least.lut}, given{"lut", end.lut});
}

ESPALIER_INLINE resources pruner::need_of_floors()
{
    const knapsack_problem& problem =
        selection_.pose(std::vector<double>(selection_.items(), 1.0), selection_.total());
    return selection_.usage_of(detail::cheapest_floors(problem));
}

ESPALIER_INLINE bool pruner::meets_target()
{
    const round_record& record = history_.back();
    const resources end = budget_of(1);
    if (record.progress >= 1 || budget_of(record.progress) == end)
        return true;
    if (options_.scope != scope::network) // of layers the sums do not tell
        return false;
    return is_within(record.usage, end) ||
           is_within(record.usage, larger_of(end, need_of_floors()));
}

ESPALIER_INLINE std::optional<pruner::step> pruner::find_step()
{
    // A schedule of the library has at most so many steps between two rounds, and a bisection.
    constexpr std::size_t most_known = detail::most_schedule_steps + 100;
    for (std::size_t known = 0; known < most_known; ++known) {
        const std::optional<double> progress = options_.schedule.next(trials_);
        if (!progress) {
            stop(accepted_progress(trials_) < 1
                     ? "the schedule is complete, short of its target" + last_rejection()
                 : !history_.empty() ? "the schedule is complete"
                 : is_within(selection_.total(), budget_of(1))
                     ? "the network is within its budget already"
                     : "the floors leave nothing to remove");
            return std::nullopt;
        }
        resources budget = budget_of(*progress);
        std::optional<bool> verdict = verdict_on_budget(budget);
        if (!verdict) {
            ensure_finite();
            knapsack_solution solution = choose(*progress, budget);
            if (!solution.has_answer()) {
                stop("no choice of groups fits the budget: " + solution.reason);
                return std::nullopt;
            }
            const round_record record{.progress = *progress,
                .budget = budget,
                .usage = selection_.usage_of(solution.keep),
                .status = solution.status,
                .gap = solution.gap(),
                .solver_seconds = solution.seconds};
            verdict = verdict_on_usage(record.usage);
            if (!verdict)
                return step{.record = record, .solution = std::move(solution)};
        }
        trials_.push_back({*progress, *verdict});
    }
    stop("the schedule names only budgets that are known already");
    return std::nullopt;
}

template <class Pose>
knapsack_solution pruner::choose_within(resources& budget, Pose&& pose) const
{
    const knapsack_problem* problem = &pose(budget);
    knapsack_solution solution = options_.solver(*problem);
    if (!solution.has_answer() && !options_.schedule.target().is_absolute()) {
        const resource_vector least = usage(*problem, detail::cheapest_floors(*problem));
        budget = larger_of(budget, detail::resources_of(least));
        problem = &pose(budget);
        solution = options_.solver(*problem);
    }
    if (solution.has_answer() && !is_feasible(*problem, solution.keep))
        detail::fail<std::logic_error>("the solver's answer breaks a constraint of its problem");
    return solution;
}

ESPALIER_INLINE knapsack_solution pruner::choose(double progress, resources& budget)
{
    // From the kept network's orders on, so that a pruner that resumes finds the same.
    for (std::size_t m = 0; m < best_.orders.size(); ++m)
        found_orders_.set(m, input_permutation(best_.orders[m]));
    knapsack_solution solution = choose_in_order(progress, budget);
    if (!options_.permute_inputs || !solution.has_answer())
        return solution;
    const double seconds = solution.seconds;
    order_inputs(solution.keep);
    solution = choose_in_order(progress, budget);
    solution.seconds += seconds;
    return solution;
}

ESPALIER_INLINE knapsack_solution pruner::choose_in_order(double progress, resources& budget)
{
    if (options_.scope == scope::network)
        return choose_within(budget, [&](const resources& most) -> const knapsack_problem& {
            return selection_.pose(values(), most);
        });
    const knapsack_problem& whole = selection_.pose(values(), selection_.total());
    knapsack_solution all;
    all.status = solve_status::optimal;
    budget = {};
    for (const layer_items& layer : selection_.layers()) {
        resources own = budget_at(layer.total, target_, progress, options_.schedule.speed());
        knapsack_problem part = detail::part_of(whole, layer.first_item, layer.items, {});
        const knapsack_solution solution =
            choose_within(own, [&](const resources& most) -> const knapsack_problem& {
                part.capacity = detail::amounts_of(most);
                return part;
            });
        budget += own;
        all.keep.insert(all.keep.end(), solution.keep.begin(), solution.keep.end());
        all.value += solution.value;
        all.bound += solution.bound;
        all.seconds += solution.seconds;
        all.status = std::max(all.status, solution.status); // from proven to nothing
        if (!solution.has_answer()) {
            all.reason = "layer " + layer.name + ": " + solution.reason;
            return all;
        }
    }
    return all;
}

ESPALIER_INLINE resources pruner::budget_of(double progress) const
{
    const speeds& speed = options_.schedule.speed();
    if (options_.scope == scope::network)
        return budget_at(selection_.total(), target_, progress, speed);
    resources sum;
    for (const layer_items& layer : selection_.layers())
        sum += budget_at(layer.total, target_, progress, speed);
    return sum;
}

ESPALIER_INLINE const resources& pruner::kept_usage() const
{
    return accepted() != nullptr ? accepted()->usage : selection_.total();
}

ESPALIER_INLINE std::optional<bool> pruner::verdict_on_budget(const resources& budget) const
{
    // Of layers the sums do not tell: one may take less than its budget and another more.
    if (options_.scope == scope::network && is_within(kept_usage(), budget))
        return true;
    for (const trial& t : trials_)
        if (budget_of(t.progress) == budget)
            return t.accepted;
    return std::nullopt;
}

ESPALIER_INLINE std::optional<bool> pruner::verdict_on_usage(const resources& usage) const
{
    if (usage == kept_usage())
        return true;
    for (const round_record& r : history_)
        if (r.usage == usage)
            return r.accepted;
    return std::nullopt;
}

} // namespace espalier
