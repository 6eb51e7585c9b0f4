// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace espalier {

/// The number of resources that a user can define beside those of an FPGA
/// (prune/custom_resource.hpp).
inline constexpr std::size_t max_custom_resources = 4;

/// Amounts of FPGA resources: what a design needs, what a device has, or what a budget allows.
struct resources {
    std::int64_t dsp = 0;    ///< DSP blocks
    std::int64_t bram18 = 0; ///< 18-Kb block RAMs (RAMB18, DP16KD); a RAMB36 counts as two
    std::int64_t lut = 0;    ///< look-up tables: 6-input ones, on ECP5 4-input ones
    std::int64_t ff = 0;     ///< flip-flops
    std::int64_t uram = 0;   ///< 288-Kb UltraRAM blocks
    /// Of what a user defined; the model itself leaves them at 0.
    std::array<std::int64_t, max_custom_resources> custom{};

    /// Block RAM as vendor reports count it, in 36-Kb blocks: a RAMB18 is half of one.
    [[nodiscard]] constexpr double bram() const { return static_cast<double>(bram18) / 2; }

    friend constexpr bool operator==(const resources&, const resources&) = default;

    constexpr resources& operator+=(const resources& other)
    {
        dsp += other.dsp;
        bram18 += other.bram18;
        lut += other.lut;
        ff += other.ff;
        uram += other.uram;
        for (std::size_t k = 0; k < custom.size(); ++k)
            custom[k] += other.custom[k];
        return *this;
    }
    friend constexpr resources operator+(resources a, const resources& b) { return a += b; }
    friend constexpr resources operator*(std::int64_t times, resources r)
    {
        for (std::int64_t* amount : {&r.dsp, &r.bram18, &r.lut, &r.ff, &r.uram})
            *amount *= times;
        for (std::int64_t& amount : r.custom)
            amount *= times;
        return r;
    }
};

} // namespace espalier
