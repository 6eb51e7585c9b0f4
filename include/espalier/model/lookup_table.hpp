// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/integer.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/resources.hpp>

#include <algorithm>
#include <cstdint>

// A ROM of function values (sigmoid, exp, 1/x) that several values look up at once. A block RAM has
// two ports, so every two readers have a copy of their own. HLS stores the bits that differ between
// words and no others: hls4ml's tables of ap_fixed<18,8> take 10 (sigmoid), 11 (tanh, the
// exponentials of a softmax) or 18 bits (1/x) in the reports of Vivado HLS 2019.2 and Vitis HLS
// 2025.1.

namespace espalier {

/// A table of function values.
struct lookup_table {
    std::int64_t words = 0;
    std::int64_t bits = 0;    ///< of a word, those that differ between words
    std::int64_t readers = 1; ///< look-ups in one cycle

    friend constexpr bool operator==(const lookup_table&, const lookup_table&) = default;
};

namespace detail {

/// RAMB18 of a memory whose two ports are used apart. At its widest, 512×36, a RAMB18 has one port
/// to read and one to write, so such a memory takes it as 1K×18 or deeper, one shape for all words.
constexpr std::int64_t dual_port_bram18(
    memory_shapes shapes, std::int64_t depth, std::int64_t word_bits)
{
    if (shapes == memory_shapes::mixed_aspect_ratios)
        shapes = memory_shapes::best_aspect_ratio;
    const memory_bank bank = banks_for(shapes, std::max<std::int64_t>(depth, 513), word_bits)[0];
    return ceil_div(word_bits, bank.column_bits) * bank.bram18;
}

} // namespace detail

/// Need of a table, in block RAM or, below the thresholds of the policy, in LUTs of 64×1.
[[nodiscard]] constexpr resources cost(const lookup_table& t, const memory_policy& policy = {})
{
    if (t.words < policy.min_depth || t.words * t.bits < policy.min_bits)
        return {.lut = t.readers * t.bits * ceil_div(t.words, 64)};
    return {.bram18 =
                ceil_div(t.readers, 2) * detail::dual_port_bram18(policy.shapes, t.words, t.bits)};
}

/// Bits of a function's values that differ between the words of its table. hls4ml looks up
/// arguments from -8 to 8 (tanh: -4 to 4; elu and selu: -8 to 0), so a sigmoid has fraction bits
/// only, and what is negative as well has a sign. 0 for functions without a table; of a softmax the
/// exponentials, which are 0 to 1.
[[nodiscard]] constexpr int table_bits(activation_function f, const precision& table)
{
    const auto fraction_and = [&](int bits) {
        return std::min(table.width, std::max(table.width - table.integer, 0) + bits);
    };
    switch (f) {
    case activation_function::sigmoid:
        return fraction_and(0);
    case activation_function::tanh:
    case activation_function::softsign:
    case activation_function::elu:
    case activation_function::softmax:
        return fraction_and(1);
    case activation_function::selu: // down to -1.76
        return fraction_and(2);
    case activation_function::softplus: // below 8
        return fraction_and(3);
    default:
        return 0;
    }
}

} // namespace espalier
