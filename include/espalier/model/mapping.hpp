// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/index_range.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstdint>

// Which multiplier meets which weight in which cycle, both ways and in closed form. Under the
// strategies with a fixed map, multiplier g works on the flat weights [g·RF, (g+1)·RF), one in each
// cycle; the last multiplier is partly filled when RF does not divide the number of weights. That
// is served here although hls4ml refuses such a reuse factor: legality is a separate question.

namespace espalier {

/// Everything about one weight's place in the hardware.
struct placement {
    std::int64_t multiplier = 0;
    std::int64_t cycle = 0; ///< of the reuse loop; also the address of its memory word
    std::int64_t output = 0;
    std::int64_t input = 0;
    std::int64_t first_bit = 0; ///< of the memory word
    std::int64_t end_bit = 0;   ///< one past the last; equal to first_bit without a memory
    std::int64_t first_column = 0;
    std::int64_t end_column = 0; ///< one past the last; equal to first_column without block RAM

    friend constexpr bool operator==(const placement&, const placement&) = default;
};

/// Memory columns that hold bits of the multipliers in a range.
[[nodiscard]] constexpr index_range columns_of(
    const weight_matrix& m, const weight_memory& memory, index_range multipliers)
{
    if (memory.bram18_per_column == 0 || multipliers.size() <= 0)
        return {};
    return {multipliers.first * m.weight.width / memory.column_bits,
        ceil_div(multipliers.last * m.weight.width, memory.column_bits)};
}

/// Multipliers that have bits in one memory column.
[[nodiscard]] constexpr index_range multipliers_of_column(
    const weight_matrix& m, const weight_memory& memory, std::int64_t column)
{
    const std::int64_t first_bit = column * memory.column_bits;
    const std::int64_t end_bit = std::min(first_bit + memory.column_bits, memory.word_bits);
    return {first_bit / m.weight.width, ceil_div(end_bit, m.weight.width)};
}

/// Flat hardware indices that the multipliers in a range work on.
[[nodiscard]] constexpr index_range weights_of(const weight_matrix& m, index_range multipliers)
{
    return {multipliers.first * m.reuse_factor,
        std::min(multipliers.last * m.reuse_factor, m.weights())};
}
/// Flat hardware indices that multiplier g works on, in the order of the cycles.
[[nodiscard]] constexpr index_range weights_of_multiplier(const weight_matrix& m, std::int64_t g)
{
    return weights_of(m, {g, g + 1});
}
/// Flat hardware indices with at least one bit in a memory column.
[[nodiscard]] constexpr index_range weights_of_column(
    const weight_matrix& m, const weight_memory& memory, std::int64_t column)
{
    return weights_of(m, multipliers_of_column(m, memory, column));
}

/// (multiplier, cycle) → flat hardware index.
[[nodiscard]] constexpr std::int64_t flat_index(
    const weight_matrix& m, std::int64_t multiplier, std::int64_t cycle)
{
    return multiplier * m.reuse_factor + cycle;
}

/// The place of the weight with a flat hardware index.
/// \throws std::invalid_argument if there is no such weight, or if the strategy has no fixed map
///         (latency with a reuse factor above 1: HLS shares multipliers as it likes)
[[nodiscard]] constexpr placement place(
    const weight_matrix& m, std::int64_t flat, const memory_policy& policy = {})
{
    ensure(flat >= 0 && flat < m.weights(), "a weight index is below the number of weights",
        given{"index", flat}, given{"weights", m.weights()});
    ensure(m.strategy != strategy::latency || m.reuse_factor == 1,
        "the latency strategy has no fixed weight to multiplier map at a reuse factor above 1",
        given{"reuse_factor", m.reuse_factor});
    const std::int64_t g = flat / m.reuse_factor;
    const weight_memory memory = memory_of(m, policy);
    const index_range columns = columns_of(m, memory, {g, g + 1});
    return {.multiplier = g,
        .cycle = flat % m.reuse_factor,
        .output = m.is_depthwise() ? flat % m.channels : flat / m.n_in(),
        .input = m.is_depthwise() ? flat : flat % m.n_in(),
        .first_bit = memory.word_bits > 0 ? g * m.weight.width : 0,
        .end_bit = memory.word_bits > 0 ? (g + 1) * m.weight.width : 0,
        .first_column = columns.first,
        .end_column = columns.last};
}

/// The place of the weight at an offset of the framework's tensor.
[[nodiscard]] constexpr placement place(
    const weight_matrix& m, layout framework, std::int64_t offset, const memory_policy& policy = {})
{
    ensure(offset >= 0 && offset < m.weights(), "a weight index is below the number of weights",
        given{"index", offset}, given{"weights", m.weights()});
    return place(m, to_hardware(m, framework, offset), policy);
}

} // namespace espalier
