// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

// The integer functions that hardware arithmetic is made of.

namespace espalier {

/// ⌈numerator / denominator⌉ for numerator ≥ 0 and denominator > 0.
[[nodiscard]] constexpr std::int64_t ceil_div(std::int64_t numerator, std::int64_t denominator)
{
    return numerator / denominator + (numerator % denominator != 0 ? 1 : 0);
}

/// ⌈log2(n)⌉, the depth of an adder tree with n leaves; 0 for n ≤ 1.
[[nodiscard]] constexpr std::int64_t ceil_log2(std::int64_t n)
{
    return n <= 1 ? 0
                  : static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(n - 1)));
}

/// The smallest divisor of n that is at least k, for n ≥ 1; 0 if there is none. √n steps, so that
/// the compiler answers for n in the billions too.
[[nodiscard]] constexpr std::int64_t divisor_at_least(std::int64_t n, std::int64_t k)
{
    if (k <= 1)
        return 1;
    std::int64_t d = k;
    for (; d <= n / d; ++d)
        if (n % d == 0)
            return d;
    for (std::int64_t cofactor = n / d; cofactor >= 1; --cofactor)
        if (n % cofactor == 0)
            return n / cofactor;
    return 0;
}

/// The largest divisor of n that is at most k, for n ≥ 1; 0 if there is none.
[[nodiscard]] constexpr std::int64_t divisor_at_most(std::int64_t n, std::int64_t k)
{
    // d ≤ k if and only if n/d ≥ n/k, and n/d is a divisor too.
    return k < 1 ? 0 : n / divisor_at_least(n, ceil_div(n, k));
}

} // namespace espalier
