// SPDX-License-Identifier: Apache-2.0
// a synthesis report is read to its end
//
// A file that was cut off would give figures that are not those of the design.
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
        heading + "    |+ toy      |               9 |        1 |    - |   4 | 100 | 200 |\n");
#else
    (void)espalier::read_synthesis_report(
        heading + "    |+ toy      |               9 |        1 |    - |   4 | 100 | 200 |\n" +
        end);
#endif
}
