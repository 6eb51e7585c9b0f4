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

namespace detail {

/// An integer of 65 bits in two's complement, or what is left of one with more.
struct integer_65 {
    std::uint64_t bits = 0;
    bool negative = false; ///< the 65th
    bool beyond = false;   ///< there were more, and the above are its sign and its last 64
};

/// value · 2^exponent as an integer.
constexpr integer_65 rounded(integer_65 value, std::int64_t exponent, rounding mode)
{
    const std::uint64_t sign = value.negative ? ~std::uint64_t{0} : 0;
    if (exponent >= 0) {
        const int spare =
            value.negative ? std::countl_one(value.bits) - 1 : std::countl_zero(value.bits);
        return {exponent < 64 ? value.bits << exponent : 0, value.negative,
            value.bits != 0 && exponent > spare};
    }
    // The dropped bits: the uppermost, and those below it. What lies above the 64 is the sign.
    const std::int64_t dropped = -exponent;
    const bool half = dropped <= 64 ? (value.bits >> (dropped - 1) & 1) != 0 : value.negative;
    const bool rest = dropped <= 64 ? (value.bits & ((std::uint64_t{1} << (dropped - 1)) - 1)) != 0
                                    : value.bits != 0;
    integer_65 result{sign, value.negative};
    if (dropped < 64)
        result.bits = value.bits >> dropped | sign << (64 - dropped);
    // From -1 to 0 the sign stays, which does no harm: 0 is in every range.
    if (rounds_up(mode, value.negative, result.bits % 2 != 0, half, rest))
        ++result.bits;
    return result;
}

/// The smallest raw integer that a saturating format keeps.
constexpr std::int64_t lowest(const fixed_point& f)
{
    return f.format.is_signed && f.overflow == overflow::sat_sym ? -largest_raw(f.format)
                                                                 : smallest_raw(f.format);
}

constexpr bool is_within(integer_65 value, const fixed_point& f)
{
    if (value.beyond)
        return false;
    return value.negative ? static_cast<std::int64_t>(value.bits) >= lowest(f)
                          : value.bits <= static_cast<std::uint64_t>(largest_raw(f.format));
}

/// Brings an integer into the range of a format.
constexpr std::int64_t brought_into(const fixed_point& to, integer_65 value)
{
    if (is_within(value, to))
        return static_cast<std::int64_t>(value.bits);
    switch (to.overflow) {
    case overflow::wrap: {
        const std::uint64_t ones = ~std::uint64_t{0} >> (64 - to.format.width);
        const std::uint64_t kept = value.bits & ones;
        return static_cast<std::int64_t>(
            to.format.is_signed && kept > ones >> 1 ? kept | ~ones : kept);
    }
    case overflow::sat:
    case overflow::sat_sym:
        return value.negative ? lowest(to) : largest_raw(to.format);
    case overflow::sat_zero:
        return 0;
    }
    return 0;
}

/// Bits right of the binary point.
constexpr std::int64_t fraction_of(const precision& p)
{
    return std::int64_t{p.width} - p.integer;
}

/// A real number in steps of a format.
constexpr integer_65 in_steps(double number, const fixed_point& format)
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
    return rounded({negative ? 0 - mantissa : mantissa, negative},
        (exponent != 0 ? exponent : 1) - 1075 + fraction_of(format.format), format.rounding);
}

} // namespace detail

/// A real number as the raw integer that the hardware stores.
/// \param format  a `precision` alone truncates and wraps, as HLS types do by default
/// \throws std::invalid_argument for NaN, infinity and a format that is not sound
[[nodiscard]] constexpr std::int64_t quantized(double number, const fixed_point& format)
{
    return detail::brought_into(format, detail::in_steps(number, format));
}

/// Whether a real number, rounded to the steps of a format, is in its range, so that its overflow
/// mode changes nothing. A straight-through estimator (Bengio et al. 2013) lets gradients through
/// here and only here: elsewhere the hardware's number does not follow the real one.
/// \throws std::invalid_argument as `quantized`
[[nodiscard]] constexpr bool is_in_range(double number, const fixed_point& format)
{
    return detail::is_within(detail::in_steps(number, format), format);
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
    const std::int64_t exponent = detail::fraction_of(to.format) - detail::fraction_of(from);
    return detail::brought_into(
        to, detail::rounded({static_cast<std::uint64_t>(raw), from.is_signed && raw < 0}, exponent,
                to.rounding));
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

/// What the hardware has instead of a real number: the value to train with.
/// \throws std::invalid_argument as `quantized`
[[nodiscard]] inline double fake_quantized(double number, const fixed_point& format)
{
    return real_value(quantized(number, format), format.format);
}

} // namespace espalier
