// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/schedule.hpp>
#include <espalier/model/fabric.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/resources.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

namespace espalier {

/// LUTs that a synthesiser builds for a schedule, one copy of it: for each multiplier an addition
/// in the adder tree of its row or to the accumulator, and the product if it is not in a DSP block;
/// for each stream of inputs a selector; a counter. Within some LUTs of what Yosys 0.23 builds for
/// whole designs (docs/model.md). The weights are in block RAM.
[[nodiscard]] inline std::int64_t luts_of(
    const matrix_schedule& schedule, const cost_policy& policy = cost_policy::yosys)
{
    const weight_matrix& m = schedule.matrix();
    if (schedule.multipliers() == 0)
        return 0;
    const std::int64_t soft =
        product_of(m, policy).blocks == 0 ? lut_product(m.weight.width, m.data.width) : 0;
    std::int64_t luts = schedule.multipliers() * (m.accum.width + soft) + schedule_control;
    const std::vector<std::int64_t> streams = schedule.streams();
    std::int64_t seen = 0;
    for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
        if (streams[static_cast<std::size_t>(k)] < seen)
            continue;
        ++seen;
        std::set<std::int64_t> inputs;
        for (const schedule_slot& slot : schedule.slots(k))
            inputs.insert(slot.input);
        luts += m.data.width * selector_luts(static_cast<std::int64_t>(inputs.size()));
    }
    return luts;
}

} // namespace espalier
