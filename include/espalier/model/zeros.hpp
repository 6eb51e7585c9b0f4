// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/weight_matrix.hpp>

// Whether a zero among the weights is left out of the hardware, or multiplied like any other
// weight.

namespace espalier {

/// Whether zeros among the weights of a matrix save hardware. In the ROM of the strategy resource
/// they do not: its kernel multiplies whatever it reads, and of a network with 46 % zeros hls4ml's
/// reports show the same DSPs, block RAMs, LUTs and flip-flops as of its dense twin. At reuse
/// factor 1 there is no ROM; the weights are constants, and a product by zero is none.
[[nodiscard]] constexpr bool saves_zeros(const weight_matrix& m)
{
    return m.strategy != strategy::resource || m.reuse_factor == 1;
}

/// Why they do not, and what does.
inline constexpr const char* zeros_are_multiplied =
    "the strategy resource multiplies by every zero; resource_unrolled and latency leave them out";

} // namespace espalier
