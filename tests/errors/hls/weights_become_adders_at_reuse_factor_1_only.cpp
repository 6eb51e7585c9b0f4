// SPDX-License-Identifier: Apache-2.0
// weights become adders at reuse factor 1 only
//
// A multiplier that is shared meets several weights, and they lie in a memory: see
// `write_verilog_matrix`.
#include <espalier/hls/constant_plan.hpp>
#include <espalier/model/layers.hpp>

#include <cstdint>
#include <vector>

void program()
{
#ifdef BROKEN
    const int reuse_factor = 2;
#else
    const int reuse_factor = 1;
#endif
    const auto m = espalier::matrices_of(
        espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = reuse_factor})[0];
    const std::vector<std::int64_t> weights(8);
    (void)espalier::constants_of(espalier::schedule_of(m), weights);
}
