// SPDX-License-Identifier: Apache-2.0
// a synthesis report is one of Vivado HLS or Vitis HLS
//
// `csynth.rpt`, `<module>_csynth.rpt` or, with pugixml, the `.xml` of the same names.
#include <espalier/hls/read_synthesis_report.hpp>

void program()
{
#ifdef BROKEN
    (void)espalier::read_synthesis_report("Copyright 1986-2020 Xilinx, Inc.");
#else
    (void)espalier::read_synthesis_report(R"(
== Synthesis Summary Report of 'toy'
+ Performance & Resource Estimates:
    +-----------+-----------------+----------+------+-----+-----+-----+
    | & Loops   | Latency(cycles) | Interval | BRAM | DSP |  FF | LUT |
    +-----------+-----------------+----------+------+-----+-----+-----+
    |+ toy      |               9 |        1 |    - |   4 | 100 | 200 |
    +-----------+-----------------+----------+------+-----+-----+-----+
)");
#endif
}
