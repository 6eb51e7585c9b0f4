// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/integer.hpp>
#include <espalier/model/precision.hpp>

#include <cstdint>

namespace espalier {

/// Whose LUTs and flip-flops are imitated.
enum class fabric_rule : std::uint8_t {
    c_synthesis, ///< the estimate in the reports of Vivado and Vitis HLS
    schedule,    ///< what a synthesiser builds for a schedule (hls/schedule.hpp)
};

/// How LUTs and flip-flops are counted.
struct fabric_policy {
    fabric_rule rule = fabric_rule::c_synthesis;
    /// Whether multipliers that choose from 4, 8, 16 or 32 inputs have a selector each in reports,
    /// though all that read the same inputs could share one.
    bool own_selectors = true;
    /// Of what the rule gives. Logic synthesis leaves 47 % and 79 % of what C synthesis reported
    /// (medians of public projects; LUT 27 to 61 %).
    int lut_percent = 100;
    int ff_percent = 100;
    /// How products get into accumulators, and sums. A layer's format says nothing of that, so it
    /// is said here for all of them: what rounds or saturates takes LUTs and is not fused.
    espalier::rounding accum_rounding = espalier::rounding::trn;
    espalier::overflow accum_overflow = espalier::overflow::wrap;
    /// Period of the clock in picoseconds: it sets how often an adder tree is registered.
    int clock_ps = 5'000;

    friend constexpr bool operator==(const fabric_policy&, const fabric_policy&) = default;
};

/// What is left of the LUTs of one part, such as a multiplier, rounded up: so that a sum over parts
/// is never less than the part of the sum.
[[nodiscard]] constexpr std::int64_t part_of_luts(std::int64_t luts, const fabric_policy& how)
{
    return ceil_div(luts * how.lut_percent, 100);
}

} // namespace espalier
