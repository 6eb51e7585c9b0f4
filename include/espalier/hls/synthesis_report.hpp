// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/resources.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

// What C synthesis says of a design, as plain values: from the text that Vivado HLS and Vitis HLS
// write (read_synthesis_report.hpp) or from their XML (with/pugixml.hpp), whichever a project kept.

namespace espalier {

/// Cycles of a module or a loop; none where synthesis does not know (a loop without a bound).
struct cycle_range {
    std::optional<std::int64_t> least{};
    std::optional<std::int64_t> most{};

    friend bool operator==(const cycle_range&, const cycle_range&) = default;
};

/// A module of a design, or a loop of one.
struct synthesised_part {
    std::string name{};
    int depth = 0; ///< 0: the module that the report is about
    bool is_loop = false;
    resources need{}; ///< none of a loop: what it needs is its module's
    cycle_range latency{};
    cycle_range interval{};                   ///< initiation interval
    std::optional<std::int64_t> trip_count{}; ///< of a loop

    friend bool operator==(const synthesised_part&, const synthesised_part&) = default;
};

/// A report of C synthesis.
struct synthesis_report {
    std::string tool{};    ///< "Vivado HLS" or "Vitis HLS"; the XML does not say, its version does
    std::string version{}; ///< "2019.2"
    std::string part{};    ///< "xcvu9p-flga2104-2-e"
    std::optional<double> clock_ns{};           ///< asked for
    std::optional<double> estimated_clock_ns{}; ///< reached
    resources available{};                      ///< of the part; 0 where the report does not say
    std::vector<synthesised_part> parts{};      ///< the module itself first, then what is in it

    /// The module that the report is about.
    [[nodiscard]] const synthesised_part& top() const { return parts.front(); }
    friend bool operator==(const synthesis_report&, const synthesis_report&) = default;
};

namespace detail {

[[nodiscard]] constexpr std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The number that a cell begins with: "5.00 ns", "58 (3%)".
template <class Number>
[[nodiscard]] std::optional<Number> leading(std::string_view cell)
{
    cell = trimmed(cell);
    Number value{};
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc{} || end == cell.data())
        return std::nullopt;
    if (end != cell.data() + cell.size() && *end != ' ' && *end != '(' && *end != '~')
        return std::nullopt;
    return value;
}

/// A figure; nothing where synthesis has none and says so.
/// \throws std::invalid_argument if it is anything else
[[nodiscard]] inline std::optional<std::int64_t> figure(std::string_view cell)
{
    cell = trimmed(cell);
    if (cell.empty() || cell == "-" || cell == "?" || cell == "undef" || cell == "NA" ||
        cell == "N/A" || cell == "x")
        return std::nullopt;
    const auto value = leading<std::int64_t>(cell);
    ensure(value && *value >= 0, "a figure of a synthesis report is a whole number",
        given{"figure", cell});
    return value;
}

/// Refuses a report of which a part is missing.
inline void check_complete(bool holds, std::string_view missing)
{
    ensure(holds, "a synthesis report is read to its end", given{"missing", missing});
}

} // namespace detail

} // namespace espalier
