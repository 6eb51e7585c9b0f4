// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/synthesis_report.hpp>
#include <espalier/model/resources.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

// The text reports of C synthesis: `<module>_csynth.rpt`, one for each module, with the tables
// Latency, Utilization Estimates, Instance and Loop; and `csynth.rpt` of Vitis HLS, one table of
// the whole design. Tables are read by the names of their columns, which differ between versions
// (DSP48E and DSP, with and without URAM and absolute latencies).

namespace espalier {

namespace detail {

/// Lines of a text, one at a time.
class report_lines {
public:
    explicit report_lines(std::string_view text) : text_(text) {}

    /// The next line; nothing at the end.
    std::optional<std::string_view> next()
    {
        if (text_.empty())
            return std::nullopt;
        const auto end = std::min(text_.find('\n'), text_.size());
        const std::string_view line = text_.substr(0, end);
        text_.remove_prefix(std::min(end + 1, text_.size()));
        return line;
    }
    /// Goes behind the line that begins so, whatever stands in front of it.
    std::optional<std::string_view> behind(std::string_view beginning)
    {
        while (const auto line = next())
            if (trimmed(*line).starts_with(beginning))
                return line;
        return std::nullopt;
    }

private:
    std::string_view text_;
};

/// A table between lines of +---+: the names of its columns, from as many lines as the heading has,
/// and its rows.
struct report_table {
    std::vector<std::string> columns{};
    std::vector<std::vector<std::string_view>> rows{}; ///< each with as many cells as columns

    /// Position of the column with one of the names; nothing if there is none.
    [[nodiscard]] std::optional<std::size_t> column(
        std::string_view name, std::string_view other = {}) const
    {
        for (std::size_t c = 0; c < columns.size(); ++c)
            if (columns[c] == name || (!other.empty() && columns[c] == other))
                return c;
        return std::nullopt;
    }
};

inline std::vector<std::string_view> cells_of(std::string_view line)
{
    line = trimmed(line);
    line.remove_prefix(1);
    std::vector<std::string_view> cells;
    for (auto end = line.find('|'); end != std::string_view::npos; end = line.find('|')) {
        cells.push_back(line.substr(0, end));
        line.remove_prefix(end + 1);
    }
    return cells;
}

/// The next table; empty if "N/A" stands in its place. In a heading of several lines a name goes on
/// below itself; where a name spans columns, the line below has more of them and is the heading.
/// \throws std::invalid_argument if the table does not end
inline report_table next_table(report_lines& lines, std::string_view what)
{
    report_table table;
    int rules = 0;
    while (const auto line = lines.next()) {
        const std::string_view text = trimmed(*line);
        if (text.starts_with("+-")) {
            ++rules;
            continue;
        }
        if (!text.starts_with("|")) {
            if (rules == 0 && text != "N/A" && !text.starts_with("=="))
                continue;
            break;
        }
        const std::vector<std::string_view> cells = cells_of(text);
        if (rules == 1 && cells.size() > table.columns.size())
            table.columns.assign(cells.size(), "");
        check_complete(!cells.empty() && cells.size() == table.columns.size(), what);
        if (rules >= 2) {
            table.rows.push_back(cells);
            continue;
        }
        for (std::size_t c = 0; c < cells.size(); ++c)
            table.columns[c] += trimmed(cells[c]);
    }
    check_complete(rules == 0 || rules >= 3, what);
    return table;
}

/// Resources of a row; "-" is none.
inline resources need_of(const report_table& t, const std::vector<std::string_view>& row)
{
    const auto amount = [&](std::string_view name, std::string_view other = {}) {
        const auto c = t.column(name, other);
        return c && *c < row.size() ? figure(row[*c]).value_or(0) : 0;
    };
    return {.dsp = amount("DSP", "DSP48E"),
        .bram18 = amount("BRAM_18K", "BRAM"),
        .lut = amount("LUT"),
        .ff = amount("FF"),
        .uram = amount("URAM")};
}

/// Latency and interval of a row of minima and maxima, which end in a column of words; cycles come
/// first, times in between are skipped.
inline std::pair<cycle_range, cycle_range> cycles_of(
    const std::vector<std::string_view>& row, std::size_t first)
{
    check_complete(row.size() >= first + 5, "a column of the latency");
    return {{figure(row[first]), figure(row[first + 1])},
        {figure(row[row.size() - 3]), figure(row[row.size() - 2])}};
}

/// The modules that a module has, from two tables of instances.
inline void add_instances(
    synthesis_report& report, const report_table& cycles, const report_table& needs)
{
    for (const auto& row : cycles.rows) {
        synthesised_part part{.depth = 1};
        std::tie(part.latency, part.interval) = cycles_of(row, 2);
        part.name = trimmed(row[1]);
        for (const auto& need : needs.rows)
            if (trimmed(need.front()) == trimmed(row.front()))
                part.need = need_of(needs, need);
        report.parts.push_back(std::move(part));
    }
}

/// The loops of a module; "- name" is one of its own, "+ name" is in the one above.
inline void add_loops(synthesis_report& report, const report_table& loops)
{
    for (const auto& row : loops.rows) {
        check_complete(row.size() >= 8, "a column of the loops");
        std::string_view name = trimmed(row.front());
        const std::size_t nesting = std::min(name.find_first_not_of('+'), name.size());
        name.remove_prefix(std::min(name.find_first_not_of("-+ "), name.size()));
        report.parts.push_back({.name = std::string(name),
            .depth = static_cast<int>(nesting) + 1,
            .is_loop = true,
            .latency = {figure(row[1]), figure(row[2])},
            .interval = {figure(row[4]), figure(row[4])},
            .trip_count = figure(row[6])});
    }
}

inline void read_module_report(synthesis_report& report, std::string_view text)
{
    synthesised_part& top = report.parts.emplace_back();
    report_lines lines(text);
    check_complete(lines.behind("+ Timing").has_value(), "the timing");
    const report_table clock = next_table(lines, "the clock");
    check_complete(!clock.rows.empty() && clock.rows.front().size() >= 3, "the clock");
    report.clock_ns = leading<double>(clock.rows.front()[1]);
    report.estimated_clock_ns = leading<double>(clock.rows.front()[2]);

    check_complete(lines.behind("+ Latency").has_value(), "the latency");
    const report_table overall = next_table(lines, "the latency");
    check_complete(!overall.rows.empty(), "the latency");
    std::tie(top.latency, top.interval) = cycles_of(overall.rows.front(), 0);
    check_complete(lines.behind("* Instance:").has_value(), "the instances");
    const report_table instances = next_table(lines, "the instances");
    check_complete(lines.behind("* Loop:").has_value(), "the loops");
    const report_table loops = next_table(lines, "the loops");

    check_complete(lines.behind("== Utilization Estimates").has_value(), "the utilization");
    lines.behind("* Summary:");
    const report_table summary = next_table(lines, "the utilization");
    bool has_total = false;
    for (const auto& row : summary.rows) {
        const std::string_view name = trimmed(row.front());
        if (name == "Total") {
            has_total = true;
            report.parts.front().need = need_of(summary, row);
        } else if (name == "Available") {
            report.available = need_of(summary, row);
        }
    }
    check_complete(has_total, "the total of the utilization");
    check_complete(lines.behind("* Instance:").has_value(), "the instances");
    add_instances(report, instances, next_table(lines, "the instances"));
    add_loops(report, loops);
    check_complete(lines.behind("== Interface").has_value(), "the interface");
}

/// The table of the whole design: "+ module", "o loop", indented by what they are in.
inline void read_summary_report(synthesis_report& report, std::string_view text)
{
    report_lines lines(text);
    check_complete(lines.behind("+ Performance & Resource Estimates").has_value(), "the estimates");
    const report_table table = next_table(lines, "the end of the estimates");
    check_complete(!table.rows.empty(), "the estimates");
    // A heading over two columns leaves each with the name below it.
    const auto cell = [&](const std::vector<std::string_view>& row, std::string_view name,
                          std::string_view below = {}) {
        const auto c = table.column(name, below);
        check_complete(c && *c < row.size(), name);
        return figure(row[*c]);
    };
    for (const auto& row : table.rows) {
        std::string_view name = row.front();
        const std::size_t indent = std::min(name.find_first_not_of(' '), name.size());
        const bool is_loop = name.substr(indent).starts_with("o");
        name = trimmed(name.substr(std::min(indent + 1, name.size())));
        if (name.ends_with('*')) // a dataflow region
            name.remove_suffix(1);
        const auto latency = cell(row, "Latency(cycles)", "(cycles)");
        const auto interval = cell(row, "Interval");
        report.parts.push_back({.name = std::string(name),
            .depth = static_cast<int>(indent),
            .is_loop = is_loop,
            .need = is_loop ? resources{} : need_of(table, row),
            .latency = {latency, latency},
            .interval = {interval, interval},
            .trip_count = is_loop ? cell(row, "TripCount", "Count") : std::nullopt});
    }
}

} // namespace detail

/// Reads `<module>_csynth.rpt` of Vivado HLS or Vitis HLS, or `csynth.rpt` of Vitis HLS. Of the
/// latter a part has one latency and one interval, and the clock is not in it.
/// \throws std::invalid_argument if the text is anything else, or ends too early
[[nodiscard]] inline synthesis_report read_synthesis_report(std::string_view text)
{
    constexpr std::string_view summary = "== Synthesis Summary Report of '";
    synthesis_report report;
    std::string_view title;
    detail::report_lines lines(text);
    while (const auto line = lines.next()) {
        for (const std::string_view tool : {"Vivado HLS", "Vitis HLS"})
            if (line->starts_with("== " + std::string(tool) + " Report for '")) {
                report.tool = tool;
                title = *line;
            }
        if (line->starts_with(summary)) {
            report.tool = "Vitis HLS";
            title = *line;
        }
        const std::string_view field = detail::trimmed(*line);
        const auto value = [&](std::string_view name) -> std::optional<std::string_view> {
            if (!field.starts_with(name))
                return std::nullopt;
            return detail::trimmed(field.substr(name.size()));
        };
        if (const auto version = value("* Version:"))
            report.version = version->substr(0, version->find(' '));
        if (const auto part = value("* Target device:"))
            report.part = *part;
        if (!report.part.empty())
            break;
    }
    ensure(!title.empty(), "a synthesis report is one of Vivado HLS or Vitis HLS",
        given{"begins with", text.substr(0, std::min<std::size_t>(text.size(), 40))});
    if (title.starts_with(summary)) {
        detail::read_summary_report(report, text);
    } else {
        detail::read_module_report(report, text);
        const auto first = title.find('\'') + 1;
        report.parts.front().name = title.substr(first, title.rfind('\'') - first);
    }
    return report;
}

} // namespace espalier
