// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

// Whether a number is finite, asked of its bits. With -ffast-math a compiler takes it for granted
// that every number is, and answers std::isfinite without looking. It even knows what that means
// for the bits of a number (clang 19 does), so they pass through an empty instruction of which it
// knows nothing.

namespace espalier {

/// False for infinities and NaN, with any compiler options.
template <std::floating_point T>
requires(sizeof(T) == 4 || sizeof(T) == 8) [[nodiscard]] constexpr bool is_finite(T number)
{
    // IEEE 754: the exponent's bits are all ones in infinities and NaNs, and nowhere else.
    using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr word exponent = sizeof(T) == 4 ? static_cast<word>(0x7f80'0000U)
                                             : static_cast<word>(0x7ff0'0000'0000'0000U);
    auto bits = std::bit_cast<word>(number);
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
    if (!std::is_constant_evaluated())
        asm("" : "+r"(bits));
#endif
    return (bits & exponent) != exponent;
}

/// Index of the first of many numbers that is not finite; as many as there are if all are.
template <std::floating_point T>
[[nodiscard]] constexpr std::size_t first_not_finite(std::span<const T> numbers)
{
    // Training asks this of every gradient of every batch. A block is looked at as a whole, so that
    // compilers turn it into vectors.
    constexpr std::size_t block = 64;
    std::size_t i = 0;
    for (; i + block <= numbers.size(); i += block) {
        int others = 0;
        for (const T number : numbers.subspan(i, block))
            others += is_finite(number) ? 0 : 1;
        if (others > 0)
            break;
    }
    while (i < numbers.size() && is_finite(numbers[i]))
        ++i;
    return i;
}

} // namespace espalier
