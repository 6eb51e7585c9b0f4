// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grouping_kind.hpp"
#include "labelled_images.hpp"
#include "pruner_log.hpp"
#include "run_log.hpp"
#include "tally.hpp"
#include "torch_training.hpp"

#include <espalier/espalier.hpp>
#include <espalier/stopwatch.hpp>
#include <espalier/with/torch.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// A ladder: one network, pruned to a factor, trained, measured, then pruned on to the next factor
// from there. Weights are those of the hardware in every forward pass (straight-through), and so is
// the network that is measured.

namespace example {

/// From one factor to the next by equal ratios; after the last step, or a rejection, it is over.
struct equal_ratios {
    std::size_t steps = 1;
    double from = 1; ///< times fewer DSPs at the beginning
    double to = 2;   ///< and at the end
    esp::pruning_target target = 0.5;

    [[nodiscard]] std::optional<double> operator()(std::span<const esp::trial> trials) const
    {
        if (esp::rejected_progress(trials))
            return std::nullopt;
        for (std::size_t k = 1; k <= steps; ++k)
            if (const double progress = progress_of(k); progress > esp::accepted_progress(trials))
                return progress;
        return std::nullopt;
    }
    [[nodiscard]] double progress_of(std::size_t step) const
    {
        if (step == steps)
            return 1;
        const double part = static_cast<double>(step) / static_cast<double>(steps);
        return (1 - 1 / (from * std::pow(to / from, part))) / (1 - 1 / to);
    }
};

/// How a network is trained on a ladder.
struct ladder_recipe {
    std::vector<double> factors{20};   ///< times fewer DSPs, ascending
    double bram_factor = 0.5;          ///< times fewer block RAMs, for each of these
    std::size_t first_rounds = 4;      ///< to the first factor
    std::size_t rounds = 1;            ///< to each of the others
    training_options round;            ///< after each step to a factor but the last
    training_options finish;           ///< after the last
    std::int64_t ranking_batches = 50; ///< whose gradients rank the groups before each round
    /// Of what the groups are worth, by layer.
    esp::normalization normalize_by = esp::normalization::none;
    double regrowth = 0; ///< `pruner_options::regrowth`
};

/// What came out at a factor.
struct rung {
    std::uint64_t seed = 0;
    std::string kind{};
    double factor = 0; ///< that was asked for
    double dense_validation = 0;
    double validation = 0;
    double dense_test = 0;
    double test = 0;
    tally dense{};
    tally pruned{};
    double seconds = 0;                      ///< since the rung before
    std::vector<esp::round_record> rounds{}; ///< that led here
    std::vector<logged_layer> layers{};      ///< before, now, and what of the hardware is kept
};

/// A network with all that a ladder needs. Accuracies are parts.
template <class Network>
struct climber {
    Network& net;
    std::span<const esp::layer_spec> layers;
    trainer<Network>& train;
    std::function<double()> validate; ///< of the network as it is
    std::function<double()> test;     ///< in the integers of the hardware
};

/// The pruner from one factor to the next. Where products are built from LUTs, as those of 8 bits
/// are, factors are of these.
inline esp::pruner_options options_of(std::span<const esp::layer_spec> layers,
    const grouping_kind& kind, const ladder_recipe& how, double from, double to)
{
    const double part = 1 - 1 / to;
    const double of_bram = 1 - 1 / std::max(1.0, how.bram_factor * to);
    const bool has_dsp = esp::cost(layers, esp::cost_policy::paper).dsp > 0;
    const esp::pruning_target target(
        has_dsp ? part : 0, to > 1 ? of_bram : 0.5, has_dsp ? 0 : part);
    const esp::schedule schedule =
        from == 1 ? esp::schedule(esp::polynomial{.steps = how.first_rounds, .target = target})
                  : esp::schedule(equal_ratios{
                        .steps = how.rounds, .from = from, .to = to, .target = target});
    return {.schedule = schedule,
        .tolerance = 0.5, // every rung is measured; one that has lost half ends the ladder
        .rank_by = esp::ranking::fisher,
        .normalize_by = how.normalize_by,
        .selection = {.costs = esp::cost_policy::paper, .rules = rules_of(layers, kind)},
        .regrowth = how.regrowth,
        .permute_inputs =
            kind.is_permuted() ? std::optional<esp::order_search>(std::in_place) : std::nullopt};
}

/// Prunes and trains in turns until the factor is reached. At factor 1 it only trains.
template <class Network>
void reach(const climber<Network>& who, esp::pruner& pruner, double factor,
    const ladder_recipe& how, double baseline)
{
    const auto in_hardware = [&] { return pruner.as_in_hardware(); };
    if (factor <= 1)
        return who.train.train("1x", how.finish, {}, in_hardware);
    const auto observe = [&] {
        who.train.look(
            how.ranking_batches, [&] { pruner.observe(esp::gradients_of(who.net, who.layers)); },
            in_hardware);
    };
    pruner.baseline(baseline);
    for (observe(); auto round = pruner.next(); observe()) {
        const bool last = round->meets_target();
        char phase[64];
        std::snprintf(phase, sizeof phase, "%gx, %zu", factor, round->number());
        who.train.train(phase, last ? how.finish : how.round,
            {.after_step = [&] { round->mask(); }}, in_hardware);
        const double metric = [&] {
            const auto hardware = in_hardware();
            return who.validate();
        }();
        pruner.report(metric);
    }
}

/// Moves all weights into another order of inputs.
inline void move(const esp::input_orders& orders, std::span<const esp::weight_view> weights)
{
    for (std::size_t m = 0; m < weights.size(); ++m)
        orders.apply(m, weights[m]);
}

/// Climbs from the dense network until a round is rejected; its weights are left as they are on the
/// last rung, in hardware.
/// \param start    what is known before
/// \param on_rung  called with each rung, while the weights are those of the hardware
/// \throws std::logic_error if the weights are not what the pruner says of them
template <class Network>
void climb(const climber<Network>& who, const grouping_kind& kind, const ladder_recipe& how,
    const rung& start, const std::function<void(const rung&)>& on_rung)
{
    double before = 1;
    esp::trainee trainee = esp::trainee_of(who.net, who.layers);
    for (const double factor : how.factors) {
        const esp::stopwatch clock;
        esp::pruner pruner{who.layers, trainee, options_of(who.layers, kind, how, before, factor)};
        reach(who, pruner, factor, how, start.dense_validation);
        const esp::round_record* accepted = pruner.accepted();
        if (factor > 1 && pruner.progress() < 1) {
            std::printf("%s ends before %gx: %s\n", start.kind.c_str(), factor,
                pruner.stopped_because().c_str());
            return;
        }
        pruner.write_as_in_hardware();
        rung reached = start;
        reached.factor = factor;
        reached.validation = who.validate();
        reached.test = who.test();
        // Hardware is counted from the weights as it takes them.
        move(pruner.orders(), trainee.weights);
        reached.pruned =
            tallies(who.layers, trainee.weights, structures_of(who.layers, kind)).back();
        reached.layers = layers_of(pruner, trainee.weights);
        move(pruner.orders().inverse(), trainee.weights);
        reached.seconds = clock.seconds();
        reached.rounds.assign(pruner.history().begin(), pruner.history().end());
        if (accepted != nullptr) {
            if (reached.pruned.paper.dsp > accepted->usage.dsp ||
                reached.pruned.paper.bram18 > accepted->usage.bram18)
                throw std::logic_error("the weights need more than the pruner says");
            if (reached.validation != accepted->metric)
                throw std::logic_error("the network is not the one that was measured");
        }
        on_rung(reached);
        before = factor;
    }
}

inline void print_rung_header()
{
    std::printf("\n| seed | groups | asked | DSP | | BRAM | | under hls: DSP | | BRAM | | LUT | "
                "weights | validation | points | test | points |\n"
                "|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
}

/// A row of the table.
inline std::string row_of(const rung& r)
{
    const auto number = [](std::int64_t n) { return static_cast<double>(n); };
    const tally& from = r.dense;
    const tally& to = r.pruned;
    char text[512];
    std::snprintf(text, sizeof text,
        "| %llu | %s | %gx | %.0f → %.0f | %s | %g → %g | %s | %.0f → %.0f | %s | %g → %g "
        "| %s | %.0f → %.0f | %lld | %.2f → %.2f %% | %+.2f | %.2f → %.2f %% | %+.2f |",
        static_cast<unsigned long long>(r.seed), r.kind.c_str(), r.factor, number(from.paper.dsp),
        number(to.paper.dsp), factor(number(from.paper.dsp), number(to.paper.dsp)).c_str(),
        from.paper.bram(), to.paper.bram(), factor(from.paper.bram(), to.paper.bram()).c_str(),
        number(from.hls.dsp), number(to.hls.dsp),
        factor(number(from.hls.dsp), number(to.hls.dsp)).c_str(), from.hls.bram(), to.hls.bram(),
        factor(from.hls.bram(), to.hls.bram()).c_str(), number(from.hls.lut), number(to.hls.lut),
        static_cast<long long>(to.weights), 100 * r.dense_validation, 100 * r.validation,
        100 * (r.validation - r.dense_validation), 100 * r.dense_test, 100 * r.test,
        100 * (r.test - r.dense_test));
    return text;
}

/// The rungs of one ladder as the log of a run, in the paper's accounting. Each rung is a round,
/// and the last is what is left.
inline run_log run_of(const std::string& title, std::span<const rung> rungs)
{
    const auto need = [](const tally& t) { return amounts_of(t.paper, t.weights); };
    run_log run{.title = title, .accounting = "paper"};
    for (const rung& r : rungs) {
        run.structure = r.kind;
        run.seed = r.seed;
        run.baseline = {.need = need(r.dense),
            .validation = r.dense_validation,
            .quantized_test = r.dense_test};
        run.pruned = {.need = need(r.pruned), .validation = r.validation, .quantized_test = r.test};
        logged_round round{.need = need(r.pruned), .validation = r.validation};
        if (!r.rounds.empty())
            round.seconds = round.pruner_seconds = 0;
        for (const esp::round_record& each : r.rounds) {
            *round.seconds += each.seconds;
            *round.pruner_seconds += each.pruner_seconds;
        }
        run.rounds.push_back(round);
        run.layers = r.layers;
    }
    return run;
}

inline nlohmann::ordered_json to_json(const tally& t)
{
    const auto amounts = [](const esp::resources& r) {
        return nlohmann::ordered_json{{"dsp", r.dsp}, {"bram", r.bram()}, {"lut", r.lut}};
    };
    return {{"paper", amounts(t.paper)}, {"hls", amounts(t.hls)}, {"weights", t.weights}};
}

inline nlohmann::ordered_json to_json(const rung& r)
{
    nlohmann::ordered_json rounds = nlohmann::ordered_json::array();
    for (const esp::round_record& each : r.rounds)
        rounds.push_back({{"seconds", each.seconds}, {"pruner_seconds", each.pruner_seconds}});
    return {{"seed", r.seed}, {"groups", r.kind}, {"factor", r.factor}, {"dense", to_json(r.dense)},
        {"pruned", to_json(r.pruned)}, {"dense_validation", r.dense_validation},
        {"validation", r.validation}, {"dense_test", r.dense_test}, {"test", r.test},
        {"seconds", r.seconds}, {"rounds", rounds}};
}

} // namespace example
