// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What every solver answers, and the concept that makes something a solver. A solver is a value
// that is called with a problem; options are its data members.

namespace espalier {

/// How far a solver came.
enum class solve_status : std::uint8_t {
    optimal,    ///< proven: no feasible choice is worth more, within the stated tolerance
    feasible,   ///< keeps every constraint; `bound` says how much better a choice could be
    time_limit, ///< as `feasible`, because the time ran out before the proof was complete
    infeasible, ///< proven: no choice keeps the fixed decisions, the floors and the capacities;
                ///< see `reason`
    unknown,    ///< no choice was found, nor a proof that there is none; see `reason`
};

[[nodiscard]] constexpr std::string_view to_string(solve_status status)
{
    constexpr std::array<std::string_view, 4> names{
        "optimal", "feasible", "time limit", "infeasible"};
    const auto number = static_cast<std::size_t>(status);
    return number < names.size() ? names[number] : "unknown";
}

/// The choice, what it is worth and how good that is.
struct knapsack_solution {
    std::vector<std::uint8_t> keep; ///< N, 1 where the item is kept; all 0 without an answer
    double value = 0;               ///< Σ value of the kept items
    double bound = 0;               ///< no feasible choice is worth more than this
    solve_status status = solve_status::infeasible;
    std::string reason{}; ///< why there is no answer, as a sentence; else empty
    double seconds = 0;   ///< wall time of the solve
    std::array<double, max_resources> shadow_price{}; ///< value of one more unit of each resource

    /// Whether `keep` is a choice that keeps every constraint.
    [[nodiscard]] bool has_answer() const
    {
        return status != solve_status::infeasible && status != solve_status::unknown;
    }
    /// Relative distance between bound and value: 0 where optimal, 0.01 where up to 1 % may be
    /// lost.
    [[nodiscard]] double gap() const { return bound > value ? (bound - value) / bound : 0.0; }
};

/// A solver: called with a problem, it answers with a solution.
template <class Solver>
concept knapsack_solver = requires(const Solver& solve, const knapsack_problem& problem)
{
    {
        solve(problem)
        } -> std::same_as<knapsack_solution>;
};

} // namespace espalier
