// SPDX-License-Identifier: Apache-2.0
// a circuit has a bias for each output or none at all
//
// Raw integers in the format of the accumulator.
#include <espalier/hls/verilog_matrix.hpp>
#include <espalier/model/layers.hpp>

#include <cstdint>
#include <sstream>
#include <vector>

void program()
{
    const auto m = espalier::matrices_of(
        espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = 2, .weight = {8, 8}})[0];
    const std::vector<std::int64_t> weights(8);
#ifdef BROKEN
    const std::vector<std::int64_t> biases(4); // one for each input
#else
    const std::vector<std::int64_t> biases(2);
#endif
    std::ostringstream out;
    espalier::write_verilog_matrix(out, "fc1", espalier::schedule_of(m), weights, biases);
}
