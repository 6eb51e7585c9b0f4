// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/schedule.hpp>
#include <espalier/prune/selection.hpp>
#include <espalier/prune/sensitivity.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

// The pruner turns any training loop into the paper's iteration: tighten the budget, choose the
// groups to keep, train the rest, look at the metric, go on or go back. It owns no loop and calls
// nobody back: `next` hands out a round, the caller trains, `report` says how it went.

namespace espalier {

/// `exact`, but it gives up the proof, not the answer, after an amount of work (some seconds)
/// rather than by the clock, so that the masks are the same on every machine.
[[nodiscard]] knapsack_solution default_solver(const knapsack_problem& problem);

struct pruner_options {
    espalier::schedule schedule = polynomial{};
    /// A round is accepted while metric ≥ tolerance · baseline; in (0, 1].
    double tolerance = 0.98;
    /// Rejected rounds in a row after which the pruner stops.
    std::size_t patience = 3;
    /// Weight of the group lasso that `round::regularize` adds; 0: none.
    double regularization = 0;
    ranking rank_by = ranking::l1;
    normalization normalize_by = normalization::layer_maximum;
    selection_options selection{};
    /// Anything that models knapsack_solver.
    std::function<knapsack_solution(const knapsack_problem&)> solver = default_solver;
};

/// What one round tried and how it ended.
struct round_record {
    double progress = 0; ///< of the schedule, 0 dense … 1 target
    resources budget{};  ///< allowed
    resources usage{};   ///< taken by the kept groups; at most the budget
    std::int64_t kept_weights = 0;
    solve_status status = solve_status::feasible;
    double gap = 0; ///< of the knapsack solution
    double solver_seconds = 0;
    double metric = 0; ///< as reported; 0 while the round is open
    bool accepted = false;
};

/// Prunes the weights of a network in rounds.
///
/// The weights are one span for each weight matrix, in the order of `matrices_of` over the layers
/// (a separable, recurrent or bidirectional layer has several), each in the framework's own layout
/// (`options.selection.framework`). They are read at `next` and `report` and written by masking and
/// rollback; the spans must stay valid as long as the pruner.
class pruner {
public:
    class round;

    /// \throws std::invalid_argument if a layer, an option or the size of a span is wrong, or a
    ///         weight is not finite
    pruner(std::span<const layer_spec> layers, std::vector<std::span<float>> weights,
        pruner_options options = {});

    /// Tells the pruner how good the dense network is, and that its weights are the ones to return
    /// to if no round is accepted. To be called once, before the first round.
    /// \throws std::invalid_argument if the metric is not a positive number or a weight is not
    /// finite
    void baseline(double metric);

    /// Adds the gradients of one batch to the ranking (`ranking::taylor` and `ranking::fisher`; for
    /// the others it does nothing). To be called with the loss's own gradients, without the
    /// regulariser, for some batches before each `next`, which starts the sums afresh.
    /// \param gradients  one span for each matrix, shaped as the weights
    void observe(std::span<const std::span<float>> gradients);
    void observe(std::vector<std::span<float>>& gradients)
    {
        observe(std::span<const std::span<float>>(gradients));
    }

    /// Chooses the groups for the next budget and masks the weights.
    /// \return the round, or nothing when pruning is over; then the weights are those of the last
    ///         accepted round (of the dense network if there was none), and `stopped_because` says
    ///         why
    /// \throws std::invalid_argument if there is no baseline or the last round was not reported
    /// \throws std::logic_error if the solver's answer breaks a constraint
    [[nodiscard]] std::optional<round> next();

    /// Ends the open round: accepts it if the metric is good enough, else takes the weights and
    /// masks back to the last accepted ones. A metric or weight that is not finite (training
    /// diverged) is a rejection.
    /// \return whether the round was accepted
    bool report(double metric);

    /// One entry for each weight in the framework's order, 1 where it is kept: of the open round if
    /// there is one, else of the last accepted round.
    [[nodiscard]] const std::vector<std::vector<std::uint8_t>>& masks() const { return masks_; }
    /// All rounds so far, the open one last.
    [[nodiscard]] std::span<const round_record> history() const { return history_; }
    /// The tightest accepted round; null if there is none.
    [[nodiscard]] const round_record* accepted() const;
    /// Why `next` returned nothing, as a sentence; empty while pruning goes on.
    [[nodiscard]] const std::string& stopped_because() const { return stopped_because_; }
    /// Groups, matrices and totals.
    [[nodiscard]] const espalier::selection& groups() const { return selection_; }

private:
    [[nodiscard]] bool all_finite() const;
    void ensure_finite() const;

    [[nodiscard]] bool ranks_by_sensitivity() const;
    /// Normalised value of every group.
    [[nodiscard]] std::vector<double> values() const;

    /// Prices of the regulariser: the shadow prices of the last solve where they say anything, else
    /// each resource by its share of the total; scaled to a mean of 1 over the groups.
    void set_prices(const knapsack_solution& solution);
    [[nodiscard]] std::span<const double> prices_of(std::size_t m) const;

    void apply_masks();
    void keep_best();
    void roll_back();

    pruner_options options_;
    espalier::selection selection_;
    std::vector<std::span<float>> weights_;
    std::vector<std::vector<std::uint8_t>> masks_;
    std::vector<std::vector<float>> best_weights_;
    std::vector<std::vector<std::uint8_t>> best_masks_;
    sensitivity sensitivity_;
    std::vector<double> prices_;
    std::vector<round_record> history_;
    std::vector<trial> trials_;
    std::optional<double> baseline_;
    std::size_t bad_trials_ = 0;
    bool open_ = false;
    std::string stopped_because_;
};

/// One round of a pruner, to be used while it is open; it points into its pruner.
class pruner::round {
public:
    /// Budget, usage and solver figures of this round.
    [[nodiscard]] const round_record& record() const { return owner_->history_.back(); }
    [[nodiscard]] std::size_t number() const { return owner_->history_.size(); }

    /// Sets pruned weights to zero again; to be called after every optimiser step.
    void mask() { owner_->apply_masks(); }

    /// Adds the gradient of the resource-aware group lasso; does nothing at strength 0.
    /// \param gradients  one span for each matrix, shaped as the weights
    void regularize(std::span<const std::span<float>> gradients) const;
    void regularize(std::vector<std::span<float>>& gradients) const
    {
        regularize(std::span<const std::span<float>>(gradients));
    }

    /// Loss of the regulariser at the present weights, strength included.
    [[nodiscard]] double regularization_loss() const;

    /// Group lasso as a proximal step instead of a gradient: shrinks every group by
    /// learning_rate · strength · price · √size, after the optimiser's step and before `mask`.
    void shrink(double learning_rate);

private:
    friend class pruner;
    explicit round(pruner& owner) : owner_(&owner) {}
    pruner* owner_;
};

} // namespace espalier

#ifndef ESPALIER_COMPILED
#include <espalier/prune/detail/pruner_definition.hpp>
#endif
