// SPDX-License-Identifier: Apache-2.0
// a figure of a synthesis report is a whole number
//
// Where synthesis has no figure it writes a dash, a question mark or `undef`, which is understood.
#include <espalier/hls/read_synthesis_report.hpp>

#include <string>

void program()
{
    const std::string heading = R"(
== Synthesis Summary Report of 'toy'
+ Performance & Resource Estimates:
    +-----------+-----------------+----------+------+-----+-----+-----+
    | & Loops   | Latency(cycles) | Interval | BRAM | DSP |  FF | LUT |
    +-----------+-----------------+----------+------+-----+-----+-----+
)";
    const std::string end = "    +-----------+-----------------+----------+---\n";
#ifdef BROKEN
    (void)espalier::read_synthesis_report(
        heading + "    |+ toy      |               9 |        1 |    - | 4x4 | 100 | 200 |\n" +
        end);
#else
    (void)espalier::read_synthesis_report(
        heading + "    |+ toy      |               9 |        1 |    - |   4 | 100 | 200 |\n" +
        end);
#endif
}
