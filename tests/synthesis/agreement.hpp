// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "prediction.hpp"
#include "reports.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// How far predictions are from reports, by group and quantity, and separately for the repositories
// that constants of the model were fitted on.

namespace synthesis {

/// The repositories whose rows the constants of the resource strategy were fitted on.
inline constexpr std::array<std::string_view, 2> fitted_repositories{
    "uw-acme/HLS4ML_VS_MANUAL", "RishThakkar/PokerML"};

inline bool is_fitted(const report& row)
{
    return std::find(fitted_repositories.begin(), fitted_repositories.end(), row.text("source")) !=
           fitted_repositories.end();
}

/// One figure of one row.
struct sample {
    std::string group; ///< "latency, RF = 1"
    std::string kind;  ///< "dense", "convolution", "recurrent"
    std::string quantity;
    std::string row; ///< "12 owner/name 64×32 RF 4"
    bool fitted = false;
    double predicted = 0;
    double reported = 0;

    /// Relative to the report; of what was not reported at all, the prediction itself.
    [[nodiscard]] double error() const { return (predicted - reported) / std::max(reported, 1.0); }
};

inline constexpr std::array<std::string_view, 7> quantities{
    "DSP", "BRAM", "LUT", "FF", "II", "latency", "layer II"};

/// All figures of all rows of C synthesis that are a layer or a kernel.
inline std::vector<sample> samples_of(const std::vector<report>& rows)
{
    std::vector<sample> samples;
    for (const report& row : rows) {
        if (row.text("unit") == "network")
            continue;
        const figures predicted = predict(row, rows);
        const layer_spec s = layer_of(row);
        const bool once = row.integer("reuse_factor") == 1;
        sample common{.group = row.text("strategy") + (once ? ", RF = 1" : ", RF > 1"),
            .kind = is_recurrent(s.kind)     ? "recurrent"
                    : is_convolution(s.kind) ? "convolution"
                                             : "dense",
            .quantity = {},
            .row = row.text("id") + " " + row.text("source") + " " + row.text("n_in") + "×" +
                   row.text("n_out") + " RF " + row.text("reuse_factor"),
            .fitted = is_fitted(row)};
        if (common.kind == "recurrent")
            common.group = "recurrent";
        const auto add = [&](std::string_view quantity, std::int64_t model, double reported) {
            common.quantity = quantity;
            common.predicted = static_cast<double>(model);
            common.reported = reported;
            samples.push_back(common);
        };
        add("DSP", predicted.need.dsp, row.real("DSP"));
        add("BRAM", predicted.need.bram18, row.real("BRAM_18K"));
        add("LUT", predicted.need.lut, row.real("LUT"));
        add("FF", predicted.need.ff, row.real("FF"));
        add("II", predicted.cycles.interval, row.real("II"));
        add("latency", predicted.cycles.latency, row.real("latency"));
        if (predicted.layer_interval)
            add("layer II", *predicted.layer_interval, row.real("layer_II"));
    }
    return samples;
}

/// Errors of a set of figures, in per cent.
struct agreement {
    std::size_t rows = 0;
    double median = 0;   ///< of the absolute error
    double within10 = 0; ///< share of rows
    double within25 = 0;
};

inline agreement agreement_of(const std::vector<sample>& samples)
{
    agreement result{.rows = samples.size()};
    if (samples.empty())
        return result;
    std::vector<double> errors;
    for (const sample& s : samples)
        errors.push_back(std::abs(s.error()));
    std::sort(errors.begin(), errors.end());
    const auto share = [&](double most) {
        // Rounding of the quotient is not to decide: 9 of 10 is 10 % off.
        return 100.0 *
               static_cast<double>(
                   std::upper_bound(errors.begin(), errors.end(), most + 1e-9) - errors.begin()) /
               static_cast<double>(errors.size());
    };
    const std::size_t half = errors.size() / 2;
    result.median =
        100 * (errors.size() % 2 == 1 ? errors[half] : (errors[half - 1] + errors[half]) / 2);
    result.within10 = share(0.1);
    result.within25 = share(0.25);
    return result;
}

/// A line of the table in docs/model.md.
struct line {
    std::string group;
    std::string rows; ///< "fitted" or "not fitted"
    std::string quantity;
    std::vector<sample> samples;
};

/// Groups, fitted and not, in the order of their first row; quantities in that of the list.
inline std::vector<line> lines_of(const std::vector<sample>& samples, bool by_kind = false)
{
    std::vector<line> lines;
    std::vector<std::string> groups;
    const auto group_of = [&](const sample& s) {
        return by_kind && s.kind != s.group ? s.group + ", " + s.kind : s.group;
    };
    for (const sample& s : samples)
        if (std::find(groups.begin(), groups.end(), group_of(s)) == groups.end())
            groups.push_back(group_of(s));
    std::sort(groups.begin(), groups.end());
    for (const std::string& group : groups)
        for (const bool fitted : {false, true})
            for (const std::string_view quantity : quantities) {
                line l{group, fitted ? "fitted" : "not fitted", std::string(quantity), {}};
                for (const sample& s : samples)
                    if (group_of(s) == group && s.fitted == fitted && s.quantity == quantity)
                        l.samples.push_back(s);
                if (!l.samples.empty())
                    lines.push_back(std::move(l));
            }
    return lines;
}

} // namespace synthesis
