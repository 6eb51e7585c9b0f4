// SPDX-License-Identifier: Apache-2.0
// a circuit is emitted with every weight of its matrix
//
// Pruned weights, too: the schedule says which are built.
#include <espalier/hls/verilog_matrix.hpp>
#include <espalier/model/layers.hpp>

#include <cstdint>
#include <sstream>
#include <vector>

void program()
{
    const auto m = espalier::matrices_of(
        espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = 2, .weight = {8, 8}})[0];
#ifdef BROKEN
    const std::vector<std::int64_t> weights(7);
#else
    const std::vector<std::int64_t> weights(8);
#endif
    std::ostringstream out;
    espalier::write_verilog_matrix(out, "fc1", espalier::schedule_of(m), weights);
}
