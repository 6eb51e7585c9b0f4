// SPDX-License-Identifier: Apache-2.0
// a Verilog module is named by letters, digits and underscores, and not espalier_…
//
// The first is no digit. Modules named espalier_… are those that all circuits share.
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
    std::ostringstream out;
#ifdef BROKEN
    espalier::write_verilog_matrix(out, "fc-1", espalier::schedule_of(m), weights);
#else
    espalier::write_verilog_matrix(out, "fc_1", espalier::schedule_of(m), weights);
#endif
}
