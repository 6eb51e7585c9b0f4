// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/arithmetic.hpp>
#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/linkage.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/input_permutation.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/acceptance.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/pruner_state.hpp>
#include <espalier/prune/pruning_target.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/schedule.hpp>
#include <espalier/prune/selection.hpp>
#include <espalier/prune/sensitivity.hpp>
#include <espalier/prune/trainee.hpp>
#include <espalier/prune/weight_state.hpp>
#include <espalier/prune/weight_view.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// What the pruner does, in the order in which it is called; pruner.hpp says what it is for.

namespace espalier {

ESPALIER_INLINE knapsack_solution default_solver(const knapsack_problem& problem)
{
    return exact{.time_limit = 3600, .work_limit = 5'000'000'000}(problem);
}

ESPALIER_INLINE pruner::pruner(
    std::span<const layer_spec> layers, trainee network, pruner_options options)
    : options_(std::move(options)),
      acceptance_{.direction = options_.direction,
          .tolerance = options_.tolerance,
          .noise = options_.noise,
          .implausible_factor = options_.implausible_factor},
      selection_(layers, options_.selection),
      network_(std::move(network)),
      orders_(layers),
      found_orders_(orders_)
{
    for (const layer_spec& layer : layers) {
        ensure_sound_and_legal(layer);
        ensure_not_swapped(layer);
    }
    ensure_sound(acceptance_);
    ensure(options_.regularization >= 0 && is_finite(options_.regularization),
        "the strength of the regulariser is finite and not negative",
        given{"regularization", options_.regularization});
    ensure(options_.regrowth >= 0 && is_finite(options_.regrowth),
        "the step of regrowth is finite and not negative", given{"regrowth", options_.regrowth});
    ensure(static_cast<bool>(options_.solver), "a pruner needs a solver");
    target_ = options_.schedule.target().of(selection_.total(), selection_.beyond_matrices());
    ensure_matches();
    find_permutable();
    std::vector<ranking> rankings;
    for (std::size_t m = 0; m < matrices(); ++m) {
        masks_.emplace_back(network_.weights[m].size(), std::uint8_t{1});
        rankings.push_back(ranker_of(m).by());
    }
    sensitivity_ = sensitivity(std::move(rankings));
    accepted_sensitivity_ = sensitivity_;
    ensure_apart();
    ensure_finite();
    ensure_reachable();
}

ESPALIER_INLINE double pruner::now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

ESPALIER_INLINE pruner::~pruner()
{
    close_round();
}

ESPALIER_INLINE void pruner::baseline(double metric)
{
    ensure_baseline(acceptance_, metric);
    ensure(!open_ && history_.empty(), "the baseline is set before the first round");
    ensure_in_place();
    ensure_finite();
    baseline_ = metric;
    accepted_sensitivity_ = sensitivity_;
    keep_best();
}

ESPALIER_INLINE void pruner::observe(std::span<const std::span<float>> gradients)
{
    add_observed(gradients);
}
ESPALIER_INLINE void pruner::observe(std::span<const std::span<double>> gradients)
{
    add_observed(gradients);
}

ESPALIER_INLINE std::optional<pruner::round> pruner::next()
{
    const double begun = now();
    const busy_clock clock(busy_seconds_);
    ensure(baseline_.has_value(), "baseline() is called before next()");
    ensure(
        !open_, "a round is reported before the next one starts", given{"round", history_.size()});
    if (!stopped_because_.empty())
        return std::nullopt;
    ensure_in_place();
    if (bad_trials_ >= options_.patience) {
        stop(std::to_string(bad_trials_) + " rounds in a row were rejected" + last_rejection());
        return std::nullopt;
    }
    std::optional<step> found = find_step();
    if (!found)
        return std::nullopt;
    auto& [record, solution] = *found;
    set_charges(solution);
    for (std::size_t m = 0; m < matrices(); ++m) {
        selection_.write_states(solution.keep, m, network_.weights[m].order(), masks_[m]);
        record.kept_weights += std::count_if(
            masks_[m].begin(), masks_[m].end(), [](std::uint8_t state) { return state != 0; });
    }
    orders_ = found_orders_;
    write_zeros();
    history_.push_back(record);
    sensitivity_.clear();
    open_ = std::make_shared<bool>(true);
    round_begun_ = begun;
    return round(*this, open_);
}

ESPALIER_INLINE bool pruner::report(double metric)
{
    {
        const busy_clock clock(busy_seconds_);
        end_round(metric);
    }
    round_record& record = history_.back();
    record.seconds = now() - round_begun_;
    record.pruner_seconds = std::exchange(busy_seconds_, 0);
    return record.accepted;
}

ESPALIER_INLINE void pruner::end_round(double metric)
{
    ensure(open_ != nullptr, "a metric is reported for a round that next() handed out");
    ensure_in_place();
    if (is_finite(metric)) {
        for (std::size_t m = 0; m < matrices(); ++m) {
            const auto unmasked = network_.weights[m].first_unmasked(masks_[m]);
            ensure(!unmasked,
                "pruned weights are zero when a metric is measured: call mask() after every step",
                given{"layer", layer_of(m)}, given{"index", unmasked.value_or(0)});
        }
        ensure_plausible(acceptance_, *baseline_, metric);
    }
    close_round();
    round_record& record = history_.back();
    record.metric = metric;
    record.accepted = acceptance_.accepts(*baseline_, metric) && all_finite();
    trials_.push_back({record.progress, record.accepted});
    if (record.accepted) {
        bad_trials_ = 0;
        accepted_sensitivity_ = sensitivity_;
        keep_best();
    } else {
        ++bad_trials_;
        rejected_masks_ = masks_;
        sensitivity_ = accepted_sensitivity_; // the gradients of another network tell nothing
        roll_back();
    }
}

ESPALIER_INLINE void pruner::mask()
{
    const busy_clock clock(busy_seconds_);
    ensure_in_place();
    write_zeros();
}

ESPALIER_INLINE void pruner::write_zeros()
{
    for (std::size_t m = 0; m < matrices(); ++m)
        network_.weights[m].mask(masks_[m]);
    if (!network_.moments)
        return;
    for (const weight_moments& of : network_.moments()) {
        ensure(of.matrix < matrices() && of.values.size() == masks_[of.matrix].size(),
            "there is a moment for every weight of a matrix", given{"matrix", of.matrix},
            given{"moments", of.values.size()});
        detail::mask(of.values, masks_[of.matrix]);
    }
}

ESPALIER_INLINE const round_record* pruner::accepted() const
{
    const auto last =
        std::find_if(history_.rbegin(), history_.rend(), [](const auto& r) { return r.accepted; });
    return last == history_.rend() ? nullptr : &*last;
}

template <class Number>
void pruner::add_observed(std::span<const std::span<Number>> gradients)
{
    const busy_clock clock(busy_seconds_);
    ensure_gradients(gradients);
    const bool regrows = options_.regrowth > 0;
    if (!ranks_by_sensitivity() && !regrows)
        return;
    std::vector<std::vector<float>> copies(2 * matrices());
    std::vector<std::span<const float>> weights;
    std::vector<std::span<const float>> slopes;
    for (std::size_t m = 0; m < matrices(); ++m) {
        weights.push_back(network_.weights[m].read(copies[2 * m]));
        if constexpr (std::same_as<Number, float>) {
            slopes.push_back(gradients[m]);
        } else {
            std::vector<float>& copy = copies[2 * m + 1];
            for (const Number g : gradients[m])
                copy.push_back(static_cast<float>(g));
            slopes.emplace_back(copy);
        }
    }
    using masks = std::span<const std::vector<std::uint8_t>>;
    sensitivity_.observe(weights, slopes, regrows ? masks(masks_) : masks());
}

ESPALIER_INLINE void pruner::write_as_in_hardware()
{
    ensure_in_place();
    for (std::size_t m = 0; m < matrices(); ++m)
        network_.weights[m].update([&](auto weights) {
            const precision& format = selection_.groups_of(m).matrix().weight;
            for (std::size_t i = 0; i < weights.size(); ++i)
                weights[i] = static_cast<std::remove_reference_t<decltype(weights[i])>>(
                    in_hardware(static_cast<double>(weights[i]), format,
                        static_cast<weight_state>(masks_[m][i])));
        });
}

ESPALIER_INLINE pruner::hardware_weights pruner::as_in_hardware()
{
    return hardware_weights(*this);
}

ESPALIER_INLINE pruner::hardware_weights::hardware_weights(pruner& of) : of_(&of)
{
    for (const weight_view& view : of.network_.weights)
        saved_.push_back(view.save());
    of.write_as_in_hardware();
}

// Memory may run out even here, where there is no way on without the weights.
// NOLINTNEXTLINE(bugprone-exception-escape)
ESPALIER_INLINE pruner::hardware_weights::~hardware_weights()
{
    for (std::size_t m = 0; m < saved_.size(); ++m)
        of_->network_.weights[m].restore(saved_[m]);
}

ESPALIER_INLINE void pruner::keep_best()
{
    best_ = {};
    best_.masks = masks_;
    for (const weight_view& view : network_.weights)
        best_.weights.push_back(view.save());
    for (const state_part& part : network_.state)
        best_.state.push_back(part.save());
    for (std::size_t m = 0; m < matrices() && options_.permute_inputs; ++m)
        best_.orders.emplace_back(orders_.of(m).channels().begin(), orders_.of(m).channels().end());
}

ESPALIER_INLINE void pruner::put_back(const network_snapshot& snapshot)
{
    for (std::size_t m = 0; m < matrices(); ++m)
        network_.weights[m].restore(snapshot.weights[m]);
    for (std::size_t k = 0; k < network_.state.size(); ++k)
        network_.state[k].restore(snapshot.state[k]);
    masks_ = snapshot.masks;
    for (std::size_t m = 0; m < snapshot.orders.size(); ++m)
        orders_.set(m, input_permutation(snapshot.orders[m]));
}

ESPALIER_INLINE void pruner::roll_back()
{
    put_back(best_);
}

ESPALIER_INLINE void pruner::close_round()
{
    if (open_)
        *open_ = false;
    open_ = nullptr;
}

ESPALIER_INLINE std::string pruner::last_rejection() const
{
    const auto last =
        std::find_if(history_.rbegin(), history_.rend(), [](const auto& r) { return !r.accepted; });
    if (last == history_.rend())
        return "";
    if (acceptance_.accepts(*baseline_, last->metric))
        return ": the last of those rejected had weights that are not finite";
    return ": the last rejected metric was " + detail::shown(last->metric) + ", the limit is " +
           detail::shown(acceptance_.limit(*baseline_));
}

ESPALIER_INLINE void pruner::stop(std::string reason)
{
    stopped_because_ = std::move(reason);
    roll_back();
}

} // namespace espalier
