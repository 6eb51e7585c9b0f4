// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/integer.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <cstdint>

// How much of a layer HLS is asked to lay out side by side. It neither unrolls a loop nor
// partitions an array beyond a limit, 4,096 unless it is told otherwise (hls4ml: MaximumSize).
// Beyond it Vivado HLS stops ("Stop unrolling loop", hls4ml issues 904 and 950), and Vitis HLS
// builds a layer that takes many times its cycles. Since tools differ, this is a warning and no
// rule.

namespace espalier {

/// Parts into which HLS unrolls a loop or partitions an array at most.
inline constexpr std::int64_t most_unrolled = 4096;

/// Parts that one copy of a matrix needs: its multipliers. Under the strategy latency it is all of
/// its products, whatever the reuse factor, since they lie in an array that is partitioned
/// completely (hls4ml: `mult`).
[[nodiscard]] constexpr std::int64_t unrolled(const weight_matrix& m)
{
    return m.strategy == strategy::latency ? m.weights() : m.multipliers();
}

/// The smallest legal reuse factor at which a matrix needs no more than `most` parts; 0 if none is.
[[nodiscard]] constexpr std::int64_t reuse_factor_within(
    const weight_matrix& m, std::int64_t most = most_unrolled)
{
    if (m.strategy == strategy::latency)
        return m.weights() <= most ? 1 : 0;
    return legal_reuse_factors(m).above(ceil_div(m.weights(), most) - 1);
}

} // namespace espalier
