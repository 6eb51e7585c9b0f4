// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/regularizer.hpp>
#include <espalier/prune/schedule.hpp>
#include <espalier/prune/selection.hpp>
#include <espalier/prune/sensitivity.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// The pruner turns any training loop into the paper's iteration: tighten the budget, choose the
// groups to keep, train the rest, look at the metric, go on or go back. It owns no loop and calls
// nobody back: `next` hands out a round, the caller trains, `report` says how it went.

namespace espalier {

/// `exact`, but it gives up the proof, not the answer, after a number of nodes rather than seconds,
/// so that the masks are the same on every machine.
[[nodiscard]] inline knapsack_solution default_solver(const knapsack_problem& problem)
{
    return exact{.time_limit = 3600, .node_limit = 20'000}(problem);
}

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
        pruner_options options = {})
        : options_(std::move(options)),
          selection_(layers, options_.selection),
          weights_(std::move(weights)),
          sensitivity_(options_.rank_by)
    {
        ensure(options_.tolerance > 0 && options_.tolerance <= 1,
            "the tolerance is above 0 and at most 1", given{"tolerance", options_.tolerance});
        ensure(options_.regularization >= 0 && is_finite(options_.regularization),
            "the strength of the regulariser is finite and not negative",
            given{"regularization", options_.regularization});
        ensure(static_cast<bool>(options_.solver), "a pruner needs a solver");
        ensure(weights_.size() == selection_.matrices(),
            "there is one span of weights for each weight matrix", given{"spans", weights_.size()},
            given{"matrices", selection_.matrices()});
        for (std::size_t m = 0; m < weights_.size(); ++m) {
            const weight_matrix& matrix = selection_.groups_of(m).matrix();
            ensure(static_cast<std::int64_t>(weights_[m].size()) == matrix.weights(),
                "a span holds every weight of its matrix", given{"matrix", m},
                given{"layer", matrix.layer.view()}, given{"given", weights_[m].size()},
                given{"weights", matrix.weights()});
            masks_.emplace_back(weights_[m].size(), std::uint8_t{1});
        }
        ensure_finite();
    }

    /// Tells the pruner how good the dense network is, and that its weights are the ones to return
    /// to if no round is accepted. To be called once, before the first round.
    /// \throws std::invalid_argument if the metric is not a positive number or a weight is not
    /// finite
    void baseline(double metric)
    {
        ensure(is_finite(metric) && metric > 0, "the baseline metric is a positive number",
            given{"metric", metric});
        ensure(!open_ && history_.empty(), "the baseline is set before the first round");
        ensure_finite();
        baseline_ = metric;
        keep_best();
    }

    /// Adds the gradients of one batch to the ranking (`ranking::taylor` and `ranking::fisher`; for
    /// the others it does nothing). To be called with the loss's own gradients, without the
    /// regulariser, for some batches before each `next`, which starts the sums afresh.
    /// \param gradients  one span for each matrix, shaped as the weights
    void observe(std::span<const std::span<float>> gradients)
    {
        if (ranks_by_sensitivity())
            sensitivity_.observe(weights_, gradients);
    }
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
    bool report(double metric)
    {
        ensure(open_, "a metric is reported for a round that next() handed out");
        open_ = false;
        apply_masks();
        round_record& record = history_.back();
        record.metric = metric;
        record.accepted =
            is_finite(metric) && metric >= options_.tolerance * *baseline_ && all_finite();
        trials_.push_back({record.progress, record.accepted});
        if (record.accepted) {
            bad_trials_ = 0;
            keep_best();
        } else {
            ++bad_trials_;
            roll_back();
        }
        return record.accepted;
    }

    /// One entry for each weight in the framework's order, 1 where it is kept: of the open round if
    /// there is one, else of the last accepted round.
    [[nodiscard]] const std::vector<std::vector<std::uint8_t>>& masks() const { return masks_; }
    /// All rounds so far, the open one last.
    [[nodiscard]] std::span<const round_record> history() const { return history_; }
    /// The tightest accepted round; null if there is none.
    [[nodiscard]] const round_record* accepted() const
    {
        const auto last = std::find_if(
            history_.rbegin(), history_.rend(), [](const auto& r) { return r.accepted; });
        return last == history_.rend() ? nullptr : &*last;
    }
    /// Why `next` returned nothing, as a sentence; empty while pruning goes on.
    [[nodiscard]] const std::string& stopped_because() const { return stopped_because_; }
    /// Groups, matrices and totals.
    [[nodiscard]] const espalier::selection& groups() const { return selection_; }

private:
    [[nodiscard]] bool all_finite() const
    {
        return std::all_of(weights_.begin(), weights_.end(), [](std::span<const float> matrix) {
            return std::all_of(matrix.begin(), matrix.end(), [](float w) { return is_finite(w); });
        });
    }
    void ensure_finite() const
    {
        for (std::size_t m = 0; m < weights_.size(); ++m)
            for (std::size_t i = 0; i < weights_[m].size(); ++i)
                ensure(is_finite(weights_[m][i]), "every weight is finite",
                    given{"layer", selection_.groups_of(m).matrix().layer.view()},
                    given{"index", i}, given{"weight", weights_[m][i]});
    }

    [[nodiscard]] bool ranks_by_sensitivity() const
    {
        return options_.rank_by == ranking::taylor || options_.rank_by == ranking::fisher;
    }
    /// Normalised value of every group.
    [[nodiscard]] std::vector<double> values() const
    {
        const bool sensitive = ranks_by_sensitivity();
        ensure(!sensitive || sensitivity_.batches() > 0,
            "ranking by gradients needs observe() for at least one batch before each round");
        std::vector<double> all;
        all.reserve(selection_.items());
        for (std::size_t m = 0; m < weights_.size(); ++m) {
            const grouping& groups = selection_.groups_of(m);
            std::vector<double> norms =
                sensitive
                    ? group_norms(groups, selection_.framework(), sensitivity_.sums(m))
                    : group_norms(groups, selection_.framework(), weights_[m], options_.rank_by);
            normalize(norms, options_.normalize_by);
            all.insert(all.end(), norms.begin(), norms.end());
        }
        return all;
    }

    /// Prices of the regulariser: the shadow prices of the last solve where they say anything, else
    /// each resource by its share of the total; scaled to a mean of 1 over the groups.
    void set_prices(const knapsack_solution& solution)
    {
        const resources& total = selection_.total();
        std::array<double, selection::resource_count> prices{};
        for (std::size_t r = 0; r < prices.size(); ++r)
            prices[r] = solution.shadow_price[r];
        if (std::all_of(prices.begin(), prices.end(), [](double p) { return p <= 0; })) {
            const auto share = [](std::int64_t of) {
                return of > 0 ? 1.0 / static_cast<double>(of) : 0.0;
            };
            prices = {share(total.dsp), share(total.bram18), share(total.lut)};
        }
        prices_ = selection_.priced(prices);
        double sum = 0;
        for (const double p : prices_)
            sum += p;
        const double mean = sum / static_cast<double>(prices_.size());
        if (mean > 0)
            for (double& p : prices_)
                p /= mean;
    }
    [[nodiscard]] std::span<const double> prices_of(std::size_t m) const
    {
        return std::span{prices_}.subspan(
            selection_.first_item(m), static_cast<std::size_t>(selection_.groups_of(m).groups()));
    }

    void apply_masks()
    {
        for (std::size_t m = 0; m < weights_.size(); ++m)
            for (std::size_t i = 0; i < weights_[m].size(); ++i)
                if (masks_[m][i] == 0)
                    weights_[m][i] = 0; // not a product: 0 · NaN is NaN
    }
    void keep_best()
    {
        best_weights_.resize(weights_.size());
        for (std::size_t m = 0; m < weights_.size(); ++m)
            best_weights_[m].assign(weights_[m].begin(), weights_[m].end());
        best_masks_ = masks_;
    }
    void roll_back()
    {
        for (std::size_t m = 0; m < weights_.size(); ++m)
            std::copy(best_weights_[m].begin(), best_weights_[m].end(), weights_[m].begin());
        masks_ = best_masks_;
    }

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
    void regularize(std::span<const std::span<float>> gradients) const
    {
        const double strength = owner_->options_.regularization;
        ensure(gradients.size() == owner_->weights_.size(),
            "there is one span of gradients for each weight matrix",
            given{"spans", gradients.size()}, given{"matrices", owner_->weights_.size()});
        if (strength == 0)
            return;
        for (std::size_t m = 0; m < gradients.size(); ++m)
            add_group_lasso_gradient(owner_->selection_.groups_of(m),
                owner_->selection_.framework(), owner_->weights_[m], owner_->prices_of(m), strength,
                gradients[m]);
    }
    void regularize(std::vector<std::span<float>>& gradients) const
    {
        regularize(std::span<const std::span<float>>(gradients));
    }

    /// Loss of the regulariser at the present weights, strength included.
    [[nodiscard]] double regularization_loss() const
    {
        double loss = 0;
        for (std::size_t m = 0; m < owner_->weights_.size(); ++m)
            loss += group_lasso_loss(owner_->selection_.groups_of(m),
                owner_->selection_.framework(), owner_->weights_[m], owner_->prices_of(m));
        return owner_->options_.regularization * loss;
    }

    /// Group lasso as a proximal step instead of a gradient: shrinks every group by
    /// learning_rate · strength · price · √size, after the optimiser's step and before `mask`.
    void shrink(double learning_rate)
    {
        for (std::size_t m = 0; m < owner_->weights_.size(); ++m)
            group_lasso_proximal_step(owner_->selection_.groups_of(m),
                owner_->selection_.framework(), owner_->weights_[m], owner_->prices_of(m),
                learning_rate * owner_->options_.regularization);
    }

private:
    friend class pruner;
    explicit round(pruner& owner) : owner_(&owner) {}
    pruner* owner_;
};

inline std::optional<pruner::round> pruner::next()
{
    ensure(baseline_.has_value(), "baseline() is called before next()");
    ensure(
        !open_, "a round is reported before the next one starts", given{"round", history_.size()});
    const std::optional<double> progress = options_.schedule.next(trials_);
    if (bad_trials_ >= options_.patience)
        stopped_because_ = std::to_string(bad_trials_) + " rounds in a row were rejected";
    else if (!progress)
        stopped_because_ = "the schedule is complete";
    if (!stopped_because_.empty())
        return std::nullopt;
    ensure_finite();

    const resources budget = budget_at(selection_.total(), options_.schedule.target(), *progress);
    const knapsack_problem& problem = selection_.pose(values(), budget);
    const knapsack_solution solution = options_.solver(problem);
    if (!solution.has_answer()) {
        stopped_because_ = "no choice of groups fits the budget: " + solution.reason;
        return std::nullopt;
    }
    if (!is_feasible(problem, solution.keep))
        detail::fail<std::logic_error>("the solver's answer breaks a constraint of its problem");

    set_prices(solution);
    round_record record{.progress = *progress,
        .budget = budget,
        .usage = selection_.usage_of(solution.keep),
        .status = solution.status,
        .gap = solution.gap(),
        .solver_seconds = solution.seconds};
    for (std::size_t m = 0; m < weights_.size(); ++m) {
        selection_.write_mask(solution.keep, m, std::span<std::uint8_t>(masks_[m]));
        record.kept_weights += std::count(masks_[m].begin(), masks_[m].end(), 1);
    }
    apply_masks();
    history_.push_back(record);
    sensitivity_.clear();
    open_ = true;
    return round(*this);
}

} // namespace espalier
