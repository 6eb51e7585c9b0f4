// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/acceptance.hpp>
#include <espalier/prune/input_orders.hpp>
#include <espalier/prune/pruner_options.hpp>
#include <espalier/prune/pruner_state.hpp>
#include <espalier/prune/pruning_target.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/selection.hpp>
#include <espalier/prune/sensitivity.hpp>
#include <espalier/prune/trainee.hpp>
#include <espalier/prune/weight_view.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The pruner turns any training loop into the paper's iteration: tighten the budget, choose the
// groups to keep, train the rest, look at the metric, go on or go back. It owns no loop and calls
// nobody back: `next` hands out a round, the caller trains, `report` says how it went.

namespace espalier {

/// Prunes the weights of a network in rounds.
///
/// Weights and state are read at `baseline`, `next` and `report`, and written by masking and when a
/// round is rejected; they must stay where they are as long as the pruner. A pruner is neither
/// copied nor moved, for its rounds point into it.
class pruner {
public:
    class round;

    /// Looks at everything and changes nothing yet.
    /// \throws std::invalid_argument if a layer, an option, or a view of weights is wrong: its
    ///         size, its shape, two views of one memory, a weight that is not finite; or if the
    ///         schedule ends at amounts that the floors do not fit
    pruner(std::span<const layer_spec> layers, trainee network, pruner_options options = {});
    pruner(const pruner&) = delete;
    pruner& operator=(const pruner&) = delete;
    pruner(pruner&&) = delete;
    pruner& operator=(pruner&&) = delete;
    ~pruner();

    /// Tells the pruner how good the dense network is, and that this is the network to return to if
    /// no round is accepted. To be called once, before the first round.
    /// \throws std::invalid_argument if the metric is not a positive number or a weight is not
    /// finite
    void baseline(double metric);

    /// Adds the gradients of one batch to the ranking (`ranking::taylor` and `ranking::fisher`, and
    /// `pruner_options::regrowth`; the others only look whether they are sound). To be called with
    /// the loss's own gradients, without the regulariser, for some batches before each `next`,
    /// which starts the sums afresh. What is observed in a round that is then rejected is
    /// forgotten, as that network is.
    /// \param gradients  one span for each matrix, shaped and ordered as the weights
    /// \throws std::invalid_argument if their number or size is wrong or one is not finite
    void observe(std::span<const std::span<float>> gradients);
    /// \overload
    void observe(std::span<const std::span<double>> gradients);

    /// Chooses the groups for the next budget and masks the weights. Every round takes an amount of
    /// hardware that no round before it took. A step of the schedule that does not becomes a trial
    /// without being trained: accepted if its budget leaves what is kept as it is, and with the
    /// verdict of the earlier one if it has the budget, in whole blocks, or the usage of one. That
    /// holds although the network may have been trained in between: what was rejected once is not
    /// tried again.
    ///
    /// The budgets of a target of parts end where the floors begin: below what those need, they are
    /// what those need.
    /// \return the round, or nothing when pruning is over; then weights and state are, to the last
    ///         bit, those that the last accepted round was measured with (those of the dense
    ///         network if there was none), and `stopped_because` says why
    /// \throws std::invalid_argument if there is no baseline or the last round was not reported
    /// \throws std::logic_error if the solver's answer breaks a constraint
    [[nodiscard]] std::optional<round> next();

    /// Ends the open round: accepts it if the metric is good enough, else takes weights, state and
    /// masks back to the last accepted ones. A metric or weight that is not finite (training
    /// diverged) is a rejection.
    /// \return whether the round was accepted
    /// \throws std::invalid_argument if a pruned weight is not zero, as then another network was
    ///         measured, or the metric is implausible; the round stays open
    bool report(double metric);

    /// All that `resume` needs, as of the last `report` (or the baseline): what was trained or
    /// observed since then is not in it, nor is a round that is open.
    /// \throws std::invalid_argument if there is no baseline yet
    [[nodiscard]] pruner_state save() const;
    /// In place of `baseline`: brings weights, state, masks and history to what they were when the
    /// pruner was saved. What follows is, to the last bit, what followed then, if the solver is the
    /// same and all that training depends on is in the trainee's state.
    /// \throws std::invalid_argument naming what differs if the network or an option is not the one
    ///         that was saved, or a part of the state refuses what it is given; then nothing
    ///         changes
    void resume(const pruner_state& state);

    /// Sets pruned weights to zero again, and their moments, as `round::mask` does; after the last
    /// round, to train on.
    void mask();
    /// While what it returns lives, the weights are those of the hardware: rounded to the format of
    /// their layer, and to two signed digits where that is their state. Gradients that are computed
    /// meanwhile belong to the weights that come back afterwards (straight-through; Bengio et al.
    /// 2013), and a metric is that of the hardware's weights. To be called around every forward and
    /// backward pass, not around an optimiser's step. One at a time, and gone before its pruner is.
    class hardware_weights;
    [[nodiscard]] hardware_weights as_in_hardware();
    /// Makes the weights those of the hardware for good, as they are handed over.
    void write_as_in_hardware();

    /// One entry for each weight in the framework's order, its `weight_state`: 0 where it is
    /// pruned, 1 where it is kept, 2 where it is kept with two signed digits. Of the open round if
    /// there is one, else of the last accepted round.
    [[nodiscard]] const std::vector<std::vector<std::uint8_t>>& masks() const { return masks_; }
    /// Those of the last rejected round; empty if no round was rejected.
    [[nodiscard]] const std::vector<std::vector<std::uint8_t>>& rejected_masks() const
    {
        return rejected_masks_;
    }
    /// All rounds so far, the open one last.
    [[nodiscard]] std::span<const round_record> history() const { return history_; }
    /// The tightest accepted round; null if there is none.
    [[nodiscard]] const round_record* accepted() const;
    /// How far along the way of the schedule the kept network is, 0 … 1: at 1 it meets the target.
    /// That may be farther than the budget that it was trained for, `accepted()->progress`, if it
    /// is within the budgets of later steps as well.
    [[nodiscard]] double progress() const { return accepted_progress(trials_); }
    /// Why `next` returned nothing, as a sentence; empty while pruning goes on.
    [[nodiscard]] const std::string& stopped_because() const { return stopped_because_; }
    /// Groups, matrices and totals.
    [[nodiscard]] const espalier::selection& groups() const { return selection_; }
    /// The order of every layer's inputs that the masks are meant for: identities, unless
    /// `pruner_options::permute_inputs` is set. The trainer's weights and the masks stay as they
    /// are; for the hardware both are moved (`input_orders::apply`).
    [[nodiscard]] const input_orders& orders() const { return orders_; }

private:
    /// Seconds of a clock that never goes back.
    [[nodiscard]] static double now();
    /// Adds the time that it lives to a sum.
    class busy_clock {
    public:
        explicit busy_clock(double& sum) : sum_(sum), begun_(now()) {}
        busy_clock(const busy_clock&) = delete;
        busy_clock& operator=(const busy_clock&) = delete;
        busy_clock(busy_clock&&) = delete;
        busy_clock& operator=(busy_clock&&) = delete;
        ~busy_clock() { sum_ += now() - begun_; }

    private:
        double& sum_;
        double begun_;
    };

    [[nodiscard]] std::size_t matrices() const { return network_.weights.size(); }
    /// Layer of a matrix, for sentences.
    [[nodiscard]] std::string_view layer_of(std::size_t m) const
    {
        return selection_.groups_of(m).matrix().layer.view();
    }
    void ensure_matches() const;
    void ensure_apart() const;
    void ensure_in_place() const;
    void ensure_finite() const;
    [[nodiscard]] bool all_finite() const;
    template <class Number>
    void ensure_gradients(std::span<const std::span<Number>> gradients) const;
    template <class Number>
    void add_observed(std::span<const std::span<Number>> gradients);
    template <class Number>
    void add_regularizer(std::span<const std::span<Number>> gradients) const;

    [[nodiscard]] const ranker& ranker_of(std::size_t m) const;
    [[nodiscard]] bool ranks_by_sensitivity() const;
    /// What weights or sums are where weights are kept, and what `regrowth` makes of the others.
    [[nodiscard]] std::span<const float> with_regrowth(
        std::size_t m, std::span<const float> of_kept, std::vector<float>& buffer) const;
    /// Value of each group of a matrix, not normalised.
    void value(std::size_t m, const grouping& groups, std::span<double> values) const;
    /// Value of each weight of a matrix, in hardware order.
    [[nodiscard]] std::vector<double> importances_of(std::size_t m) const;
    /// Normalised value of every group, after weights are assigned to multipliers anew.
    [[nodiscard]] std::vector<double> values();
    void find_permutable();
    /// Looks for the orders in which as many multipliers as a choice keeps are worth most.
    void order_inputs(std::span<const std::uint8_t> keep);

    /// Charges of the regulariser, from prices: the shadow prices of the last solve where they say
    /// anything, else each resource by its share of the total; scaled to a mean of 1 over the
    /// groups.
    void set_charges(const knapsack_solution& solution);

    void ensure_reachable();
    /// What the floors keep at the least.
    [[nodiscard]] resources need_of_floors();
    /// As of the open round.
    [[nodiscard]] bool meets_target();
    /// A step that is worth a round: nothing is known about it yet.
    struct step {
        round_record record;
        knapsack_solution solution;
    };
    /// \return nothing when pruning is over, and stopped
    [[nodiscard]] std::optional<step> find_step();
    /// The best choice within a budget. Where inputs are permuted it is made twice: a choice of how
    /// many multipliers each matrix keeps, and, in the order that is best for those, the final one,
    /// which is worth no less where values add up.
    /// \param budget  of the network; of a relative target it is raised to what the floors need
    [[nodiscard]] knapsack_solution choose(double progress, resources& budget);
    [[nodiscard]] knapsack_solution choose_in_order(double progress, resources& budget);
    /// \param pose  budget → problem
    template <class Pose>
    [[nodiscard]] knapsack_solution choose_within(resources& budget, Pose&& pose) const;
    [[nodiscard]] resources budget_of(double progress) const;
    [[nodiscard]] std::optional<bool> verdict_on_budget(const resources& budget) const;
    [[nodiscard]] std::optional<bool> verdict_on_usage(const resources& usage) const;
    /// What the network takes that the next round starts from.
    [[nodiscard]] const resources& kept_usage() const;

    [[nodiscard]] std::vector<pruner_fact> facts() const;
    void end_round(double metric);
    void write_zeros();
    void keep_best();
    void put_back(const network_snapshot& snapshot);
    void roll_back();
    void close_round();
    /// Why the last round that was rejected was, as the end of a sentence; empty if none was.
    [[nodiscard]] std::string last_rejection() const;
    void stop(std::string reason);

    pruner_options options_;
    acceptance acceptance_;
    espalier::selection selection_;
    reduction target_;
    trainee network_;
    input_orders orders_;          ///< as those of the masks
    input_orders found_orders_;    ///< of the choice that was made last
    std::vector<bool> permutable_; ///< for each matrix
    std::vector<std::vector<std::uint8_t>> masks_;
    std::vector<std::vector<std::uint8_t>> rejected_masks_;
    network_snapshot best_;
    sensitivity sensitivity_{ranking::l1}; // of the rankings, once the matrices are known
    sensitivity accepted_sensitivity_{
        ranking::l1};                          ///< at the last accepted `report`, or the baseline
    std::vector<std::vector<double>> charges_; ///< of the open round, for each group
    std::vector<round_record> history_;
    std::vector<trial> trials_;
    std::optional<double> baseline_;
    std::size_t bad_trials_ = 0;
    std::shared_ptr<bool> open_; ///< shared with the open round; null if there is none
    std::string stopped_because_;
    double round_begun_ = 0;  ///< at the last `next`
    double busy_seconds_ = 0; ///< of the pruner, since the last `report`
};

/// Weights as the hardware has them, until it is gone.
class pruner::hardware_weights {
public:
    hardware_weights(const hardware_weights&) = delete;
    hardware_weights& operator=(const hardware_weights&) = delete;
    hardware_weights(hardware_weights&&) = delete;
    hardware_weights& operator=(hardware_weights&&) = delete;
    ~hardware_weights(); // NOLINT(bugprone-exception-escape)

private:
    friend class pruner;
    explicit hardware_weights(pruner& of);
    pruner* of_;
    std::vector<std::vector<std::byte>> saved_;
};

/// One round of a pruner, to be used until it is reported.
/// Every function throws std::invalid_argument when the round is over.
class pruner::round {
public:
    /// Budget, usage and solver figures of this round.
    [[nodiscard]] const round_record& record() const { return owner().history_.back(); }
    [[nodiscard]] std::size_t number() const { return owner().history_.size(); }

    /// Whether what it keeps is within the budget of the target, so that it is the one to train
    /// longest: if it is accepted no other follows. Not every such round is the last step of its
    /// schedule, for a step that has to remove nothing more than the one before it is no round.
    [[nodiscard]] bool meets_target() const { return owner().meets_target(); }

    /// Sets pruned weights to zero again, and their moments; to be called after every optimiser
    /// step.
    void mask() { owner().mask(); }

    /// Adds the gradient of the resource-aware group lasso; nothing at strength 0.
    /// \param gradients  one span for each matrix, shaped and ordered as the weights
    /// \throws std::invalid_argument if their number or size is wrong or one is not finite
    void regularize(std::span<const std::span<float>> gradients) const;
    /// \overload
    void regularize(std::span<const std::span<double>> gradients) const;

    /// Loss of the regulariser at the present weights, strength included.
    [[nodiscard]] double regularization_loss() const;

    /// Group lasso as a proximal step instead of a gradient: shrinks every group by
    /// learning_rate · strength · price · √size, after the optimiser's step and before `mask`.
    void shrink(double learning_rate);

private:
    friend class pruner;
    round(pruner& owner, std::shared_ptr<const bool> open) : owner_(&owner), open_(std::move(open))
    {}
    [[nodiscard]] pruner& owner() const
    {
        ensure(*open_, "a round is over when it is reported or its pruner is gone");
        return *owner_;
    }
    pruner* owner_;
    std::shared_ptr<const bool> open_;
};

} // namespace espalier

#ifndef ESPALIER_COMPILED
#include <espalier/prune/detail/pruner_checks_definition.hpp>
#include <espalier/prune/detail/pruner_definition.hpp>
#include <espalier/prune/detail/pruner_regularizer_definition.hpp>
#include <espalier/prune/detail/pruner_state_definition.hpp>
#include <espalier/prune/detail/pruner_steps_definition.hpp>
#include <espalier/prune/detail/pruner_values_definition.hpp>
#endif
