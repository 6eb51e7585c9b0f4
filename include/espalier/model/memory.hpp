// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/integer.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

// The ROM that holds a matrix under the strategies `resource` and `resource_unrolled`: one word for
// each cycle of the reuse loop, multiplier g at bits [g·b, (g+1)·b) of every word, where b is the
// weight width (hls4ml reshapes the weight array by the block factor). A block RAM is a number of
// words deep and a number of bits wide, so the word is cut into memory columns of that width, and a
// column is the smallest thing that pruning can free. A ROM that is deeper than one block stands on
// several banks, one below the other, each with the shape that suits the words it holds and with
// columns of its own.

namespace espalier {

/// Which aspect ratios of a block RAM are used.
enum class memory_shapes : std::uint8_t {
    only_1kx36,        ///< a RAMB36 as 1K×36 (the paper, hls4ml's estimate); deeper ROMs cascade
    best_aspect_ratio, ///< RAMB18 as 512×36, 1K×18, 2K×9, 4K×4, 8K×2, 16K×1, by depth (UG573)
    intel_m20k, ///< 512×40, 1K×20, 2K×10, 4K×5, 8K×2, 16K×1; one M20K counts as one 36-Kb block
    mixed_aspect_ratios, ///< those of RAMB18, several of them for a deep ROM: the fewest blocks
};

/// Which of the upper bits of the weights are stored. Bits that equal the sign in every word need
/// no memory. Where the weights are not known, they are taken to lie between -1 and 1, which was
/// right to 2 bits on 71 of 80 ROMs of the reports (docs/model.md).
enum class sign_bits : std::uint8_t {
    kept,            ///< every bit of the format (the paper)
    trimmed_at_last, ///< but those of the last multiplier, at the end of the word (C synthesis)
    trimmed,         ///< of no multiplier (logic synthesis, which drops equal columns)
};

/// How block RAM is counted; the defaults are those of `cost_policy::hls`.
struct memory_policy {
    memory_shapes shapes = memory_shapes::mixed_aspect_ratios;
    espalier::sign_bits sign_bits = espalier::sign_bits::trimmed_at_last;
    /// ROMs less deep than this go to LUTs.
    std::int64_t min_depth = 0;
    /// ROMs with fewer bits than this go to LUTs. HLS: those of at most 1,024, unless a template
    /// forces block RAM.
    std::int64_t min_bits = 1'025;
    /// Whether a kernel whose reuse factor is above n_in reads the output that it adds to from a
    /// ROM, as hls4ml's does.
    bool output_index = true;

    friend constexpr bool operator==(const memory_policy&, const memory_policy&) = default;
};

/// Block RAMs that hold some of the words of a memory, side by side.
struct memory_bank {
    std::int64_t column_bits = 0; ///< of a word in one memory column
    std::int64_t bram18 = 0;      ///< of each column

    friend constexpr bool operator==(const memory_bank&, const memory_bank&) = default;
};

/// The banks of a memory, no two of one shape; none where it is built from LUTs.
class memory_banks {
public:
    /// One more, of at most six.
    constexpr void push_back(const memory_bank& bank) { banks_[size_++] = bank; }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }
    [[nodiscard]] constexpr const memory_bank* begin() const { return banks_; }
    [[nodiscard]] constexpr const memory_bank* end() const { return banks_ + size_; }
    [[nodiscard]] constexpr const memory_bank& operator[](std::size_t i) const { return banks_[i]; }

private:
    memory_bank banks_[6]{};
    std::size_t size_ = 0;
};

/// The weight memory of one matrix, before anything is pruned.
struct weight_memory {
    std::int64_t word_bits = 0;   ///< 0: the weights are not in a memory
    std::int64_t depth = 0;       ///< words, the reuse factor
    std::int64_t weight_bits = 0; ///< of each multiplier in a word; the last may have fewer
    memory_banks banks{};

    [[nodiscard]] constexpr bool is_in_block_ram() const { return banks.size() > 0; }
    /// Memory columns of a bank: ⌈word bits / column bits⌉.
    [[nodiscard]] constexpr std::int64_t columns(std::size_t bank) const
    {
        return ceil_div(word_bits, banks[bank].column_bits);
    }
    /// Memory columns of all banks; 0 without block RAM.
    [[nodiscard]] constexpr std::int64_t columns() const
    {
        std::int64_t all = 0;
        for (std::size_t bank = 0; bank < banks.size(); ++bank)
            all += columns(bank);
        return all;
    }
    /// RAMB18 of all columns.
    [[nodiscard]] constexpr std::int64_t bram18() const { return bram18_for(word_bits); }
    /// RAMB18 for a word of so many bits in the same banks: of a packed memory.
    [[nodiscard]] constexpr std::int64_t bram18_for(std::int64_t bits) const
    {
        std::int64_t all = 0;
        for (const memory_bank& bank : banks)
            all += ceil_div(bits, bank.column_bits) * bank.bram18;
        return all;
    }
};

namespace detail {

/// Bits of a word in a RAMB18 of 512 words, of 1K, … of 16K.
inline constexpr std::size_t shapes_of_a_block = 6;
inline constexpr std::int64_t ramb18_bits[shapes_of_a_block]{36, 18, 9, 4, 2, 1};
inline constexpr std::int64_t m20k_bits[shapes_of_a_block]{40, 20, 10, 5, 2, 1};

/// One shape for the whole depth: the shallowest that reaches, or a cascade of the deepest.
constexpr memory_bank bank_of_one_shape(
    const std::int64_t (&widths)[shapes_of_a_block], std::int64_t bram18, std::int64_t depth)
{
    std::int64_t words = 512;
    for (const std::int64_t bits : widths) {
        if (depth <= words)
            return {bits, bram18};
        words *= 2;
    }
    return {widths[shapes_of_a_block - 1], bram18 * ceil_div(depth, 16 * 1024)};
}

/// Banks of RAMB18 of different shapes, the deepest first, that hold `depth` words with the fewest
/// blocks, of equally many the fewest below one another. Exact to 128K words; what is deeper begins
/// with lots of 16K words in the shape that takes the fewest blocks for one.
constexpr memory_banks fewest_blocks(std::int64_t depth, std::int64_t word_bits)
{
    constexpr std::int64_t most = 256;         // units of 512 words
    std::int64_t stacked[shapes_of_a_block]{}; // blocks of each shape
    std::int64_t units = ceil_div(depth, 512);
    if (units > most) {
        std::size_t best = 0;
        const auto in_a_lot = [&](std::size_t shape) {
            return ceil_div(word_bits, ramb18_bits[shape]) * (32 >> shape);
        };
        for (std::size_t shape = 1; shape < shapes_of_a_block; ++shape)
            if (in_a_lot(shape) < in_a_lot(best))
                best = shape;
        const std::int64_t lots = (units - most / 2) / 32;
        stacked[best] += lots * (32 >> best);
        units -= lots * 32;
    }
    struct choice {
        std::int64_t blocks = 0;
        std::int64_t banks = 0;
        std::size_t shape = 0; // of the last bank
    };
    choice best[most + 1]{}; // by the units that are held
    for (std::int64_t held = 1; held <= units; ++held) {
        choice& here = best[held];
        for (std::size_t shape = 0; shape < shapes_of_a_block; ++shape) {
            const std::int64_t rest = std::max<std::int64_t>(held - (1 << shape), 0);
            const choice& before = best[rest];
            const std::int64_t blocks = before.blocks + ceil_div(word_bits, ramb18_bits[shape]);
            if (shape == 0 || blocks < here.blocks ||
                (blocks == here.blocks && before.banks + 1 < here.banks))
                here = {blocks, before.banks + 1, shape};
        }
    }
    while (units > 0) {
        const std::size_t shape = best[units].shape;
        ++stacked[shape];
        units -= 1 << shape;
    }
    memory_banks banks;
    for (std::size_t shape = shapes_of_a_block; shape-- > 0;)
        if (stacked[shape] > 0)
            banks.push_back({ramb18_bits[shape], stacked[shape]});
    return banks;
}

constexpr memory_banks banks_for(memory_shapes shapes, std::int64_t depth, std::int64_t word_bits)
{
    memory_banks banks;
    switch (shapes) {
    case memory_shapes::only_1kx36:
        banks.push_back({36, 2 * ceil_div(depth, 1024)});
        break;
    case memory_shapes::best_aspect_ratio:
        banks.push_back(bank_of_one_shape(ramb18_bits, 1, depth));
        break;
    case memory_shapes::intel_m20k:
        banks.push_back(bank_of_one_shape(m20k_bits, 2, depth));
        break;
    case memory_shapes::mixed_aspect_ratios:
        return fewest_blocks(depth, word_bits);
    }
    return banks;
}

/// A memory of so many words and bits, in block RAM or in LUTs.
constexpr weight_memory memory_with(std::int64_t depth, std::int64_t word_bits,
    std::int64_t weight_bits, const memory_policy& policy)
{
    weight_memory memory{.word_bits = word_bits, .depth = depth, .weight_bits = weight_bits};
    if (word_bits > 0 && depth >= policy.min_depth && word_bits * depth >= policy.min_bits)
        memory.banks = banks_for(policy.shapes, depth, word_bits);
    return memory;
}

} // namespace detail

/// A format without the bits that equal the sign in every number between -1 and 1.
[[nodiscard]] constexpr precision without_sign_bits(precision p)
{
    if (p.is_signed && p.integer > 1) {
        p.width = std::max(p.width - (p.integer - 1), 1);
        p.integer = 1;
    }
    return p;
}

/// Whether the weights of a matrix are read from a memory at all: not under the latency strategy,
/// and not at reuse factor 1, where they are constants in logic.
[[nodiscard]] constexpr bool has_weight_memory(const weight_matrix& m)
{
    return m.strategy != strategy::latency && m.reuse_factor > 1;
}

/// The memory of a matrix; empty where there is none.
[[nodiscard]] constexpr weight_memory memory_of(
    const weight_matrix& m, const memory_policy& policy = {})
{
    if (!has_weight_memory(m))
        return {};
    const std::int64_t last =
        policy.sign_bits == sign_bits::kept ? m.weight.width : without_sign_bits(m.weight).width;
    const std::int64_t each = policy.sign_bits == sign_bits::trimmed ? last : m.weight.width;
    return detail::memory_with(m.reuse_factor, (m.multipliers() - 1) * each + last, each, policy);
}

/// The memory of a matrix whose kept multipliers are to lie side by side: any of them may come
/// last, so none loses bits for that.
[[nodiscard]] constexpr weight_memory packed_memory_of(
    const weight_matrix& m, const memory_policy& policy = {})
{
    weight_memory memory = memory_of(m, policy);
    memory.word_bits = m.multipliers() * memory.weight_bits;
    return memory;
}

/// The ROM that tells a kernel of the strategy `resource` which output it adds to, where a
/// multiplier works for several: at a reuse factor above n_in. hls4ml has one for all multipliers.
[[nodiscard]] constexpr weight_memory index_memory_of(
    const weight_matrix& m, const memory_policy& policy = {})
{
    if (!policy.output_index || m.strategy != strategy::resource || m.is_depthwise() ||
        m.reuse_factor <= m.n_in())
        return {};
    const std::int64_t bits = ceil_log2(m.reuse_factor / m.n_in());
    return detail::memory_with(m.reuse_factor, bits, bits, policy);
}

} // namespace espalier
