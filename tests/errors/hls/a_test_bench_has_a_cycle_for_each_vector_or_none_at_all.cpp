// SPDX-License-Identifier: Apache-2.0
// a test bench has a cycle for each vector or none at all
//
// Without cycles the bits alone are compared.
#include <espalier/hls/verilog_testbench.hpp>

#include <sstream>
#include <vector>

void program()
{
    std::vector<espalier::verilog_test> tests(1);
    tests[0] = {.module = "fc1",
        .inputs = 2,
        .input_width = 8,
        .outputs = 1,
        .output_width = 8,
        .given = {1, 2, 3, 4},
        .expected = {3, 7}};
#ifdef BROKEN
    tests[0].taken_at = {0};
#else
    tests[0].taken_at = {0, 4};
#endif
    std::ostringstream out;
    espalier::write_verilog_testbench(out, tests);
}
