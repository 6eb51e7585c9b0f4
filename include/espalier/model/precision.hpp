// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

#include <cstdint>
#include <string_view>

// A number format twice: what it costs (`precision`, all that a layer and its resources need) and
// what it computes (`fixed_point`, which says also how a value gets into it).

namespace espalier {

struct fixed_point;

/// A fixed-point format, `ap_fixed<width, integer>` in HLS words.
struct precision {
    int width = 16;  ///< bits in all, sign included, 1 … 64
    int integer = 6; ///< bits left of the binary point, sign included; may be negative or > width
    bool is_signed = true;

    /// With the modes that ap_fixed, ac_fixed and sc_fixed have unless told otherwise.
    constexpr operator fixed_point() const;

    friend constexpr bool operator==(const precision&, const precision&) = default;
};

/// Bits right of the binary point; negative where the point lies right of the format.
[[nodiscard]] constexpr int fraction_bits(const precision& p)
{
    return p.width - p.integer;
}

/// What becomes of the bits to the right of a format, under the names of HLS without their prefix
/// (AP_, AC_, SC_). The last five round to the nearest and differ in what they do with a tie.
enum class rounding : std::uint8_t {
    trn,         ///< towards minus infinity: the bits are dropped (the default)
    trn_zero,    ///< towards zero
    rnd,         ///< to the nearest, ties towards plus infinity
    rnd_zero,    ///< to the nearest, ties towards zero
    rnd_inf,     ///< to the nearest, ties away from zero
    rnd_min_inf, ///< to the nearest, ties towards minus infinity
    rnd_conv,    ///< to the nearest, ties to even
};

/// What becomes of a value outside the range of a format, under the names of HLS without their
/// prefix. WRAP has no saturated bits (the argument n_bits is 0), and there is no WRAP_SM.
enum class overflow : std::uint8_t {
    wrap,     ///< the bits to the left are dropped (the default)
    sat,      ///< the nearest value of the format
    sat_zero, ///< zero
    sat_sym,  ///< as sat, but a signed format has no value below minus its largest one
};

/// A fixed-point format with its modes, `ap_fixed<width, integer, rounding, overflow>`.
struct fixed_point {
    precision format{};
    espalier::rounding rounding = espalier::rounding::trn;
    espalier::overflow overflow = espalier::overflow::wrap;

    friend constexpr bool operator==(const fixed_point&, const fixed_point&) = default;
};

constexpr precision::operator fixed_point() const
{
    return {.format = *this};
}

[[nodiscard]] constexpr std::string_view to_string(rounding r)
{
    switch (r) {
    case rounding::trn:
        return "trn";
    case rounding::trn_zero:
        return "trn_zero";
    case rounding::rnd:
        return "rnd";
    case rounding::rnd_zero:
        return "rnd_zero";
    case rounding::rnd_inf:
        return "rnd_inf";
    case rounding::rnd_min_inf:
        return "rnd_min_inf";
    case rounding::rnd_conv:
        return "rnd_conv";
    }
    return "unknown";
}

[[nodiscard]] constexpr std::string_view to_string(overflow o)
{
    switch (o) {
    case overflow::wrap:
        return "wrap";
    case overflow::sat:
        return "sat";
    case overflow::sat_zero:
        return "sat_zero";
    case overflow::sat_sym:
        return "sat_sym";
    }
    return "unknown";
}

/// Refuses a width that no number type has.
/// \throws std::invalid_argument if the width is outside 1 … 64
constexpr void ensure_sound(const precision& p)
{
    ensure(p.width >= 1 && p.width <= 64, "a fixed-point width is between 1 and 64 bits",
        given{"width", p.width});
}

/// \overload
/// Nor a symmetric format of a sign alone, in which ap_fixed keeps -1 and sc_fixed does not.
constexpr void ensure_sound(const fixed_point& f)
{
    ensure_sound(f.format);
    ensure(f.overflow != overflow::sat_sym || !f.format.is_signed || f.format.width > 1,
        "a signed format that saturates symmetrically has at least 2 bits",
        given{"width", f.format.width});
}

} // namespace espalier
