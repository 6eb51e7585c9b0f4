// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

// The three integer functions that hardware arithmetic is made of.

namespace espalier {

/// ⌈numerator / denominator⌉ for numerator ≥ 0 and denominator > 0.
[[nodiscard]] constexpr std::int64_t ceil_div(std::int64_t numerator, std::int64_t denominator)
{
    return numerator / denominator + (numerator % denominator != 0 ? 1 : 0);
}

/// ⌈log2(n)⌉, the depth of an adder tree with n leaves; 0 for n ≤ 1.
[[nodiscard]] constexpr std::int64_t ceil_log2(std::int64_t n)
{
    return n <= 1 ? 0 : static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(n - 1)));
}

} // namespace espalier
