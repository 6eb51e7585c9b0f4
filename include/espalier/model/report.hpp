// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/device.hpp>
#include <espalier/model/json_string.hpp>
#include <espalier/model/timing.hpp>
#include <espalier/model/unrolling.hpp>
#include <espalier/model/utilization.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/model/zeros.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a person asks of a design, on one page: every weight matrix with its shape, its need and its
// timing, the sum, and the sum against a device. As text for a terminal, as a Markdown table for a
// pull request, as JSON for a script; the three say the same.

namespace espalier {

/// One weight matrix of a report.
struct report_row {
    std::string name; ///< as name_of; a layer without a name is called after its position
    weight_matrix matrix{};
    resources need{};
    espalier::timing timing{};
};

/// A weight matrix of which HLS is asked to unroll more than it does (unrolling.hpp).
struct report_warning {
    std::string name; ///< of the matrix
    std::int64_t unrolled = 0;
    std::int64_t smallest_reuse_factor = 0; ///< within the limit; 0: none is
};

/// The need of layers on a device. A network converts to the span of layers, so
/// `resource_report(network<…>, device::xcvu9p).text()` is a report of a compile-time network.
class resource_report {
public:
    /// The DSP family is the device's, whatever the policy says.
    /// \throws std::invalid_argument if there is no layer, a layer is not sound or not legal or its
    ///         precision is swapped, two layers have one name, or a headroom or
    ///         shell is impossible
    explicit resource_report(std::span<const layer_spec> layers, const device& d,
        const headroom& fill = whole_device, cost_policy policy = {})
        : device_(d), fill_(fill), limit_(usable(d, fill))
    {
        ensure(!layers.empty(), "a network has at least one layer");
        ensure_distinct_names(layers);
        policy = costs_on(d, policy);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            ensure_sound_and_legal(layers[i]);
            ensure_not_swapped(layers[i]);
            const layer_spec layer = named(layers[i], i);
            for (const weight_matrix& m : matrices_of(layer)) {
                rows_.push_back({name_of(m), m, cost(m, policy), timing_of(layer, m)});
                need_ += rows_.back().need;
                if (unrolled(m) > most_unrolled)
                    warnings_.push_back({name_of(m), unrolled(m), reuse_factor_within(m)});
                weights_ += m.weights();
                multipliers_ += m.multipliers() * m.copies;
            }
        }
        timing_ = timing_of(layers);
    }

    [[nodiscard]] const std::vector<report_row>& rows() const { return rows_; }
    [[nodiscard]] const resources& need() const { return need_; }
    [[nodiscard]] const espalier::timing& timing() const { return timing_; }
    [[nodiscard]] const std::vector<report_warning>& warnings() const { return warnings_; }
    [[nodiscard]] espalier::utilization utilization() const { return {need_, limit_}; }

    /// Two aligned tables for a terminal, and one of warnings if there are any.
    [[nodiscard]] std::string text() const
    {
        return "Device: " + printable(device_.name.view()) + fill_note() + "\n\n" +
               aligned(matrix_table()) + '\n' + aligned(use_table()) + '\n' +
               (warnings_.empty() ? "" : warning() + aligned(warning_table()) + '\n') + verdict() +
               '\n';
    }

    /// The same tables in Markdown.
    [[nodiscard]] std::string markdown() const
    {
        return "Device: " + escaped(printable(device_.name.view())) + fill_note() + "\n\n" +
               piped(matrix_table()) + '\n' + piped(use_table()) + '\n' +
               (warnings_.empty() ? "" : warning() + piped(warning_table()) + '\n') + verdict() +
               '\n';
    }

    /// One JSON object (RFC 8259): device, headroom, matrices, total, utilization, warnings, fits.
    /// Block RAM is given in RAMB18 (`bram18`, an integer) and in 36-Kb blocks (`bram`).
    [[nodiscard]] std::string json() const
    {
        std::string out = "{\n  \"device\": {\"name\": " + json_string(device_.name.view());
        out += ", \"dsp_family\": " + json_string(to_string(device_.dsp));
        out += ", \"dies\": " + std::to_string(device_.dies) + "},\n";
        out +=
            "  \"headroom\": {\"dsp\": " + number(fill_.dsp) + ", \"bram\": " + number(fill_.bram);
        out += ", \"lut\": " + number(fill_.lut) + ", \"ff\": " + number(fill_.ff);
        out += ", \"uram\": " + number(fill_.uram) + "},\n  \"matrices\": [";
        const char* separator = "\n    ";
        for (const report_row& row : rows_) {
            const weight_matrix& m = row.matrix;
            out += std::exchange(separator, ",\n    ");
            out += "{\"name\": " + json_string(row.name);
            out += ", \"layer\": " + json_string(m.layer.view());
            out += ", \"role\": " + json_string(to_string(m.role));
            out += ", \"kind\": " + json_string(to_string(m.kind));
            out += ", \"n_in\": " + std::to_string(m.n_in());
            out += ", \"n_out\": " + std::to_string(m.n_out());
            out += ", \"strategy\": " + json_string(to_string(m.strategy));
            out += ", \"saves_zeros\": ";
            out += saves_zeros(m) ? "true" : "false";
            out += ", \"reuse_factor\": " + std::to_string(m.reuse_factor);
            out += ", \"parallelization_factor\": " + std::to_string(m.copies) + ", ";
            out += amounts(m.weights(), m.multipliers() * m.copies, row.need, row.timing) + '}';
        }
        out += "\n  ],\n  \"total\": {" + amounts(weights_, multipliers_, need_, timing_);
        out += "},\n  \"utilization\": [";
        separator = "\n    ";
        for (const resource_use& use : utilization()) {
            out += std::exchange(separator, ",\n    ");
            out += "{\"resource\": " + json_string(to_string(use.kind));
            out += ", \"need\": " + std::to_string(use.need);
            out += ", \"limit\": " + std::to_string(use.limit);
            // JSON has no infinity: null where something is needed of which there is none.
            out += ", \"fraction\": ";
            out += use.has_fraction() ? number(use.fraction()) : "null";
            out += ", \"overflow\": " +
                   std::to_string(std::max<std::int64_t>(use.need - use.limit, 0)) + '}';
        }
        out += "\n  ],\n  \"warnings\": [";
        separator = "\n    ";
        for (const report_warning& w : warnings_) {
            out += std::exchange(separator, ",\n    ");
            out += "{\"matrix\": " + json_string(w.name);
            out += ", \"unrolled\": " + std::to_string(w.unrolled);
            out += ", \"limit\": " + std::to_string(most_unrolled);
            out += ", \"smallest_reuse_factor\": ";
            out += w.smallest_reuse_factor > 0 ? std::to_string(w.smallest_reuse_factor) : "null";
            out += '}';
        }
        return out +=
               std::string("\n  ],\n  \"fits\": ") + (utilization() ? "true" : "false") + "\n}\n";
    }

private:
    /// Cells row by row, the heading first. The first `left` columns are words, the others numbers.
    struct table {
        std::size_t left = 0;
        std::vector<std::vector<std::string>> rows{};
    };

    // std::to_chars and not printf, whose decimal point depends on the locale.
    [[nodiscard]] static std::string number(double value)
    {
        char text[40];
        return {text, std::to_chars(text, text + sizeof text, value).ptr};
    }
    [[nodiscard]] static std::string one_decimal(double value)
    {
        char text[400];
        return {
            text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 1).ptr};
    }
    /// RAMB18 in 36-Kb blocks: 7 → "3.5".
    [[nodiscard]] static std::string blocks(std::int64_t bram18)
    {
        return std::to_string(bram18 / 2) + (bram18 % 2 != 0 ? ".5" : "");
    }
    [[nodiscard]] static std::string percent(const resource_use& use)
    {
        return use.has_fraction() ? one_decimal(100 * use.fraction()) : "-";
    }

    /// A name without line breaks and other control characters, which would tear a table.
    [[nodiscard]] static std::string printable(std::string_view name)
    {
        std::string text(name);
        for (char& c : text)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                c = '?';
        return text;
    }
    [[nodiscard]] static std::string escaped(std::string_view text)
    {
        std::string result;
        for (const char c : text) {
            if (c == '|' || c == '\\' || c == '*' || c == '`' || c == '<')
                result += '\\';
            result += c;
        }
        return result;
    }

    [[nodiscard]] std::string fill_note() const
    {
        if (fill_ == whole_device)
            return "";
        return ", filled to " + one_decimal(100 * fill_.dsp) + " % of its DSP, " +
               one_decimal(100 * fill_.bram) + " % BRAM, " + one_decimal(100 * fill_.lut) +
               " % LUT, " + one_decimal(100 * fill_.ff) + " % FF, " +
               one_decimal(100 * fill_.uram) + " % URAM";
    }
    [[nodiscard]] std::string verdict() const
    {
        return std::string(utilization() ? "It fits." : "It does not fit.") +
               " DSP and BRAM are counted, LUT, FF and latency estimated." + zeros_note();
    }

    [[nodiscard]] std::string zeros_note() const
    {
        const bool saves_all = std::all_of(rows_.begin(), rows_.end(),
            [](const report_row& row) { return saves_zeros(row.matrix); });
        return saves_all ? ""
                         : std::string("\nZeros free nothing here: ") + zeros_are_multiplied + '.';
    }

    [[nodiscard]] table matrix_table() const
    {
        table t{.left = 4};
        t.rows.push_back({"matrix", "kind", "shape", "strategy", "RF", "PF", "weights",
            "multipliers", "DSP", "BRAM", "LUT", "FF", "II", "latency"});
        for (const report_row& row : rows_) {
            const weight_matrix& m = row.matrix;
            t.rows.push_back({printable(row.name), std::string(to_string(m.kind)),
                std::to_string(m.n_in()) + "x" + std::to_string(m.n_out()),
                std::string(to_string(m.strategy)), std::to_string(m.reuse_factor),
                std::to_string(m.copies), std::to_string(m.weights()),
                std::to_string(m.multipliers() * m.copies), std::to_string(row.need.dsp),
                blocks(row.need.bram18), std::to_string(row.need.lut), std::to_string(row.need.ff),
                std::to_string(row.timing.interval), std::to_string(row.timing.latency)});
        }
        t.rows.push_back({"total", "", "", "", "", "", std::to_string(weights_),
            std::to_string(multipliers_), std::to_string(need_.dsp), blocks(need_.bram18),
            std::to_string(need_.lut), std::to_string(need_.ff), std::to_string(timing_.interval),
            std::to_string(timing_.latency)});
        return t;
    }
    [[nodiscard]] table use_table() const
    {
        table t{.left = 1};
        t.rows.push_back({"resource", "need", "limit", "%", "too many"});
        for (const resource_use& use : utilization()) {
            const auto amount = [&use](std::int64_t value) {
                return use.kind == resource::bram18 ? blocks(value) : std::to_string(value);
            };
            t.rows.push_back(
                {use.kind == resource::bram18 ? "BRAM" : std::string(to_string(use.kind)),
                    amount(use.need), amount(use.limit), percent(use),
                    use.overflows() ? amount(use.need - use.limit) : ""});
        }
        return t;
    }

    [[nodiscard]] static std::string warning()
    {
        return "Warning: HLS unrolls and partitions to at most " + std::to_string(most_unrolled) +
               " parts.\n\n";
    }
    [[nodiscard]] table warning_table() const
    {
        table t{.left = 1};
        t.rows.push_back({"matrix", "parts", "smallest RF within"});
        for (const report_warning& w : warnings_)
            t.rows.push_back({printable(w.name), std::to_string(w.unrolled),
                w.smallest_reuse_factor > 0 ? std::to_string(w.smallest_reuse_factor) : "none"});
        return t;
    }

    /// Columns on a screen: bytes that do not continue a UTF-8 sequence.
    [[nodiscard]] static std::size_t length(std::string_view text)
    {
        return static_cast<std::size_t>(std::count_if(text.begin(), text.end(),
            [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    }
    [[nodiscard]] static std::string aligned(const table& t)
    {
        std::vector<std::size_t> widths(t.rows.front().size());
        for (const auto& row : t.rows)
            for (std::size_t c = 0; c < row.size(); ++c)
                widths[c] = std::max(widths[c], length(row[c]));
        std::string text;
        for (const auto& row : t.rows) {
            std::string line;
            for (std::size_t c = 0; c < row.size(); ++c) {
                const std::string spaces(widths[c] - length(row[c]), ' ');
                line += (c == 0 ? "" : "  ") + (c < t.left ? row[c] + spaces : spaces + row[c]);
            }
            line.erase(line.find_last_not_of(' ') + 1);
            text += line + '\n';
        }
        return text;
    }
    [[nodiscard]] static std::string piped(const table& t)
    {
        std::string text;
        for (std::size_t r = 0; r < t.rows.size(); ++r) {
            text += '|';
            for (const std::string& cell : t.rows[r])
                text += ' ' + escaped(cell) + " |";
            text += '\n';
            if (r > 0)
                continue;
            text += '|';
            for (std::size_t c = 0; c < t.rows[r].size(); ++c)
                text += c < t.left ? " --- |" : " ---: |";
            text += '\n';
        }
        return text;
    }

    [[nodiscard]] static std::string amounts(std::int64_t weights, std::int64_t multipliers,
        const resources& need, const espalier::timing& t)
    {
        return "\"weights\": " + std::to_string(weights) +
               ", \"multipliers\": " + std::to_string(multipliers) +
               ", \"dsp\": " + std::to_string(need.dsp) +
               ", \"bram18\": " + std::to_string(need.bram18) +
               ", \"bram\": " + blocks(need.bram18) + ", \"lut\": " + std::to_string(need.lut) +
               ", \"ff\": " + std::to_string(need.ff) + ", \"uram\": " + std::to_string(need.uram) +
               ", \"interval\": " + std::to_string(t.interval) +
               ", \"latency\": " + std::to_string(t.latency);
    }

    device device_;
    headroom fill_;
    resources limit_;
    std::vector<report_row> rows_;
    std::vector<report_warning> warnings_;
    resources need_{};
    std::int64_t weights_ = 0;
    std::int64_t multipliers_ = 0;
    espalier::timing timing_{};
};

} // namespace espalier
