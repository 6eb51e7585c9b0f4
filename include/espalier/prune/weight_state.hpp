// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/constant.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/split_offsets.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

// A weight that is a constant in logic has three states: any number of its format, which costs a
// multiplier; a number of at most two signed digits, which costs the adder that is there anyway;
// and zero. Which weight is in which state is chosen with everything else, by a knapsack in which
// the second state is worth what rounding leaves of the first.

namespace espalier {

/// What is left of a weight.
enum class weight_state : std::uint8_t {
    pruned,     ///< zero
    kept,       ///< any number of its format
    two_digits, ///< a number with at most two signed digits (structure_kind::constant)
};

/// The integer that the hardware stores for a weight, truncated to its format; one that is too
/// large is the largest there is. Two digits never leave the format: its ends have no more.
/// \throws std::invalid_argument if the weight is not finite
[[nodiscard]] inline std::int64_t stored_as(
    double weight, const precision& format, weight_state state)
{
    if (state == weight_state::pruned)
        return 0;
    const std::int64_t whole = quantized(weight, {.format = format, .overflow = overflow::sat});
    return state == weight_state::two_digits ? nearest_with_digits(whole, 2) : whole;
}

/// The same as a number: what the hardware multiplies with.
[[nodiscard]] inline double in_hardware(double weight, const precision& format, weight_state state)
{
    return real_value(stored_as(weight, format, state), format);
}

/// The part of a weight that rounding to two digits loses: |w - ŵ| / |w| of what is stored.
[[nodiscard]] inline double lost_by_two_digits(double weight, const precision& format)
{
    const std::int64_t whole = stored_as(weight, format, weight_state::kept);
    const std::int64_t rounded = stored_as(weight, format, weight_state::two_digits);
    return whole == 0 ? 0.0
                      : static_cast<double>(std::abs(whole - rounded)) /
                            static_cast<double>(std::abs(whole));
}

/// Splits what single weights are worth into what they are worth with two signed digits and what
/// more as they are. A part p of a weight is lost with the part p of its value, of a value by
/// squares with p².
/// \param weights  all weights of the matrix in the framework's order
/// \param is_squares  whether a value is that of the weight's square
/// \param values  one for each group; afterwards what it is worth with two digits
/// \param more  as many
/// \throws std::invalid_argument if a weight is not finite
inline void split_by_states(const grouping& groups, layout framework,
    std::span<const float> weights, bool is_squares, std::span<double> values,
    std::span<double> more)
{
    visit_weights(groups, framework, [&](std::int64_t offset, std::int64_t group) {
        const double lost = lost_by_two_digits(
            static_cast<double>(weights[static_cast<std::size_t>(offset)]), groups.matrix().weight);
        const auto at = static_cast<std::size_t>(group);
        more[at] = values[at] * (is_squares ? lost * lost : lost);
        values[at] -= more[at];
    });
}

} // namespace espalier
