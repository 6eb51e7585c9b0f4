// SPDX-License-Identifier: Apache-2.0
#include "reports.hpp"

#include <espalier/hls/read_synthesis_report.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace espalier;

TEST_CASE("the report of a module of Vivado HLS")
{
    const synthesis_report report = read_synthesis_report(reports::vivado);
    CHECK(report.tool == "Vivado HLS");
    CHECK(report.version == "2019.2");
    CHECK(report.part == "xcvu9p-flga2104-2-e");
    CHECK(report.clock_ns == 5.0);
    CHECK(report.estimated_clock_ns == 4.273);
    CHECK(report.available == resources{6840, 4320, 1182240, 2364480, 960});
    REQUIRE(report.parts.size() == 4);
    CHECK(report.top() == synthesised_part{.name = "dense_stream",
                              .need = {150, 8, 6416, 2481, 0},
                              .latency = {41, 221},
                              .interval = {41, 220}});
    CHECK(report.parts[1] == synthesised_part{.name = "mul",
                                 .depth = 1,
                                 .need = {150, 8, 6249, 2266, 0},
                                 .latency = {8, 8},
                                 .interval = {4, 4}});
    CHECK(
        report.parts[2] ==
        synthesised_part{
            .name = "Outer", .depth = 1, .is_loop = true, .latency = {40, 220}, .trip_count = 20});
    CHECK(report.parts[3] ==
          synthesised_part{.name = "Inner", .depth = 2, .is_loop = true, .interval = {2, 2}});
}

TEST_CASE(
    "the report of Vivado HLS 2018.3 has no times beside the cycles and no units of the clock")
{
    std::string old = reports::vitis;
    const auto replace = [&old](std::string_view from, std::string_view to) {
        old.replace(old.find(from), from.size(), to);
    };
    replace("Vitis HLS Report", "Vivado HLS Report");
    replace("+ Timing: ", "+ Timing (ns): ");
    replace("4.00 ns|  3.349 ns|     1.08 ns", "4.00|  3.349|     1.08");
    replace("+ Latency: ", "+ Latency (clock cycles): ");
    replace(
        "|  Latency (cycles) |   Latency (absolute)  |  Interval |", "|  Latency  |  Interval |");
    replace("|   min   |   max   |    min    |    max    |", "|   min   |   max   |");
    replace("|  36.000 ns|  36.000 ns|", "|");
    replace("| URAM|\n+", "|\n+"); // nor a column for URAM
    for (int row = 0; row < 2; ++row)
        replace("|    -|\n", "|\n");
    for (int row = 0; row < 3; ++row)
        replace("|    0|\n", "|\n");
    const synthesis_report report = read_synthesis_report(old);
    CHECK(report.clock_ns == 4.0);
    CHECK(report.estimated_clock_ns == 3.349);
    CHECK(report.top() == read_synthesis_report(reports::vitis).top());
    CHECK(report.available == resources{220, 280, 53200, 106400, 0});
}

TEST_CASE("the report of a module of Vitis HLS")
{
    const synthesis_report report = read_synthesis_report(reports::vitis);
    CHECK(report.tool == "Vitis HLS");
    CHECK(report.version == "2023.2");
    CHECK(report.clock_ns == 4.0);
    CHECK(report.available == resources{220, 280, 53200, 106400, 0});
    REQUIRE(report.parts.size() == 1); // multipliers have no latency of their own
    CHECK(report.top() == synthesised_part{.name = "softmax_s",
                              .need = {7, 3, 309, 736, 0},
                              .latency = {9, 9},
                              .interval = {1, 1}});
}

TEST_CASE("the report of a whole design of Vitis HLS")
{
    const synthesis_report report = read_synthesis_report(reports::summary);
    CHECK(report.tool == "Vitis HLS");
    CHECK(report.version == "2025.1");
    CHECK(report.part == "xc7z020-clg400-1");
    CHECK_FALSE(report.clock_ns.has_value());
    REQUIRE(report.parts.size() == 4);
    CHECK(report.top() == synthesised_part{.name = "toy",
                              .need = {110, 3, 4725, 13240, 0},
                              .latency = {32, 32},
                              .interval = {1, 1}});
    CHECK(report.parts[1] == synthesised_part{.name = "conv_s",
                                 .depth = 1,
                                 .need = {30, 0, 1037, 3238, 0},
                                 .latency = {130, 130},
                                 .interval = {130, 130}});
    CHECK(report.parts[2] == synthesised_part{.name = "ReadInput",
                                 .depth = 2,
                                 .is_loop = true,
                                 .latency = {129, 129},
                                 .interval = {2, 2},
                                 .trip_count = 64});
    CHECK(report.parts[3] == synthesised_part{.name = "relu_s",
                                 .depth = 1,
                                 .need = {0, 0, 304, 0, 0},
                                 .latency = {0, 0},
                                 .interval = {1, 1}});

    const synthesis_report in_full = read_synthesis_report(reports::summary_in_full);
    REQUIRE(in_full.parts.size() == 2);
    CHECK(in_full.top() == synthesised_part{.name = "toy",
                               .need = {18, 58, 4725, 36198, 0},
                               .latency = {2374, 2374},
                               .interval = {2356, 2356}});
    CHECK(in_full.parts[1] ==
          synthesised_part{
              .name = "Loop", .depth = 1, .is_loop = true, .interval = {3, 3}, .trip_count = 784});
}

TEST_CASE("lines may end as on Windows")
{
    for (const std::string_view text : {reports::vivado, reports::vitis, reports::summary}) {
        std::string windows;
        for (const char c : text)
            windows += c == '\n' ? "\r\n" : std::string(1, c);
        CHECK(read_synthesis_report(windows) == read_synthesis_report(text));
    }
}

TEST_CASE("a report that was cut off is refused, wherever it was cut")
{
    for (const std::string_view text :
        {reports::vivado, reports::vitis, reports::summary, reports::summary_in_full}) {
        const synthesis_report whole = read_synthesis_report(text);
        std::size_t refused = 0;
        for (std::size_t length = 0; length < text.size(); ++length) {
            synthesis_report part;
            try {
                part = read_synthesis_report(text.substr(0, length));
            } catch (const std::invalid_argument&) {
                ++refused;
                continue;
            }
            CHECK(part == whole); // it has lost nothing but what is not read
        }
        CHECK(refused > text.size() - 160); // all but the last line or two
    }
}

TEST_CASE("what is no report is refused")
{
    for (const std::string_view text : {"", "\n\n", "profile", "<profile></profile>",
             "== Vivado HLS Report for '", "== Quartus Report for 'x'\n* Version: 20.1\n"})
        CHECK_THROWS_AS((void)read_synthesis_report(text), std::invalid_argument);
    std::string wrong = reports::vitis;
    wrong.replace(wrong.find("    736"), 7, "   73x6");
    CHECK_THROWS_WITH((void)read_synthesis_report(wrong),
        "a figure of a synthesis report is a whole number (figure = '73x6')");
}

TEST_CASE("no text makes the reader crash")
{
    std::mt19937_64 random(7);
    for (const std::string_view text : {reports::vivado, reports::summary})
        for (int i = 0; i < 2000; ++i) {
            std::string broken(text);
            for (int change = 0; change < 3; ++change) {
                constexpr std::string_view letters = "|+-\n= 0*";
                const std::size_t at = random() % broken.size();
                if (random() % 2 == 0)
                    broken[at] = letters[random() % letters.size()];
                else
                    broken.erase(at, random() % 40);
            }
            try {
                (void)read_synthesis_report(broken);
            } catch (const std::invalid_argument&) {
            }
        }
}
