// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/integer.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <cstdint>

// The ROM that holds a matrix under the strategies `resource` and `resource_unrolled`: one word for
// each cycle of the reuse loop, multiplier g at bits [g·W, (g+1)·W) of every word (hls4ml reshapes
// the weight array by the block factor). A block RAM is as deep as the ROM and a fixed number of
// bits wide, so the word is cut into memory columns of that width, and a column is the smallest
// thing that pruning can free.

namespace espalier {

/// Which aspect ratios of a block RAM are used.
enum class memory_shapes : std::uint8_t {
    only_1kx36,        ///< a RAMB36 as 1K×36 (the paper, hls4ml's estimate); deeper ROMs cascade
    best_aspect_ratio, ///< RAMB18 as 512×36, 1K×18, 2K×9, 4K×4, 8K×2, 16K×1, by depth (UG573)
    intel_m20k, ///< 512×40, 1K×20, 2K×10, 4K×5, 8K×2, 16K×1; one M20K counts as one 36-Kb block
};

/// How block RAM is counted.
struct memory_policy {
    memory_shapes shapes = memory_shapes::only_1kx36;
    /// ROMs less deep than this go to LUTs (Vivado: 32); the paper's accounting has no such limit.
    std::int64_t min_depth = 0;
    /// ROMs with fewer bits than this go to LUTs (Vivado: about 1,024).
    std::int64_t min_bits = 0;

    friend constexpr bool operator==(const memory_policy&, const memory_policy&) = default;
};

/// The weight memory of one matrix, before anything is pruned.
struct weight_memory {
    std::int64_t word_bits = 0; ///< multipliers · weight width; 0: the weights are not in a memory
    std::int64_t depth = 0;     ///< words, the reuse factor
    std::int64_t column_bits = 0;       ///< bits of a word in one memory column
    std::int64_t bram18_per_column = 0; ///< 0: the memory is built from LUTs

    /// Memory columns: ⌈word bits / column bits⌉; 0 without block RAM.
    [[nodiscard]] constexpr std::int64_t columns() const
    {
        return bram18_per_column > 0 ? ceil_div(word_bits, column_bits) : 0;
    }
    [[nodiscard]] constexpr std::int64_t bram18() const { return columns() * bram18_per_column; }
};

namespace detail {

struct column_shape {
    std::int64_t bits;
    std::int64_t bram18;
};

/// Walks the aspect ratios from the shallowest; what is deeper than the deepest is cascaded.
constexpr column_shape column_for(memory_shapes shapes, std::int64_t depth)
{
    switch (shapes) {
    case memory_shapes::only_1kx36:
        return {36, 2 * ceil_div(depth, 1024)};
    case memory_shapes::best_aspect_ratio: {
        std::int64_t words = 512;
        for (const std::int64_t bits : {36, 18, 9, 4, 2, 1}) {
            if (depth <= words)
                return {bits, 1};
            words *= 2;
        }
        return {1, ceil_div(depth, 16 * 1024)};
    }
    case memory_shapes::intel_m20k: {
        std::int64_t words = 512;
        for (const std::int64_t bits : {40, 20, 10, 5, 2, 1}) {
            if (depth <= words)
                return {bits, 2};
            words *= 2;
        }
        return {1, 2 * ceil_div(depth, 16 * 1024)};
    }
    }
    return {};
}

} // namespace detail

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
    const auto [bits, bram18] = detail::column_for(policy.shapes, m.reuse_factor);
    const std::int64_t word_bits = m.multipliers() * m.weight.width;
    const bool in_block_ram =
        m.reuse_factor >= policy.min_depth && word_bits * m.reuse_factor >= policy.min_bits;
    return {.word_bits = word_bits,
        .depth = m.reuse_factor,
        .column_bits = bits,
        .bram18_per_column = in_block_ram ? bram18 : 0};
}

} // namespace espalier
