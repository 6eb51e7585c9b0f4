// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/index_range.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
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
    /// Of the memory, in its first bank; in every bank its bits tell.
    std::int64_t first_column = 0;
    std::int64_t end_column = 0; ///< one past the last; equal to first_column without block RAM

    friend constexpr bool operator==(const placement&, const placement&) = default;
};

/// Bits of the memory word that the multipliers in a range have.
[[nodiscard]] constexpr index_range bits_of(const weight_memory& memory, index_range multipliers)
{
    return {std::min(multipliers.first * memory.weight_bits, memory.word_bits),
        std::min(multipliers.last * memory.weight_bits, memory.word_bits)};
}

/// Memory columns of a bank that hold bits of the multipliers in a range.
[[nodiscard]] constexpr index_range columns_of(
    const weight_memory& memory, index_range multipliers, std::size_t bank = 0)
{
    if (!memory.is_in_block_ram() || multipliers.size() <= 0)
        return {};
    const index_range bits = bits_of(memory, multipliers);
    const std::int64_t in_column = memory.banks[bank].column_bits;
    return {bits.first / in_column, ceil_div(bits.last, in_column)};
}

/// Multipliers that have bits in one memory column of a bank.
[[nodiscard]] constexpr index_range multipliers_of_column(
    const weight_memory& memory, std::int64_t column, std::size_t bank = 0)
{
    const std::int64_t in_column = memory.banks[bank].column_bits;
    const std::int64_t end_bit = std::min((column + 1) * in_column, memory.word_bits);
    return {column * in_column / memory.weight_bits, ceil_div(end_bit, memory.weight_bits)};
}

/// Which of the weights that stay, counted in any order, make a range of pooled multipliers
/// necessary: each those behind the others', and the first any where RF does not divide the number
/// of weights, for then ⌊zeros / RF⌋ leaves it to the last.
[[nodiscard]] constexpr index_range slots_of_pooled(const weight_matrix& m, index_range multipliers)
{
    const std::int64_t empty = m.multipliers() * m.reuse_factor - m.weights();
    const bool any = multipliers.first == 0 && empty > 0;
    return {std::max<std::int64_t>(multipliers.first * m.reuse_factor - empty, 0),
        any ? m.weights() : multipliers.last * m.reuse_factor - empty};
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
/// Flat hardware indices with at least one bit in a memory column of a bank.
[[nodiscard]] constexpr index_range weights_of_column(
    const weight_matrix& m, const weight_memory& memory, std::int64_t column, std::size_t bank = 0)
{
    return weights_of(m, multipliers_of_column(memory, column, bank));
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
    const index_range bits = bits_of(memory, {g, g + 1});
    const index_range columns = columns_of(memory, {g, g + 1});
    return {.multiplier = g,
        .cycle = flat % m.reuse_factor,
        .output = m.is_depthwise() ? flat % m.channels : flat / m.n_in(),
        .input = m.is_depthwise() ? flat : flat % m.n_in(),
        .first_bit = bits.first,
        .end_bit = bits.last,
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
