// SPDX-License-Identifier: Apache-2.0
// multipliers are shared at a reuse factor above 1 only
//
// At reuse factor 1 every weight is a constant in logic: see `write_verilog_constants`.
#include <espalier/hls/circuit_plan.hpp>
#include <espalier/model/layers.hpp>

void program()
{
#ifdef BROKEN
    const int reuse_factor = 1;
#else
    const int reuse_factor = 2;
#endif
    const auto m = espalier::matrices_of(
        espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = reuse_factor})[0];
    (void)espalier::plan_of(espalier::schedule_of(m));
}
