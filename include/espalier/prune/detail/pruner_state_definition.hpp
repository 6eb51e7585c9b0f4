// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/linkage.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/acceptance.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/pruner_state.hpp>
#include <espalier/prune/schedule.hpp>
#include <espalier/prune/selection.hpp>
#include <espalier/prune/sensitivity.hpp>
#include <espalier/prune/trainee.hpp>
#include <espalier/prune/weight_view.hpp>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// How a pruner becomes a value and goes on from one. Of the options there are facts, so that a run
// is not continued by another one; where a structure is taken apart into all of its members, a new
// member does not compile until somebody has said whether it is a fact.

namespace espalier {

namespace detail {

/// Numbers to the last bit, so that equal texts are equal values.
template <class Value>
[[nodiscard]] std::string fact_value(const Value& value)
{
    if constexpr (std::convertible_to<const Value&, std::string_view>) {
        return std::string(std::string_view(value));
    } else if constexpr (std::same_as<Value, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::floating_point<Value>) {
        char text[32];
        return {text, std::to_chars(text, std::end(text), value).ptr};
    } else if constexpr (std::is_enum_v<Value>) {
        return std::to_string(static_cast<int>(value));
    } else {
        return std::to_string(value);
    }
}

[[nodiscard]] inline std::string fact_value(const precision& p)
{
    return (p.is_signed ? "fixed<" : "ufixed<") + std::to_string(p.width) + ", " +
           std::to_string(p.integer) + '>';
}

/// A function cannot be asked what it is.
[[nodiscard]] inline std::string fact_value(const ranker& by)
{
    return by.is_function() ? "of one's own" : std::to_string(static_cast<int>(by.by()));
}

class fact_list {
public:
    template <class Value>
    void add(std::string what, const Value& value)
    {
        facts_.push_back({std::move(what), fact_value(value)});
    }
    [[nodiscard]] std::vector<pruner_fact> take() { return std::move(facts_); }

private:
    std::vector<pruner_fact> facts_;
};

inline void add_facts(fact_list& facts, const grouping& groups, const weight_view& view)
{
    const std::string of = " of " + name_of(groups.matrix());
    const auto& [layer, kind, role, gates, units, rows, columns, channels, scheduling, reuse_factor,
        copies, invocations, io, weight, data, accum] = groups.matrix();
    facts.add("kind" + of, to_string(kind));
    facts.add("role" + of, to_string(role));
    facts.add("gates" + of, gates);
    facts.add("units" + of, units);
    facts.add("rows" + of, rows);
    facts.add("columns" + of, columns);
    facts.add("channels" + of, channels);
    facts.add("strategy" + of, to_string(scheduling));
    facts.add("reuse factor" + of, reuse_factor);
    facts.add("copies" + of, copies);
    facts.add("invocations" + of, invocations);
    facts.add("io_stream" + of, io == io_type::io_stream);
    facts.add("weight precision" + of, weight);
    facts.add("data precision" + of, data);
    facts.add("accum precision" + of, accum);
    const auto& [structure, memory, block_outputs, block_inputs, streams] = groups.how();
    facts.add("structure" + of, to_string(structure));
    facts.add("packed memory" + of, memory == memory_layout::packed);
    facts.add("block outputs" + of, block_outputs);
    facts.add("block inputs" + of, block_inputs);
    facts.add("streams" + of, streams);
    facts.add("layout" + of, to_string(view.order()));
    facts.add("bytes of the weights" + of, view.bytes());
}

inline void add_facts(fact_list& facts, const cost_policy& costs)
{
    const auto& [dsp, lut_below, lut_below_wide, lut_below_weight, lut_below_sum, fused_additions,
        memory, constants, gates, streams, fabric] = costs;
    facts.add("cost policy, dsp", to_string(dsp));
    facts.add("cost policy, lut_below", lut_below);
    facts.add("cost policy, lut_below_wide", lut_below_wide);
    facts.add("cost policy, lut_below_weight", lut_below_weight);
    facts.add("cost policy, lut_below_sum", lut_below_sum);
    facts.add("cost policy, fused_additions", fused_additions);
    const auto& [shapes, sign_bits, min_depth, min_bits, output_index] = memory;
    facts.add("cost policy, memory shapes", shapes);
    facts.add("cost policy, memory sign_bits", sign_bits);
    facts.add("cost policy, memory min_depth", min_depth);
    facts.add("cost policy, memory min_bits", min_bits);
    facts.add("cost policy, memory output_index", output_index);
    const auto& [rule, max_digits, share_equal] = constants;
    facts.add("cost policy, constants rule", rule);
    facts.add("cost policy, constants max_digits", max_digits);
    facts.add("cost policy, constants share_equal", share_equal);
    facts.add("cost policy, gates", gates);
    facts.add("cost policy, streams", streams);
    const auto& [fabric_rule, own_selectors, lut_percent, ff_percent, accum_rounding,
        accum_overflow, clock_ps] = fabric;
    facts.add("cost policy, fabric rule", fabric_rule);
    facts.add("cost policy, fabric own_selectors", own_selectors);
    facts.add("cost policy, fabric lut_percent", lut_percent);
    facts.add("cost policy, fabric ff_percent", ff_percent);
    facts.add("cost policy, fabric accum_rounding", to_string(accum_rounding));
    facts.add("cost policy, fabric accum_overflow", to_string(accum_overflow));
    facts.add("cost policy, fabric clock_ps", clock_ps);
}

/// A schedule is a function, so it is asked what it would do.
/// \param target  as parts of the network
inline void add_facts(
    fact_list& facts, const schedule& plan, const reduction& target, std::size_t patience)
{
    facts.add("target is absolute", plan.target().is_absolute());
    each_prunable(
        [&](const char* resource, double part, double speed) {
            facts.add(std::string("target, ") + resource, part);
            facts.add(std::string("speed, ") + resource, speed);
        },
        target, plan.speed());
    constexpr std::size_t far_enough = 256; // a schedule of one's own may never end
    for (const bool accepted : {true, false}) {
        std::vector<trial> trials;
        std::optional<double> progress = plan.next(trials);
        while (
            progress && trials.size() < (accepted ? far_enough : std::min(far_enough, patience))) {
            facts.add("schedule, round " + std::to_string(trials.size() + 1) +
                          (accepted ? " where all are accepted" : " where all are rejected"),
                *progress);
            trials.push_back({*progress, accepted});
            progress = plan.next(trials);
        }
        facts.add(accepted ? "schedule, rounds where all are accepted"
                           : "schedule, rounds where all are rejected",
            trials.size());
    }
}

} // namespace detail

ESPALIER_INLINE std::vector<pruner_fact> pruner::facts() const
{
    detail::fact_list facts;
    facts.add("weight matrices", matrices());
    for (std::size_t m = 0; m < matrices(); ++m)
        facts.add("name of matrix " + std::to_string(m), name_of(selection_.groups_of(m).matrix()));
    for (std::size_t m = 0; m < matrices(); ++m)
        detail::add_facts(facts, selection_.groups_of(m), network_.weights[m]);
    for (std::size_t m = 0; m < matrices(); ++m) {
        const auto& [of, structure, rank_by, normalize_by, keep_at_least, keep_share] =
            selection_.rule_of(m); // the structure is one of the grouping's facts
        facts.add("rank_by of " + of, detail::fact_value(ranker_of(m)));
        facts.add("normalize_by of " + of, normalize_by.value_or(options_.normalize_by));
        facts.add(
            "keep_at_least of " + of, keep_at_least.value_or(options_.selection.keep_at_least));
        facts.add("keep_share of " + of, keep_share.value_or(0));
    }
    facts.add("parts of the state", network_.state.size());
    for (const state_part& part : network_.state)
        facts.add("name of a part of the state", part.name());
    for (const state_part& part : network_.state)
        if (part.bytes())
            facts.add("bytes of " + part.name(), *part.bytes());

    // Not the solver, a function that cannot be asked; and how implausible a metric may be decides
    // what is refused, not what comes out.
    const auto& [plan, shares, direction, tolerated, noise, implausible_factor, patience,
        regularization, rank_by, normalize_by, selecting, regrowth, permuting, solver] = options_;
    detail::add_facts(facts, plan, target_, patience);
    facts.add("scope", shares);
    facts.add("metric is a loss", direction == metric_direction::loss);
    facts.add("tolerance is relative", tolerated.is_relative());
    facts.add("tolerance", tolerated.amount());
    facts.add("noise", noise);
    facts.add("patience", patience);
    facts.add("regularization", regularization);
    // What rules may change is among the facts of each matrix.
    const auto& [structure, costs, keep_at_least, custom, rules] = selecting;
    detail::add_facts(facts, costs);
    if (regrowth > 0) // else as the state of a pruner that knew of none
        facts.add("regrowth", regrowth);
    if (permuting) // else as the state of a pruner that knew of no orders
        facts.add("steps of the search for an order of inputs", permuting->steps);
    facts.add("resources of one's own", custom.size());
    for (std::size_t k = 0; k < custom.size(); ++k)
        facts.add("total of " + custom[k].name, selection_.total().custom[k]);
    return facts.take();
}

ESPALIER_INLINE pruner_state pruner::save() const
{
    ensure(baseline_.has_value(), "a pruner is saved after its baseline");
    pruner_state state{.facts = facts(),
        .baseline = *baseline_,
        .history = history_,
        .trials = trials_,
        .stopped_because = stopped_because_,
        .accepted = best_,
        .rejected_masks = rejected_masks_};
    if (open_)
        state.history.pop_back();
    const sensitivity& observed = accepted_sensitivity_;
    state.observed_batches = observed.batches();
    for (std::size_t m = 0; m < matrices() && observed.batches() > 0; ++m)
        state.observed_sums.emplace_back(observed.sums(m).begin(), observed.sums(m).end());
    return state;
}

ESPALIER_INLINE void pruner::resume(const pruner_state& state)
{
    ensure(!baseline_, "a pruner resumes in place of its baseline, before the first round");
    ensure_in_place();
    const std::vector<pruner_fact> own = facts();
    for (std::size_t k = 0; k < std::max(own.size(), state.facts.size()); ++k) {
        const pruner_fact none{"nothing more", ""};
        const pruner_fact& saved = k < state.facts.size() ? state.facts[k] : none;
        const pruner_fact& here = k < own.size() ? own[k] : none;
        ensure(saved == here, "a pruner resumes with the network and the options it was saved with",
            given{"what differs", std::string_view(here.what)},
            given{"saved", std::string_view(saved.what == here.what ? saved.value : saved.what)},
            given{"now", std::string_view(here.value)});
    }
    ensure_baseline(acceptance_, state.baseline);
    const auto ensure_sizes = [this](const char* of, const auto& given_sizes, bool may_be_empty) {
        const bool is_absent = may_be_empty && given_sizes.empty();
        ensure(is_absent || given_sizes.size() == matrices(),
            "a saved pruner has something of every matrix", given{"of", std::string_view(of)},
            given{"given", given_sizes.size()}, given{"matrices", matrices()});
        for (std::size_t m = 0; m < given_sizes.size(); ++m)
            ensure(given_sizes[m].size() == masks_[m].size(),
                "a saved pruner has something of every weight", given{"of", std::string_view(of)},
                given{"layer", layer_of(m)}, given{"given", given_sizes[m].size()},
                given{"weights", masks_[m].size()});
    };
    ensure_sizes("masks", state.accepted.masks, false);
    ensure_sizes("rejected_masks", state.rejected_masks, true);
    ensure_sizes("observed_sums", state.observed_sums, state.observed_batches == 0);
    ensure(state.accepted.weights.size() == matrices() &&
               state.accepted.state.size() == network_.state.size(),
        "a saved pruner has the weights of every matrix and every part of the state",
        given{"weights", state.accepted.weights.size()},
        given{"parts", state.accepted.state.size()});
    const auto& orders = state.accepted.orders;
    ensure(orders.size() == (options_.permute_inputs ? matrices() : 0),
        "a saved pruner has an order of inputs for every matrix, or for none if it permutes none",
        given{"orders", orders.size()}, given{"matrices", matrices()});

    // A part of the state may still refuse what it is given, and an order may be none. This takes
    // back what was put back by then, without a catch: builds without exceptions have none.
    keep_best();
    std::unique_ptr<pruner, void (*)(pruner*)> undo(this, [](pruner* p) { p->roll_back(); });
    put_back(state.accepted);
    (void)undo.release();

    best_ = state.accepted;
    baseline_ = state.baseline;
    history_ = state.history;
    trials_ = state.trials;
    stopped_because_ = state.stopped_because;
    rejected_masks_ = state.rejected_masks;
    sensitivity_ = sensitivity(sensitivity_, state.observed_sums, state.observed_batches);
    accepted_sensitivity_ = sensitivity_;
    const auto last_accepted =
        std::find_if(history_.rbegin(), history_.rend(), [](const auto& r) { return r.accepted; });
    bad_trials_ = static_cast<std::size_t>(last_accepted - history_.rbegin());
}

} // namespace espalier
