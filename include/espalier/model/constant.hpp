// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

#include <bit>
#include <cstdint>

// A multiplication by a constant need not be a multiplication. At reuse factor 1 the weights are
// known to synthesis: zero costs nothing, a power of two is a shift, and a constant with few
// non-zero digits in canonical signed-digit form (no two neighbours non-zero, the fewest non-zero
// digits of any signed binary form; Reitwiesner 1960) is a few shifts and additions.

namespace espalier {

/// What a multiplication by a constant weight costs.
enum class constant_rule : std::uint8_t {
    one_product_each, ///< every weight, zero too, is a full product (the paper)
    nonzero_products, ///< zero is free, everything else is a full product
    signed_digits,    ///< up to `constant_policy::max_digits` digits go to adders
};

/// How products with weights that are known to synthesis are counted; the defaults are those of
/// `cost_policy::hls`.
struct constant_policy {
    constant_rule rule = constant_rule::signed_digits;
    /// 1: only zero and powers of two need no DSP. 2 comes nearest to what HLS was seen to do
    /// (docs/model.md).
    int max_digits = 2;
    /// Whether weights of one magnitude on one input share a product.
    bool share_equal = true;

    friend constexpr bool operator==(const constant_policy&, const constant_policy&) = default;
};

/// What synthesis makes of the weights of a matrix that it knows: of one copy. `counts_of` counts
/// weights (cost_of_weights.hpp); it may also be filled in by hand, from a report say. Of equal
/// constants that share a product one counts.
struct constant_counts {
    std::int64_t zeros = 0;         ///< weights that are 0 in their format
    std::int64_t one_digit = 0;     ///< weights of one signed digit, each counted
    std::int64_t two_digits = 0;    ///< weights of two, each counted
    std::int64_t by_adders = 0;     ///< constants whose products are shifted and added
    std::int64_t additions = 0;     ///< of shifted operands, in those
    std::int64_t products = 0;      ///< constants that are multiplied
    std::int64_t soft_products = 0; ///< of them, those that are multiplied in LUTs
    std::int64_t dsp = 0;           ///< DSP blocks of the others

    friend constexpr bool operator==(const constant_counts&, const constant_counts&) = default;
};

/// Non-zero digits of the canonical signed-digit form of an integer.
[[nodiscard]] constexpr int signed_digits(std::int64_t value)
{
    std::uint64_t rest =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    int digits = 0;
    std::uint64_t carry = 0;
    for (; rest != 0 || carry != 0; rest /= 2) {
        if (rest % 2 == carry) // 0 without carry, or 1 and carry: digit 0, the carry stays
            continue;
        ++digits;
        carry = rest / 2 % 2; // a one follows: the digit is -1 and carries, else it is +1
    }
    return digits;
}

/// The integer nearest to a value among those with at most so many signed digits; of two as near
/// always the same one.
/// \param value   |value| < 2^62
/// \param digits  ≥ 0
/// \throws std::invalid_argument if the value is larger
[[nodiscard]] constexpr std::int64_t nearest_with_digits(std::int64_t value, int digits)
{
    ensure(value > -(std::int64_t{1} << 62) && value < std::int64_t{1} << 62,
        "a number that is rounded to signed digits has at most 62 bits", given{"value", value});
    if (value == 0 || digits <= 0)
        return 0;
    if (value < 0)
        return -nearest_with_digits(-value, digits);
    // The first digit is one of the powers of two around the value, and the others are nearest to
    // what it leaves.
    const auto below = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(value)));
    const std::int64_t from_below = below + nearest_with_digits(value - below, digits - 1);
    const std::int64_t from_above = 2 * below + nearest_with_digits(value - 2 * below, digits - 1);
    const auto distance = [value](std::int64_t to) { return to < value ? value - to : to - value; };
    return distance(from_above) < distance(from_below) ? from_above : from_below;
}

} // namespace espalier
