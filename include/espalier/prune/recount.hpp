// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/resources.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// What a network needs, read from its weights alone: no mask, no group, no solver. A multiplier is
// needed if one of its weights is not zero, a memory column if one of the multipliers on it is. It
// goes weight by weight through `place`, on purpose: it is the check on everything faster.

namespace espalier {

/// DSP blocks, block RAM and soft-multiplier LUTs that the non-zero weights of a matrix need when
/// everything else is removed from the hardware.
/// \param weights  all weights of the matrix in the framework's order
[[nodiscard]] inline resources recount(const weight_matrix& m, layout framework,
    std::span<const float> weights, const cost_policy& policy = {},
    memory_layout memory_use = memory_layout::in_place)
{
    ensure(static_cast<std::int64_t>(weights.size()) == m.weights(),
        "a recount needs every weight of the matrix", given{"given", weights.size()},
        given{"weights", m.weights()});
    const product_cost product = product_of(m, policy);
    std::int64_t multipliers = 0; // of one copy
    std::int64_t blocks = 0;
    resources need;
    if (m.strategy == strategy::latency && m.reuse_factor > 1) {
        std::int64_t nonzero = 0;
        for (const float w : weights)
            nonzero += w != 0 ? 1 : 0;
        multipliers = ceil_div(nonzero, m.reuse_factor);
        blocks = product.dsp_for(multipliers);
    } else {
        const weight_memory memory = memory_of(m, policy.memory);
        std::vector<bool> multiplier_used(static_cast<std::size_t>(m.multipliers()));
        std::vector<bool> column_used(static_cast<std::size_t>(memory.columns()));
        for (std::int64_t offset = 0; offset < m.weights(); ++offset) {
            if (weights[static_cast<std::size_t>(offset)] == 0)
                continue;
            const placement at = place(m, framework, offset, policy.memory);
            multiplier_used[static_cast<std::size_t>(at.multiplier)] = true;
            for (auto j = at.first_column; j < at.end_column; ++j)
                column_used[static_cast<std::size_t>(j)] = true;
        }
        // A block that serves several multipliers is needed while one of them is.
        std::int64_t last_block = -1;
        for (std::size_t g = 0; g < multiplier_used.size(); ++g) {
            if (!multiplier_used[g])
                continue;
            ++multipliers;
            const std::int64_t block = static_cast<std::int64_t>(g) / product.sharing;
            blocks += block != last_block ? product.blocks : 0;
            last_block = block;
        }
        std::int64_t columns = 0;
        for (const bool used : column_used)
            columns += used ? 1 : 0;
        if (memory_use == memory_layout::packed && has_weight_memory(m)) {
            blocks = product.dsp_for(multipliers);
            if (memory.columns() > 0)
                columns = ceil_div(multipliers * m.weight.width, memory.column_bits);
        }
        need.bram18 = columns * memory.bram18_per_column;
    }
    need.dsp = blocks * m.copies;
    if (product.blocks == 0)
        need.lut = multipliers * m.copies * lut_product(m.weight.width, m.data.width);
    return need;
}

} // namespace espalier
