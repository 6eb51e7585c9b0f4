// SPDX-License-Identifier: Apache-2.0
#include "hls/reports.hpp"

#include <espalier/with/pugixml.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace espalier;

TEST_CASE("the XML of a design of Vitis HLS")
{
    const synthesis_report report = read_synthesis_xml(reports::vitis_xml);
    CHECK(report.tool == "Vitis HLS");
    CHECK(report.version == "2023.2");
    CHECK(report.part == "xczu9eg-ffvb1156-2-e");
    CHECK(report.clock_ns == 5.0);
    CHECK(report.estimated_clock_ns == 3.647);
    CHECK(report.available == resources{2520, 1824, 274080, 548160, 0});
    REQUIRE(report.parts.size() == 3);
    CHECK(report.top() == synthesised_part{.name = "toy",
                              .need = {18, 58, 145061, 36198, 0},
                              .latency = {2374, 2380},
                              .interval = {2356, 2357}});
    CHECK(report.parts[1] == synthesised_part{.name = "conv_s",
                                 .depth = 1,
                                 .need = {11, 4, 2608, 1845, 0},
                                 .latency = {131, 131},
                                 .interval = {130, 130}});
    CHECK(report.parts[2] == synthesised_part{.name = "ReadInput",
                                 .depth = 2,
                                 .is_loop = true,
                                 .latency = {129, 129},
                                 .interval = {2, 2},
                                 .trip_count = 64});
}

TEST_CASE("the XML of a module of Vivado HLS, with loops that have no bound")
{
    const synthesis_report report = read_synthesis_xml(reports::vivado_xml);
    CHECK(report.tool == "Vivado HLS");
    CHECK(report.available == resources{});
    REQUIRE(report.parts.size() == 3);
    CHECK(report.top() == synthesised_part{.name = "dense_stream",
                              .need = {150, 8, 6416, 2481, 1},
                              .interval = {3, {}}});
    CHECK(
        report.parts[1] ==
        synthesised_part{
            .name = "Outer", .depth = 1, .is_loop = true, .latency = {220, 220}, .trip_count = 20});
    CHECK(report.parts[2] ==
          synthesised_part{.name = "Inner", .depth = 2, .is_loop = true, .interval = {2, 2}});
}

TEST_CASE("XML that was cut off is refused, wherever it was cut")
{
    for (const std::string_view text : {reports::vitis_xml, reports::vivado_xml})
        for (std::size_t length = 0; length + 1 < text.size(); ++length)
            CHECK_THROWS_AS(
                (void)read_synthesis_xml(text.substr(0, length)), std::invalid_argument);
}

TEST_CASE("XML that is no report is refused")
{
    for (const std::string_view text : {"", "== Vitis HLS Report for 'x'", "<profile/>",
             "<html><body/></html>", "<profile><AreaEstimates/></profile>"})
        CHECK_THROWS_AS((void)read_synthesis_xml(text), std::invalid_argument);
    std::string wrong = reports::vivado_xml;
    wrong.replace(wrong.find("2481"), 4, "many");
    CHECK_THROWS_WITH((void)read_synthesis_xml(wrong),
        "a figure of a synthesis report is a whole number (figure = 'many')");
    wrong.replace(wrong.find("many"), 4, "-481");
    CHECK_THROWS_AS((void)read_synthesis_xml(wrong), std::invalid_argument);
}
