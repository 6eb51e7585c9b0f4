// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../shared/pruner_log.hpp"
#include "../shared/run_log.hpp"
#include "../shared/tally.hpp"

#include <espalier/espalier.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace jets {

using example::factor;

/// What a network takes under two accountings, summed over folds.
struct need {
    esp::resources paper{};
    esp::resources hls{};

    need& operator+=(const need& other)
    {
        paper += other.paper;
        hls += other.hls;
        return *this;
    }
};

/// One kind of groups on one kind of hardware, pruned by one part, over all folds.
struct outcome {
    std::string structure;
    int bits = 0;
    int reuse_factor = 0;
    double reduction = 0;  ///< percent
    std::size_t folds = 0; ///< that got as far
    need dense{};
    need pruned{};
    double lost_in_training = 0; ///< points, summed over folds; nothing of the test part is in it
    double seconds = 0;          ///< of the last round, summed over folds
    double pruner_seconds = 0;   ///< that pruning took of them
    std::vector<bool> dense_right{};  ///< tested rows
    std::vector<bool> pruned_right{}; ///< the same rows
};

/// A mean and its standard error.
struct estimate {
    double mean = 0;
    double error = 0;
};

/// Of a sum over rows, in percent. The rows are taken as independent; that networks of different
/// folds share most of their training rows is not in the error.
inline estimate estimated(double sum, double squares, double rows)
{
    const double mean = sum / rows;
    return {100 * mean, 100 * std::sqrt((squares / rows - mean * mean) / (rows - 1))};
}

/// Accuracy, percent.
inline estimate accuracy(const std::vector<bool>& right)
{
    double sum = 0;
    for (const bool is_right : right)
        sum += is_right ? 1 : 0;
    return estimated(sum, sum, static_cast<double>(right.size()));
}

/// Accuracy after less before, points. The rows are the same, so the error is that of the
/// differences, and much smaller than that of either accuracy.
inline estimate change(const outcome& o)
{
    double sum = 0;
    double squares = 0;
    for (std::size_t r = 0; r < o.dense_right.size(); ++r) {
        const double difference = (o.pruned_right[r] ? 1 : 0) - (o.dense_right[r] ? 1 : 0);
        sum += difference;
        squares += difference * difference;
    }
    return estimated(sum, squares, static_cast<double>(o.dense_right.size()));
}

inline void print_header()
{
    std::printf(
        "\n| groups | bits | RF | cut | DSP | | BRAM | | LUTs of selectors | hls: DSP | BRAM | LUT "
        "| accuracy | pruned | change |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
}

inline void print(const outcome& o)
{
    const auto folds = static_cast<double>(o.folds);
    const auto dsp = [](const esp::resources& r) { return static_cast<double>(r.dsp); };
    const auto lut = [](const esp::resources& r) { return static_cast<double>(r.lut); };
    const esp::resources& from = o.dense.paper;
    const esp::resources& to = o.pruned.paper;
    const estimate dense = accuracy(o.dense_right);
    const estimate pruned = accuracy(o.pruned_right);
    const estimate changed = change(o);
    std::printf("| %s | %d | %d | %.3g %% | %.0f → %.0f | %s | %.4g → %.4g | %s | %.0f | %s | %s | "
                "%.0f → %.0f | %.1f ± %.1f %% | %.1f ± %.1f %% | %+.2f ± %.2f |\n",
        o.structure.c_str(), o.bits, o.reuse_factor, o.reduction, dsp(from) / folds,
        dsp(to) / folds, factor(dsp(from), dsp(to)).c_str(), from.bram() / folds, to.bram() / folds,
        factor(from.bram(), to.bram()).c_str(), lut(to) / folds,
        factor(dsp(o.dense.hls), dsp(o.pruned.hls)).c_str(),
        factor(o.dense.hls.bram(), o.pruned.hls.bram()).c_str(), lut(o.dense.hls) / folds,
        lut(o.pruned.hls) / folds, dense.mean, dense.error, pruned.mean, pruned.error, changed.mean,
        changed.error);
}

/// The outcomes as logs of runs, one for each kind of groups on each hardware: reductions are
/// rounds, amounts are means over the folds, and accuracies those of the tested rows.
/// \param outcomes  those of one hardware and kind of groups side by side, reductions ascending
inline std::vector<example::run_log> logs_of(const std::vector<outcome>& outcomes)
{
    std::vector<example::run_log> logs;
    for (const outcome& o : outcomes) {
        const auto part = [](const std::vector<bool>& right) { return accuracy(right).mean / 100; };
        const auto mean = [&](const esp::resources& r) {
            const auto folds = static_cast<double>(o.folds);
            return example::amounts{static_cast<double>(r.dsp) / folds, r.bram() / folds,
                static_cast<double>(r.lut) / folds};
        };
        const std::string title = "jets, " + std::to_string(o.bits) + " bits, reuse factor " +
                                  std::to_string(o.reuse_factor);
        if (logs.empty() || logs.back().title != title || logs.back().structure != o.structure)
            logs.push_back({.title = title,
                .structure = o.structure,
                .accounting = "paper",
                .baseline = {.need = mean(o.dense.paper), .test = part(o.dense_right)}});
        example::run_log& log = logs.back();
        log.pruned = {.need = mean(o.pruned.paper), .test = part(o.pruned_right)};
        log.rounds.push_back({.need = log.pruned.need,
            .test = log.pruned.test,
            .seconds = o.seconds / static_cast<double>(o.folds),
            .pruner_seconds = o.pruner_seconds / static_cast<double>(o.folds)});
    }
    return logs;
}

inline nlohmann::ordered_json to_json(const outcome& o)
{
    const auto folds = static_cast<double>(o.folds);
    const auto amounts = [&](const esp::resources& r) {
        return nlohmann::ordered_json{{"dsp", static_cast<double>(r.dsp) / folds},
            {"bram", r.bram() / folds}, {"lut", static_cast<double>(r.lut) / folds}};
    };
    const auto needs = [&](const need& n) {
        return nlohmann::ordered_json{{"paper", amounts(n.paper)}, {"hls", amounts(n.hls)}};
    };
    const auto estimates = [](const estimate& e) {
        return nlohmann::ordered_json{{"mean", e.mean}, {"standard_error", e.error}};
    };
    return {{"structure", o.structure}, {"bits", o.bits}, {"reuse_factor", o.reuse_factor},
        {"reduction", o.reduction}, {"folds", o.folds}, {"rows", o.dense_right.size()},
        {"dense", needs(o.dense)}, {"pruned", needs(o.pruned)},
        {"lost_in_training", o.lost_in_training / folds}, {"seconds", o.seconds / folds},
        {"pruner_seconds", o.pruner_seconds / folds},
        {"dense_accuracy", estimates(accuracy(o.dense_right))},
        {"pruned_accuracy", estimates(accuracy(o.pruned_right))}, {"change", estimates(change(o))}};
}

} // namespace jets
