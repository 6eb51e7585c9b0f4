// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/model/precision.hpp>

#include <bit>
#include <cmath>
#include <cstdint>

// Numbers in and out of fixed-point formats. A number is stored as its raw integer, the value in
// steps of the last bit: 1.5 in ap_fixed<8, 4> is 24. What enters a format is first rounded to its
// steps and then, if it is out of range, brought in by the overflow mode, both as SystemC defines
// it (IEEE 1666, 7.10.9), bit for bit.
//
// The raw integer of every format of up to 64 bits is a std::int64_t. An unsigned format of 64 bits
// stores 2^63 and more as the negative integer that has the same bits.

namespace espalier {

/// Whether rounding takes a number that lies between two raw integers to the upper one. In two's
/// complement the fraction is what the dropped bits say, so it counts from the lower one.
/// \param negative  the sign of the number
/// \param odd       the lower one is
/// \param half      the uppermost dropped bit: the fraction is at least 1/2
/// \param rest      whether a dropped bit below it is set
[[nodiscard]] constexpr bool rounds_up(rounding mode, bool negative, bool odd, bool half, bool rest)
{
    switch (mode) {
    case rounding::trn:
        return false;
    case rounding::trn_zero:
        return negative && (half || rest);
    case rounding::rnd:
        return half;
    case rounding::rnd_zero:
        return half && (rest || negative);
    case rounding::rnd_inf:
        return half && (rest || !negative);
    case rounding::rnd_min_inf:
        return half && rest;
    case rounding::rnd_conv:
        return half && (rest || odd);
    }
    return false;
}

namespace detail {

/// An integer of 65 bits in two's complement.
struct integer_65 {
    std::uint64_t bits = 0;
    bool negative = false; ///< the 65th
};

/// Brings an integer into the range of a format.
/// \param beyond  it has even more bits, and these are only its last 64
constexpr std::int64_t brought_into(const fixed_point& to, integer_65 value, bool beyond)
{
    const precision& p = to.format;
    const std::uint64_t ones = ~std::uint64_t{0} >> (64 - p.width);
    const std::uint64_t largest = p.is_signed ? ones >> 1 : ones;
    const auto smallest = static_cast<std::int64_t>(!p.is_signed                       ? 0
                                                    : to.overflow == overflow::sat_sym ? 0 - largest
                                                                                       : ~largest);
    const auto integer = static_cast<std::int64_t>(value.bits);
    if (!beyond && (value.negative ? integer >= smallest : value.bits <= largest))
        return integer;
    switch (to.overflow) {
    case overflow::wrap: {
        const std::uint64_t kept = value.bits & ones;
        return static_cast<std::int64_t>(p.is_signed && kept > largest ? kept | ~ones : kept);
    }
    case overflow::sat:
    case overflow::sat_sym:
        return value.negative ? smallest : static_cast<std::int64_t>(largest);
    case overflow::sat_zero:
        return 0;
    }
    return 0;
}

/// The raw integer of value · 2^exponent steps of a format.
constexpr std::int64_t raw_of(integer_65 value, std::int64_t exponent, const fixed_point& to)
{
    const std::uint64_t sign = value.negative ? ~std::uint64_t{0} : 0;
    if (exponent >= 0) {
        const int spare =
            value.negative ? std::countl_one(value.bits) - 1 : std::countl_zero(value.bits);
        const bool beyond = value.bits != 0 && exponent > spare;
        value.bits = exponent < 64 ? value.bits << exponent : 0;
        return brought_into(to, value, beyond);
    }
    // The dropped bits: the uppermost, and those below it. What lies above the 64 is the sign.
    const std::int64_t dropped = -exponent;
    const bool half = dropped <= 64 ? (value.bits >> (dropped - 1) & 1) != 0 : value.negative;
    const bool rest = dropped <= 64 ? (value.bits & ((std::uint64_t{1} << (dropped - 1)) - 1)) != 0
                                    : value.bits != 0;
    integer_65 rounded{sign, value.negative};
    if (dropped < 64)
        rounded.bits = value.bits >> dropped | (dropped > 0 ? sign << (64 - dropped) : 0);
    if (rounds_up(to.rounding, value.negative, rounded.bits % 2 != 0, half, rest)) {
        ++rounded.bits;
        rounded.negative = rounded.negative && rounded.bits != 0;
    }
    return brought_into(to, rounded, false);
}

/// Bits right of the binary point.
constexpr std::int64_t fraction_of(const precision& p)
{
    return std::int64_t{p.width} - p.integer;
}

} // namespace detail

/// A real number as the raw integer that the hardware stores.
/// \param format  a `precision` alone truncates and wraps, as HLS types do by default
/// \throws std::invalid_argument for NaN, infinity and a format that is not sound
[[nodiscard]] constexpr std::int64_t quantized(double number, const fixed_point& format)
{
    ensure_sound(format);
    ensure(
        is_finite(number), "only a finite number has a fixed-point value", given{"number", number});
    // IEEE 754: sign, 11 bits of exponent, 52 of mantissa. Zero in the exponent is a subnormal.
    const auto bits = std::bit_cast<std::uint64_t>(number);
    const auto exponent = static_cast<std::int64_t>(bits >> 52 & 0x7ff);
    std::uint64_t mantissa = bits & 0xf'ffff'ffff'ffff;
    if (exponent != 0)
        mantissa |= std::uint64_t{1} << 52;
    const bool negative = bits >> 63 != 0 && mantissa != 0;
    return detail::raw_of({negative ? 0 - mantissa : mantissa, negative},
        (exponent != 0 ? exponent : 1) - 1075 + detail::fraction_of(format.format), format);
}

/// The raw integer after an assignment from one fixed-point type to another.
/// \param raw  in the format `from`
/// \throws std::invalid_argument for a format that is not sound
[[nodiscard]] constexpr std::int64_t requantized(
    std::int64_t raw, const precision& from, const fixed_point& to)
{
    ensure_sound(from);
    ensure_sound(to);
    if (from == to.format && to.overflow != overflow::sat_sym)
        return raw;
    return detail::raw_of({static_cast<std::uint64_t>(raw), from.is_signed && raw < 0},
        detail::fraction_of(to.format) - detail::fraction_of(from), to);
}

/// The smallest raw integer of a format.
[[nodiscard]] constexpr std::int64_t smallest_raw(const precision& p)
{
    return p.is_signed ? -1 - static_cast<std::int64_t>(~std::uint64_t{0} >> (64 - p.width) >> 1)
                       : 0;
}
/// The largest raw integer of a format; of an unsigned one of 64 bits the integer with its bits.
[[nodiscard]] constexpr std::int64_t largest_raw(const precision& p)
{
    return static_cast<std::int64_t>(~std::uint64_t{0} >> (64 - p.width) >> (p.is_signed ? 1 : 0));
}

/// The real number that a raw integer stands for, rounded to a double beyond 53 bits.
[[nodiscard]] inline double real_value(std::int64_t raw, const precision& p)
{
    const double integer = p.is_signed ? static_cast<double>(raw)
                                       : static_cast<double>(static_cast<std::uint64_t>(raw));
    const std::int64_t fraction = detail::fraction_of(p);
    constexpr std::int64_t far = 5000; // beyond the exponents of a double
    return std::ldexp(integer, static_cast<int>(fraction > far    ? -far
                                                : fraction < -far ? far
                                                                  : -fraction));
}

} // namespace espalier
