// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

namespace espalier {

/// A fixed-point format, `ap_fixed<width, integer>` in HLS words.
struct precision {
    int width = 16;  ///< bits in all, sign included, 1 … 64
    int integer = 6; ///< bits left of the binary point, sign included; may be negative or > width
    bool is_signed = true;

    friend constexpr bool operator==(const precision&, const precision&) = default;
};

/// Refuses a width that no number type has.
/// \throws std::invalid_argument if the width is outside 1 … 64
constexpr void ensure_sound(const precision& p)
{
    ensure(p.width >= 1 && p.width <= 64, "a fixed-point width is between 1 and 64 bits",
        given{"width", p.width});
}

} // namespace espalier
