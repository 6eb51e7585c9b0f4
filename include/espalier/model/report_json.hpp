// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/json_string.hpp>
#include <espalier/model/report.hpp>
#include <espalier/model/text_table.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// A report as JSON.

namespace espalier {

namespace detail {

struct report_json {
    const resource_report& report;

    [[nodiscard]] std::string written() const
    {
        const device& d = report.device_;
        const headroom& fill = report.fill_;
        std::string out = "{\n  \"device\": {\"name\": " + json_string(d.name.view());
        out += ", \"dsp_family\": " + json_string(to_string(d.dsp));
        out += ", \"dies\": " + std::to_string(d.dies) + "},\n";
        out += "  \"policy\": " + json_string(report.policy_) + ",\n";
        out += "  \"headroom\": {\"dsp\": " + shortest(fill.dsp) +
               ", \"bram\": " + shortest(fill.bram) + ", \"lut\": " + shortest(fill.lut) +
               ", \"ff\": " + shortest(fill.ff) + ", \"uram\": " + shortest(fill.uram) + "},\n";
        out += "  \"matrices\": " + list(report.rows_, [](const report_row& row) {
            return row.matrix ? matrix(row) : "";
        });
        out += ",\n  \"others\": " + list(report.rows_, [](const report_row& row) {
            return row.matrix ? ""
                              : "{\"name\": " + json_string(row.name) +
                                    ", \"kind\": " + json_string(row.kind) + ", " +
                                    needs(row.need) + ", " + cycles(row.timing) + '}';
        });
        out += ",\n  \"total\": {" + sizes(report.weights_, report.multipliers_) + ", " +
               needs(report.need_) + ", " + cycles(report.timing_);
        if (report.is_pruned_)
            out += ", \"pruned\": {" + needs(report.pruned_need_) + '}';
        out += "},\n  \"utilization\": " + list(report.utilization(), use);
        if (report.has_ranges())
            out += ",\n  \"reports\": " +
                   list(report_figures, [this](report_figure f) { return range(f); });
        out += ",\n  \"warnings\": " + list(report.warnings_, warning);
        out += ",\n  \"not_modelled\": " + list(not_modelled, json_string);
        out += std::string(",\n  \"fits\": ") + (report.utilization() ? "true" : "false");
        return out + "\n}\n";
    }

private:
    /// "[…, …]" of what is not empty.
    template <class Range, class Write>
    [[nodiscard]] static std::string list(const Range& range, const Write& write)
    {
        std::string out = "[";
        const char* separator = "\n    ";
        for (const auto& element : range) {
            const std::string text = write(element);
            if (!text.empty())
                out += std::exchange(separator, ",\n    ") + text;
        }
        return out + "\n  ]";
    }
    [[nodiscard]] static std::string needs(const resources& need)
    {
        return "\"dsp\": " + std::to_string(need.dsp) +
               ", \"bram18\": " + std::to_string(need.bram18) +
               ", \"bram\": " + blocks(need.bram18) + ", \"lut\": " + std::to_string(need.lut) +
               ", \"ff\": " + std::to_string(need.ff) + ", \"uram\": " + std::to_string(need.uram);
    }
    [[nodiscard]] static std::string cycles(const espalier::timing& t)
    {
        return "\"interval\": " + std::to_string(t.interval) +
               ", \"latency\": " + std::to_string(t.latency);
    }
    [[nodiscard]] static std::string sizes(std::int64_t weights, std::int64_t multipliers)
    {
        return "\"weights\": " + std::to_string(weights) +
               ", \"multipliers\": " + std::to_string(multipliers);
    }
    [[nodiscard]] static std::string matrix(const report_row& row)
    {
        const weight_matrix& m = *row.matrix;
        std::string out = "{\"name\": " + json_string(row.name);
        out += ", \"layer\": " + json_string(m.layer.view());
        out += ", \"role\": " + json_string(to_string(m.role));
        out += ", \"kind\": " + json_string(row.kind);
        out += ", \"n_in\": " + std::to_string(m.n_in());
        out += ", \"n_out\": " + std::to_string(m.n_out());
        out += ", \"strategy\": " + json_string(to_string(m.strategy));
        out += ", \"saves_zeros\": ";
        out += saves_zeros(m) ? "true" : "false";
        out += ", \"reuse_factor\": " + std::to_string(m.reuse_factor);
        out += ", \"legal_reuse_factors\": ";
        if (m.strategy == strategy::latency) {
            out += "{\"from\": 1, \"to\": " + std::to_string(m.weights()) + '}';
        } else {
            const char* separator = "[";
            for (const std::int64_t rf : legal_reuse_factors(m))
                out += std::exchange(separator, ", ") + std::to_string(rf);
            out += *separator == '[' ? "[]" : "]";
        }
        out += ", \"parallelization_factor\": " + std::to_string(m.copies) + ", ";
        out += sizes(m.weights(), m.multipliers() * m.copies) + ", " + needs(row.need) + ", " +
               cycles(row.timing);
        if (row.pruned)
            out += ", \"pruned\": {" + needs(*row.pruned) + '}';
        return out + '}';
    }
    [[nodiscard]] static std::string use(const resource_use& u)
    {
        // JSON has no infinity: null where something is needed of which there is none.
        return "{\"resource\": " + json_string(to_string(u.kind)) +
               ", \"need\": " + std::to_string(u.need) + ", \"limit\": " + std::to_string(u.limit) +
               ", \"fraction\": " + (u.has_fraction() ? shortest(u.fraction()) : "null") +
               ", \"overflow\": " + std::to_string(std::max<std::int64_t>(u.need - u.limit, 0)) +
               '}';
    }
    /// Between what eight of ten reports would be; block RAM in RAMB18.
    [[nodiscard]] std::string range(report_figure f) const
    {
        const auto [least, most] = report.range_of(f);
        return "{\"figure\": " + json_string(f == report_figure::bram18 ? "RAMB18" : to_string(f)) +
               ", \"model\": " + std::to_string(report.model_says(f)) +
               ", \"from\": " + shortest(least) + ", \"to\": " + shortest(most) + '}';
    }
    [[nodiscard]] static std::string warning(const report_warning& w)
    {
        return "{\"matrix\": " + json_string(w.name) +
               ", \"unrolled\": " + std::to_string(w.unrolled) +
               ", \"limit\": " + std::to_string(most_unrolled) + ", \"smallest_reuse_factor\": " +
               (w.smallest_reuse_factor > 0 ? std::to_string(w.smallest_reuse_factor) : "null") +
               '}';
    }
};

} // namespace detail

inline std::string resource_report::json() const
{
    return detail::report_json{*this}.written();
}

} // namespace espalier
