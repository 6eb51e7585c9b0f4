// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/arithmetic.hpp>
#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/linkage.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/regularizer.hpp>
#include <espalier/prune/schedule.hpp>
#include <espalier/prune/selection.hpp>
#include <espalier/prune/sensitivity.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// What the pruner does, in the order in which it is called; pruner.hpp says what it is for.

namespace espalier {

ESPALIER_INLINE knapsack_solution default_solver(const knapsack_problem& problem)
{
    return exact{.time_limit = 3600, .work_limit = 5'000'000'000}(problem);
}

ESPALIER_INLINE pruner::pruner(std::span<const layer_spec> layers,
    std::vector<std::span<float>> weights, pruner_options options)
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

ESPALIER_INLINE void pruner::baseline(double metric)
{
    ensure(is_finite(metric) && metric > 0, "the baseline metric is a positive number",
        given{"metric", metric});
    ensure(!open_ && history_.empty(), "the baseline is set before the first round");
    ensure_finite();
    baseline_ = metric;
    keep_best();
}

ESPALIER_INLINE void pruner::observe(std::span<const std::span<float>> gradients)
{
    if (ranks_by_sensitivity())
        sensitivity_.observe(weights_, gradients);
}

ESPALIER_INLINE std::optional<pruner::round> pruner::next()
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

ESPALIER_INLINE bool pruner::report(double metric)
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

ESPALIER_INLINE const round_record* pruner::accepted() const
{
    const auto last =
        std::find_if(history_.rbegin(), history_.rend(), [](const auto& r) { return r.accepted; });
    return last == history_.rend() ? nullptr : &*last;
}

ESPALIER_INLINE bool pruner::all_finite() const
{
    return std::all_of(weights_.begin(), weights_.end(), [](std::span<const float> matrix) {
        return std::all_of(matrix.begin(), matrix.end(), [](float w) { return is_finite(w); });
    });
}

ESPALIER_INLINE void pruner::ensure_finite() const
{
    for (std::size_t m = 0; m < weights_.size(); ++m)
        for (std::size_t i = 0; i < weights_[m].size(); ++i)
            ensure(is_finite(weights_[m][i]), "every weight is finite",
                given{"layer", selection_.groups_of(m).matrix().layer.view()}, given{"index", i},
                given{"weight", weights_[m][i]});
}

ESPALIER_INLINE bool pruner::ranks_by_sensitivity() const
{
    return options_.rank_by == ranking::taylor || options_.rank_by == ranking::fisher;
}

ESPALIER_INLINE std::vector<double> pruner::values() const
{
    const bool sensitive = ranks_by_sensitivity();
    ensure(!sensitive || sensitivity_.batches() > 0,
        "ranking by gradients needs observe() for at least one batch before each round");
    std::vector<double> all(selection_.items());
    for (std::size_t m = 0; m < weights_.size(); ++m) {
        const grouping& groups = selection_.groups_of(m);
        const std::span<double> norms = std::span{all}.subspan(
            selection_.first_item(m), static_cast<std::size_t>(groups.groups()));
        if (sensitive)
            group_norms(groups, selection_.framework(), sensitivity_.sums(m), ranking::l1, norms);
        else
            group_norms(groups, selection_.framework(), weights_[m], options_.rank_by, norms);
        normalize(norms, options_.normalize_by);
    }
    return all;
}

ESPALIER_INLINE void pruner::set_prices(const knapsack_solution& solution)
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

ESPALIER_INLINE std::span<const double> pruner::prices_of(std::size_t m) const
{
    return std::span{prices_}.subspan(
        selection_.first_item(m), static_cast<std::size_t>(selection_.groups_of(m).groups()));
}

ESPALIER_INLINE void pruner::apply_masks()
{
    for (std::size_t m = 0; m < weights_.size(); ++m)
        for (std::size_t i = 0; i < weights_[m].size(); ++i)
            if (masks_[m][i] == 0)
                weights_[m][i] = 0; // not a product: 0 · NaN is NaN
}

ESPALIER_INLINE void pruner::keep_best()
{
    best_weights_.resize(weights_.size());
    for (std::size_t m = 0; m < weights_.size(); ++m)
        best_weights_[m].assign(weights_[m].begin(), weights_[m].end());
    best_masks_ = masks_;
}

ESPALIER_INLINE void pruner::roll_back()
{
    for (std::size_t m = 0; m < weights_.size(); ++m)
        std::copy(best_weights_[m].begin(), best_weights_[m].end(), weights_[m].begin());
    masks_ = best_masks_;
}

ESPALIER_INLINE void pruner::round::regularize(std::span<const std::span<float>> gradients) const
{
    const double strength = owner_->options_.regularization;
    ensure(gradients.size() == owner_->weights_.size(),
        "there is one span of gradients for each weight matrix", given{"spans", gradients.size()},
        given{"matrices", owner_->weights_.size()});
    if (strength == 0)
        return;
    for (std::size_t m = 0; m < gradients.size(); ++m)
        add_group_lasso_gradient(owner_->selection_.groups_of(m), owner_->selection_.framework(),
            owner_->weights_[m], owner_->prices_of(m), strength, gradients[m]);
}

ESPALIER_INLINE double pruner::round::regularization_loss() const
{
    double loss = 0;
    for (std::size_t m = 0; m < owner_->weights_.size(); ++m)
        loss += group_lasso_loss(owner_->selection_.groups_of(m), owner_->selection_.framework(),
            owner_->weights_[m], owner_->prices_of(m));
    return owner_->options_.regularization * loss;
}

ESPALIER_INLINE void pruner::round::shrink(double learning_rate)
{
    for (std::size_t m = 0; m < owner_->weights_.size(); ++m)
        group_lasso_proximal_step(owner_->selection_.groups_of(m), owner_->selection_.framework(),
            owner_->weights_[m], owner_->prices_of(m),
            learning_rate * owner_->options_.regularization);
}

} // namespace espalier
