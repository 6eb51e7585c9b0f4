// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/choose.hpp>
#include <espalier/knapsack/detail/exit/exhaustive_search.hpp>
#include <espalier/knapsack/exact.hpp>

#include <algorithm>
#include <utility>

// What `exact` does when it is called, in the order in which it does it.

namespace espalier {
namespace detail {

/// A search that was stopped early may have left room for more, or may have found less than the
/// quick way does. So `exact` is never worth less than `greedy`, and never leaves an item out that
/// would fit. Of the two bounds the smaller holds.
inline void improve(const knapsack_problem& problem, knapsack_solution& solution)
{
    fill_up(problem, solution);
    knapsack_solution quick = greedy{}(problem);
    if (!quick.has_answer())
        return;
    if (quick.value > solution.value) {
        solution.value = quick.value;
        solution.keep = std::move(quick.keep);
    }
    solution.bound = std::max(solution.value, std::min(solution.bound, quick.bound));
}

/// The answer to a problem of few choices that the searches have not proven.
inline void try_all(const knapsack_problem& problem, const decided& begin, const conditions& terms,
    knapsack_solution& solution)
{
    exhaustive_search all(problem, begin);
    if (!all.run(terms.limits))
        return;
    if (!all.has_answer) {
        solution = no_choice(problem, terms);
        return;
    }
    solution.keep = std::move(all.best());
    solution.value = value_of(problem, solution.keep);
    solution.bound = solution.value * (1 + rounding_slack);
    solution.status = solve_status::optimal;
    solution.reason.clear();
}

} // namespace detail

ESPALIER_INLINE knapsack_solution exact::operator()(const knapsack_problem& problem) const
{
    const stopwatch watch;
    ensure(time_limit > 0, "a time limit must be positive", given{"seconds", time_limit});
    ensure(threads >= 1 && threads <= 1024, "a solver works with 1 to 1024 threads",
        given{"threads", threads});
    detail::budget limits(watch, time_limit, work_limit);
    const detail::conditions terms{watch, limits, detail::workers(threads)};
    const std::vector<std::size_t> sizes = detail::ensure_valid(problem, terms.crew);
    const decided begin(problem, sizes);
    if (!begin.reason.empty())
        return no_answer(solve_status::infeasible, problem, begin.reason, watch);
    knapsack_solution solution = problem.shared.empty()
                                     ? detail::choose_items(problem, begin, terms)
                                     : detail::choose_linked(problem, begin, terms);
    const bool is_proven =
        solution.status == solve_status::optimal || solution.status == solve_status::infeasible;
    if (!is_proven && !limits.is_spent() && detail::exhaustive_search::suits(problem, begin))
        detail::try_all(problem, begin, terms, solution);
    if (solution.has_answer() && solution.status != solve_status::optimal &&
        (!limits.out_of_time() || problem.size() <= detail::tuning::most_to_sort))
        detail::improve(problem, solution);
    solution.seconds = watch.seconds();
    return solution;
}

} // namespace espalier
