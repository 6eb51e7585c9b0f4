// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>

// Whether a number is finite, asked of its bits. With -ffast-math a compiler takes it for granted
// that every number is, and answers std::isfinite without looking; about integers it knows nothing.
// The number should come from memory (a weight, a gradient, an option): of one that was just
// computed, or that was handed over by value, a compiler may remember what it takes for granted.

namespace espalier {

/// False for infinities and NaN, with any compiler options.
template <std::floating_point T>
requires(sizeof(T) == 4 || sizeof(T) == 8) [[nodiscard]] constexpr bool is_finite(const T& number)
{
    // IEEE 754: the exponent's bits are all ones in infinities and NaNs, and nowhere else.
    using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr bits exponent = sizeof(T) == 4 ? static_cast<bits>(0x7f80'0000U)
                                             : static_cast<bits>(0x7ff0'0000'0000'0000U);
    return (std::bit_cast<bits>(number) & exponent) != exponent;
}

} // namespace espalier
