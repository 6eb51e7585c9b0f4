// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/arithmetic.hpp>
#include <espalier/knapsack/core.hpp>
#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/solving.hpp>
#include <espalier/knapsack/validity.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/with/glpk_model.hpp>

#include <glpk.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// The knapsack for GLPK's branch and cut; glpk_model.hpp has the program that it gets.
//
// GLPK is under the GPL, version 3: so is, taken as a whole, a program that is linked with it. That
// is why this header stands alone, and why `exact`, which needs no GLPK, exists.
//
// GLPK works in floating point. What it calls an integer solution is rounded here and checked
// against the capacities in integers; what it calls optimal is optimal up to its tolerances, and
// its bounds are widened by a relative 1e-9 (1e-11 once the search is complete). Values are scaled
// by a power of two, which loses nothing, so that objectives of 1e-30 and 1e30 look alike to it.

namespace espalier {
namespace detail {

/// GLPK ends the process when it finds itself in an impossible state. This hook turns that into an
/// exception. Afterwards GLPK's environment of this thread is not usable, so it is dismantled.
[[noreturn]] inline void glpk_failed(void*)
{
    throw std::runtime_error("GLPK stopped because of an internal error");
}

/// Silences GLPK's terminal output and installs the hook for one solve.
class glpk_session {
    int terminal_;

public:
    glpk_session() : terminal_(glp_term_out(GLP_OFF)) { glp_error_hook(glpk_failed, nullptr); }
    ~glpk_session()
    {
        glp_error_hook(nullptr, nullptr);
        glp_term_out(terminal_);
    }
    glpk_session(const glpk_session&) = delete;
    glpk_session(glpk_session&&) = delete;
    glpk_session& operator=(const glpk_session&) = delete;
    glpk_session& operator=(glpk_session&&) = delete;
};

/// What the callback of the search tree needs and gathers.
struct glpk_search {
    std::vector<double> warm; ///< a feasible solution to begin with, or empty
    double bound = std::numeric_limits<double>::infinity();

    static void watch(glp_tree* tree, void* info)
    {
        auto& self = *static_cast<glpk_search*>(info);
        if (glp_ios_reason(tree) == GLP_IHEUR && !self.warm.empty()) {
            glp_ios_heur_sol(tree, self.warm.data());
            self.warm.clear();
        }
        if (const int best = glp_ios_best_node(tree); best != 0)
            self.bound = glp_ios_node_bound(tree, best);
    }
};

} // namespace detail

/// Branch and cut by GLPK on the full formulation. Handles every problem; slow above some thousand
/// items. The answer is never worse than that of `greedy`, which it begins with.
struct glpk {
    double time_limit = 60; ///< seconds
    bool cuts = true;       ///< Gomory, mixed-integer rounding and clique cuts
    bool presolve = true;   ///< of the linear program, or of the whole program without a warm start
    bool warm_start = true; ///< begin with the solution of `greedy`

    /// Solves a problem.
    /// \throws std::invalid_argument if the problem is malformed or too large for GLPK's indices;
    ///         std::runtime_error if GLPK fails
    [[nodiscard]] knapsack_solution operator()(const knapsack_problem& problem) const
    {
        const stopwatch watch;
        ensure_valid(problem);
        ensure(time_limit > 0, "a time limit must be positive", given{"seconds", time_limit});
        ensure(problem.size() + problem.shared.users.size() + problem.shared.size() < 100'000'000,
            "GLPK takes fewer than 10^8 rows or columns", given{"items", problem.size()},
            given{"users", problem.shared.users.size()});
        const decided begin(problem);
        if (!begin.reason.empty())
            return no_answer(solve_status::infeasible, problem, begin.reason, watch);

        knapsack_solution solution = greedy{}(problem);
        if (solution.status != solve_status::optimal)
            search(problem, begin, watch, solution);
        solution.seconds = watch.seconds();
        return solution;
    }

private:
    void search(const knapsack_problem& problem, const decided& begin, const stopwatch& watch,
        knapsack_solution& solution) const
    {
        const detail::glpk_session session;
        detail::glpk_model model(problem, begin);
        try {
            branch_and_cut(problem, model, watch, solution);
        } catch (const std::runtime_error&) {
            model.abandon();
            glp_free_env();
            throw;
        }
    }

    static void refuse(knapsack_solution& solution, solve_status status, const char* reason)
    {
        solution.status = status;
        solution.reason = reason;
    }

    [[nodiscard]] int milliseconds_left(const stopwatch& watch) const
    {
        const double left = (time_limit - watch.seconds()) * 1000;
        return static_cast<int>(std::clamp(left, 1.0, 2e9));
    }

    /// Takes the bound and the prices of the linear relaxation. False: there is nothing to search.
    bool relax(const knapsack_problem& problem, const detail::glpk_model& model,
        const stopwatch& watch, knapsack_solution& solution) const
    {
        glp_smcp simplex;
        glp_init_smcp(&simplex);
        simplex.msg_lev = GLP_MSG_OFF;
        simplex.presolve = presolve ? GLP_ON : GLP_OFF;
        simplex.tm_lim = milliseconds_left(watch);
        const int result = glp_simplex(model.get(), &simplex);
        if (result == GLP_ENOPFS || glp_get_status(model.get()) == GLP_NOFEAS) {
            if (!solution.has_answer())
                refuse(solution, solve_status::infeasible,
                    "not even fractions of the items meet the floors");
            return false;
        }
        if (result != 0 || glp_get_status(model.get()) != GLP_OPT) {
            if (solution.has_answer())
                solution.status = solve_status::time_limit;
            else
                refuse(solution, solve_status::unknown,
                    "the time ran out before any choice was found");
            return false;
        }
        const double bound = glp_get_obj_val(model.get()) / model.scale;
        solution.bound =
            solution.has_answer() ? std::min(solution.bound, bound * (1 + 1e-9)) : bound;
        for (std::size_t r = 0; r < problem.resources; ++r)
            solution.shadow_price[r] =
                std::max(glp_get_row_dual(model.get(), static_cast<int>(r) + 1) / model.scale, 0.0);
        return true;
    }

    void branch_and_cut(const knapsack_problem& problem, const detail::glpk_model& model,
        const stopwatch& watch, knapsack_solution& solution) const
    {
        if (!relax(problem, model, watch, solution))
            return;
        detail::glpk_search tree;
        if (warm_start && solution.has_answer())
            tree.warm = model.columns_of(solution.keep);
        glp_iocp options;
        glp_init_iocp(&options);
        options.msg_lev = GLP_MSG_OFF;
        options.tm_lim = milliseconds_left(watch);
        options.tol_obj = 1e-12; // the default of 1e-7 would cut off better solutions
        options.presolve = presolve && !warm_start ? GLP_ON : GLP_OFF;
        const int with_cuts = cuts ? GLP_ON : GLP_OFF;
        // Cover cuts stay off: their generator in GLPK 5.0 stops the process ("ncs = 0; invalid
        // number of columns") on some knapsacks whose rows leave it nothing to generate from.
        options.gmi_cuts = options.mir_cuts = options.clq_cuts = with_cuts;
        options.cb_func = detail::glpk_search::watch;
        options.cb_info = &tree;
        const int result = glp_intopt(model.get(), &options);
        conclude(problem, model, result, tree.bound, solution);
    }

    void conclude(const knapsack_problem& problem, const detail::glpk_model& model, int result,
        double tree_bound, knapsack_solution& solution) const
    {
        const int status = glp_mip_status(model.get());
        const bool had_answer = solution.has_answer();
        if (status == GLP_OPT || status == GLP_FEAS) {
            std::vector<std::uint8_t> keep = model.mask();
            const double value = value_of(problem, keep);
            if (is_feasible(problem, keep) && (!had_answer || value > solution.value)) {
                solution.keep = std::move(keep);
                solution.value = value;
                solution.reason.clear();
                solution.status = solve_status::feasible;
            }
        }
        if (result == 0 && (status == GLP_OPT || status == GLP_NOFEAS)) {
            if (solution.has_answer()) {
                // Complete, but only up to GLPK's tolerances.
                solution.status = solve_status::optimal;
                solution.bound = std::max(
                    solution.value, std::min(solution.bound, solution.value * (1 + 1e-11)));
            } else {
                refuse(solution, solve_status::infeasible,
                    "no choice of whole items meets the floors within the capacities");
            }
            return;
        }
        ensure_no_failure(result);
        if (!solution.has_answer())
            refuse(solution, solve_status::unknown, "the time ran out before any choice was found");
        else
            solution.status = solve_status::time_limit;
        if (std::isfinite(tree_bound))
            solution.bound = std::max(
                solution.value, std::min(solution.bound, tree_bound / model.scale * (1 + 1e-9)));
    }

    static void ensure_no_failure(int result)
    {
        if (result != 0 && result != GLP_ETMLIM && result != GLP_EMIPGAP && result != GLP_ESTOP)
            throw std::runtime_error(
                "GLPK's branch and cut failed with code " + std::to_string(result));
    }
};

static_assert(knapsack_solver<glpk>);

/// Branch and cut by GLPK on what prices and a quick incumbent leave undecided (see core.hpp): the
/// way to use GLPK on large problems. Optimal means optimal on the core up to GLPK's tolerances.
struct glpk_on_core {
    glpk solver{}; ///< for the core; its time limit holds for all together

    /// Solves a problem; throws what `glpk` does.
    [[nodiscard]] knapsack_solution operator()(const knapsack_problem& problem) const
    {
        const stopwatch watch;
        knapsack_core core = reduce_to_core(problem, solver.time_limit);
        knapsack_solution solution = std::move(core.incumbent);
        if (solution.has_answer() && !core.items.empty()) {
            core.incumbent.keep = solution.keep;
            glpk limited = solver;
            limited.time_limit = std::max(solver.time_limit - watch.seconds(), 1e-3);
            const knapsack_solution part = limited(core.problem);
            merge(problem, core, part, solution);
        }
        solution.seconds = watch.seconds();
        return solution;
    }

private:
    static void merge(const knapsack_problem& problem, const knapsack_core& core,
        const knapsack_solution& part, knapsack_solution& solution)
    {
        if (!part.has_answer())
            return;
        std::vector<std::uint8_t> keep = core.expand(part.keep);
        const double value = value_of(problem, keep);
        const double outside = value - part.value;
        if (value > solution.value && is_feasible(problem, keep)) {
            solution.keep = std::move(keep);
            solution.value = value;
        }
        solution.status = part.status;
        solution.bound = std::max(solution.value,
            std::min(solution.bound, (outside + part.bound) * (1 + rounding_slack)));
    }
};

static_assert(knapsack_solver<glpk_on_core>);

} // namespace espalier
