// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/synthesis_report.hpp>
#include <espalier/model/resources.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The XML reports of C synthesis by pugixml: `<module>_csynth.xml`, one for each module, and
// `csynth.xml`, which in Vitis HLS has the modules of the whole design. Of a loop it has the
// latency and the interval that were reached.

namespace espalier {

namespace detail {

inline std::optional<std::int64_t> xml_figure(const pugi::xml_node& parent, const char* name)
{
    return figure(parent.child_value(name));
}

inline resources xml_need(const pugi::xml_node& area)
{
    const auto amount = [&](const char* name) { return xml_figure(area, name).value_or(0); };
    return {.dsp = amount(area.child("DSP") ? "DSP" : "DSP48E"),
        .bram18 = amount("BRAM_18K"),
        .lut = amount("LUT"),
        .ff = amount("FF"),
        .uram = amount("URAM")};
}

/// What <PerformanceEstimates> and <AreaEstimates> say of a module.
inline synthesised_part xml_part(const pugi::xml_node& module, std::string name, int depth)
{
    const pugi::xml_node overall =
        module.child("PerformanceEstimates").child("SummaryOfOverallLatency");
    const pugi::xml_node area = module.child("AreaEstimates").child("Resources");
    check_complete(static_cast<bool>(overall), "SummaryOfOverallLatency");
    check_complete(static_cast<bool>(area), "Resources");
    synthesised_part part{.name = std::move(name),
        .depth = depth,
        .need = xml_need(area),
        .latency = {xml_figure(overall, "Best-caseLatency"),
            xml_figure(overall, "Worst-caseLatency")},
        .interval = {xml_figure(overall, "Interval-min"), xml_figure(overall, "Interval-max")}};
    if (!overall.child("Interval-max")) {
        const auto interval = xml_figure(overall, "PipelineInitiationInterval");
        part.interval = {interval, interval};
    }
    return part;
}

/// Loops, which are elements of their own names, one within the other.
inline void add_xml_loops(synthesis_report& report, const pugi::xml_node& parent, int depth)
{
    for (const pugi::xml_node& loop : parent.children()) {
        if (!loop.child("TripCount"))
            continue;
        const auto latency = xml_figure(loop, "Latency");
        const auto interval = xml_figure(loop, "PipelineII");
        report.parts.push_back({.name = loop.child("Name") ? loop.child_value("Name") : loop.name(),
            .depth = depth,
            .is_loop = true,
            .latency = {latency, latency},
            .interval = {interval, interval},
            .trip_count = xml_figure(loop, "TripCount")});
        add_xml_loops(report, loop, depth + 1);
    }
}

} // namespace detail

/// Reads the XML of a report of C synthesis.
/// \throws std::invalid_argument if it is anything else, or ends too early
[[nodiscard]] inline synthesis_report read_synthesis_xml(std::string_view text)
{
    pugi::xml_document document;
    // By default neither document types nor entities of a file's own are looked at.
    const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
    const pugi::xml_node root = document.document_element();
    ensure(std::string_view(root.name()) == "profile",
        "a synthesis report is one of Vivado HLS or Vitis HLS",
        given{"begins with", text.substr(0, std::min<std::size_t>(text.size(), 40))});
    detail::check_complete(static_cast<bool>(parsed), parsed.description());
    const pugi::xml_node asked = root.child("UserAssignments");
    const pugi::xml_node reached = root.child("PerformanceEstimates");
    synthesis_report report{.version = root.child("ReportVersion").child_value("Version"),
        .part = asked.child_value("Part"),
        .clock_ns = detail::leading<double>(asked.child_value("TargetClockPeriod")),
        .estimated_clock_ns = detail::leading<double>(
            reached.child("SummaryOfTimingAnalysis").child_value("EstimatedClockPeriod")),
        .available = detail::xml_need(root.child("AreaEstimates").child("AvailableResources"))};
    // Vitis HLS is the tool since 2020.2, and Vivado HLS was up to 2020.1.
    report.tool = std::string_view(report.version) < "2020.2" ? "Vivado HLS" : "Vitis HLS";
    report.parts.push_back(detail::xml_part(root, asked.child_value("TopModelName"), 0));
    detail::add_xml_loops(report, reached.child("SummaryOfLoopLatency"), 1);
    for (const pugi::xml_node& module : root.child("ModuleInformation").children("Module")) {
        const std::string name = module.child_value("Name");
        if (name == report.parts.front().name)
            continue;
        report.parts.push_back(detail::xml_part(module, name, 1));
        detail::add_xml_loops(
            report, module.child("PerformanceEstimates").child("SummaryOfLoopLatency"), 2);
    }
    return report;
}

} // namespace espalier
