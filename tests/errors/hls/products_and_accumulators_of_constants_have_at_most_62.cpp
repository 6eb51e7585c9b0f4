// SPDX-License-Identifier: Apache-2.0
// products and accumulators of constants have at most 62 bits
//
// The ranges of all sums are worked out in integers of 64 bits.
#include <espalier/hls/constant_plan.hpp>
#include <espalier/model/layers.hpp>

#include <cstdint>
#include <vector>

void program()
{
#ifdef BROKEN
    const espalier::precision accum{64, 32};
#else
    const espalier::precision accum{62, 32};
#endif
    const auto m = espalier::matrices_of(
        espalier::dense{.inputs = 4, .outputs = 2, .weight = {8, 4}, .accum = accum})[0];
    const std::vector<std::int64_t> weights(8);
    (void)espalier::constants_of(espalier::schedule_of(m), weights);
}
