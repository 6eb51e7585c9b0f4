// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/prune/acceptance.hpp>
#include <espalier/prune/order_search.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/schedule.hpp>
#include <espalier/prune/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace espalier {

/// `exact`, but it gives up the proof, not the answer, after an amount of work (some seconds)
/// rather than by the clock, so that the masks are the same on every machine.
[[nodiscard]] knapsack_solution default_solver(const knapsack_problem& problem);

/// Who shares a budget.
enum class scope : std::uint8_t {
    network, ///< all layers: the more a layer's groups are worth, the more of them stay
    layer,   ///< nobody: every layer loses the same part of what it has
};

/// How far to prune, how to choose, and what may be lost.
struct pruner_options {
    espalier::schedule schedule = polynomial{};
    /// Under `layer` budgets are rounded down to whole blocks layer by layer, but never below what
    /// the floors of a layer need.
    espalier::scope scope = scope::network;
    metric_direction direction = metric_direction::gain;
    /// How much worse than the dense network an accepted round may be.
    espalier::tolerance tolerance = 0.98;
    /// By how much two measurements of one network may differ (see `acceptance`).
    double noise = 0;
    /// From which factor on a metric is too good to be true (see `acceptance`).
    std::optional<double> implausible_factor{};
    /// Rejected rounds in a row after which the pruner stops.
    std::size_t patience = 3;
    /// Weight of the group lasso that `round::regularize` adds; 0: none.
    double regularization = 0;
    /// How groups are valued (and by `selection_options::rules`, where layers differ); measured in
    /// docs/rankings.md.
    ranker rank_by = ranking::l2;
    normalization normalize_by = normalization::lamp;
    selection_options selection{};
    /// The step η by which weights may come back: a pruned weight is valued as if it had taken one
    /// step of gradient descent of this length, w = -η·ḡ, ḡ the mean of the gradients that
    /// `observe` saw of it, and starts at zero if it is kept. Among pruned weights that is the
    /// order of RigL (Evci et al. 2020); η says what they count beside weights that are kept. By
    /// Taylor such a weight is worth |w·ḡ|, by Fisher (w·ḡ)². 0: pruned weights are worth nothing.
    double regrowth = 0;
    /// How to look, before each round, for the order of inputs in which blocks of N:M keep most
    /// (order_search.hpp); none: inputs stay as they are. It is done in layers under N:M behind one
    /// whose rows may move (`rows_may_move`), and told by `pruner::orders`.
    std::optional<order_search> permute_inputs{};
    /// Anything that models knapsack_solver.
    std::function<knapsack_solution(const knapsack_problem&)> solver = default_solver;

    /// The options with the paper's choices: Σ |w| over the largest of the layer, groups of C
    /// consecutive multipliers, and its costs.
    [[nodiscard]] static pruner_options paper()
    {
        return {.rank_by = ranking::l1,
            .normalize_by = normalization::layer_maximum,
            .selection = {.structure = structure::consecutive, .costs = cost_policy::paper}};
    }
};

} // namespace espalier
