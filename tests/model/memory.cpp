// SPDX-License-Identifier: Apache-2.0
#include "hardware_loops.hpp"
#include "random_layers.hpp"

#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/policy.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

// The memory is built here bit by bit: the weights are written to the words of a ROM in the order
// in which the loops of the hardware ask for them, and the bits of a word are dealt out to block
// RAMs with a counter.

using namespace espalier;
using hardware_loops::integer;
using hardware_loops::meeting;

namespace {

/// One bit of a memory word: whose weight it belongs to, and in which memory column it lies.
struct word_bit {
    integer multiplier;
    integer column;
};

std::vector<word_bit> bits_of_word(integer multipliers, int width, int column_bits)
{
    std::vector<word_bit> word;
    integer column = 0;
    int in_column = 0;
    for (integer g = 0; g < multipliers; ++g)
        for (int b = 0; b < width; ++b) {
            if (in_column == column_bits) {
                in_column = 0;
                ++column;
            }
            ++in_column;
            word.push_back({g, column});
        }
    return word;
}

constexpr memory_policy paper = cost_policy::paper.memory;

struct aspect {
    int depth; ///< words, the reuse factor
    int column_bits;
    int bram18;
};

// RAMB36 as 1K×36, one below the other. 18-Kb blocks: UG573, 512×36 (simple dual port) … 16K×1.
// M20K: Intel's embedded memory guide, 512×40 … 16K×1; counted as a 36-Kb block.
const std::vector<std::pair<memory_shapes, std::vector<aspect>>> shapes_by_depth{
    {memory_shapes::only_1kx36,
        {{2, 36, 2}, {1024, 36, 2}, {1025, 36, 4}, {2048, 36, 4}, {2049, 36, 6}, {5000, 36, 10}}},
    {memory_shapes::best_aspect_ratio,
        {{2, 36, 1}, {512, 36, 1}, {513, 18, 1}, {1024, 18, 1}, {1025, 9, 1}, {2048, 9, 1},
            {2049, 4, 1}, {4096, 4, 1}, {4097, 2, 1}, {8192, 2, 1}, {8193, 1, 1}, {16384, 1, 1},
            {16385, 1, 2}, {32769, 1, 3}}},
    {memory_shapes::intel_m20k,
        {{2, 40, 2}, {512, 40, 2}, {513, 20, 2}, {1024, 20, 2}, {1025, 10, 2}, {2049, 5, 2},
            {4097, 2, 2}, {8193, 1, 2}, {16384, 1, 2}, {16385, 1, 4}}},
};

/// A matrix with the given number of multipliers, each used `depth` times.
weight_matrix matrix_with(integer multipliers, int depth, int width)
{
    return matrices_of(dense{.inputs = depth,
        .outputs = static_cast<int>(multipliers),
        .reuse_factor = depth,
        .weight = {width, 1}})[0];
}

} // namespace

TEST_CASE("memory columns agree with a bit map of the word at every weight width from 1 to 64")
{
    for (int width = 1; width <= 64; ++width)
        for (const integer multipliers : {1, 3, 9, 41}) {
            CAPTURE(width);
            CAPTURE(multipliers);
            for (const auto& [shapes, aspects] : shapes_by_depth)
                for (const aspect& expected : aspects) {
                    CAPTURE(expected.depth);
                    const weight_matrix m = matrix_with(multipliers, expected.depth, width);
                    const weight_memory memory = memory_of(
                        m, {.shapes = shapes, .sign_bits = sign_bits::kept, .min_bits = 0});
                    const auto word = bits_of_word(multipliers, width, expected.column_bits);
                    const integer columns = word.back().column + 1;
                    const memory_bank bank{expected.column_bits, expected.bram18};
                    bool agree = memory.banks.size() == 1 && memory.banks[0] == bank &&
                                 memory.word_bits == static_cast<integer>(word.size()) &&
                                 memory.depth == expected.depth && memory.columns() == columns &&
                                 memory.bram18() == columns * expected.bram18;
                    REQUIRE(agree);

                    // Both ways at once: the pairs that meet in some bit, and those of the library.
                    std::set<std::pair<integer, integer>> met, by_multiplier, by_column;
                    for (const word_bit& bit : word)
                        met.insert({bit.multiplier, bit.column});
                    for (integer g = 0; g < multipliers; ++g)
                        for (const integer j : columns_of(memory, {g, g + 1}))
                            by_multiplier.insert({g, j});
                    for (integer j = 0; j < columns; ++j)
                        for (const integer g : multipliers_of_column(memory, j))
                            by_column.insert({g, j});
                    agree = by_multiplier == met && by_column == met;
                    CHECK(agree);
                }
        }
}

TEST_CASE("the columns of several multipliers are those of each of them together")
{
    std::mt19937_64 random(31);
    int disagreements = 0;
    for (int width = 1; width <= 64; ++width)
        for (int i = 0; i < 40; ++i) {
            const integer multipliers = random_layers::between(random, 1, 60);
            const weight_matrix m = matrix_with(multipliers, 4, width);
            const weight_memory memory = memory_of(m, paper);
            const auto word = bits_of_word(multipliers, width, 36);
            const integer first =
                random_layers::between(random, 0, static_cast<int>(multipliers) - 1);
            const integer last = random_layers::between(
                random, static_cast<int>(first), static_cast<int>(multipliers));
            std::set<integer> met, columns;
            for (const word_bit& bit : word)
                if (bit.multiplier >= first && bit.multiplier < last)
                    met.insert(bit.column);
            for (const integer j : columns_of(memory, {first, last}))
                columns.insert(j);
            disagreements += columns != met ? 1 : 0;
        }
    CHECK(disagreements == 0);
}

TEST_CASE(
    "a memory read word by word, as the loops ask for it, gives every weight where it is placed")
{
    std::mt19937_64 random(32);
    int disagreements = 0;
    integer compared = 0;
    for (int width = 1; width <= 64; ++width)
        for (int i = 0; i < 12; ++i) {
            layer_spec s = random_layers::layer_of(random,
                random_layers::one_of<layer_kind>(
                    random, {std::begin(random_layers::kinds), std::end(random_layers::kinds)}),
                24);
            s.weight = {width, 1};
            random_layers::draw_reuse_factors(random, s);
            for (const weight_matrix& m : matrices_of(s)) {
                if (m.reuse_factor == 1)
                    continue;
                // In every cycle the multipliers ask for their weights, the first one's lowest in
                // the word; a multiplier without a weight leaves its bits unused.
                constexpr integer unused = -1;
                std::vector<std::vector<integer>> words(static_cast<std::size_t>(m.reuse_factor));
                hardware_loops::run(
                    hardware_loops::loops_for(m).front(), m, [&](const meeting& at) {
                        auto& word = words[static_cast<std::size_t>(at.cycle)];
                        while (word.size() < static_cast<std::size_t>(at.multiplier * width))
                            word.push_back(unused);
                        for (int b = 0; b < width; ++b)
                            word.push_back(at.weight);
                    });
                const weight_memory memory = memory_of(m, paper);
                std::vector<std::set<integer>> in_column(
                    static_cast<std::size_t>(memory.columns()));
                for (const auto& word : words)
                    for (std::size_t b = 0, column = 0, in = 0; b < word.size(); ++b, ++in) {
                        if (in == 36) {
                            in = 0;
                            ++column;
                        }
                        if (word[b] != unused)
                            in_column[column].insert(word[b]);
                    }
                for (integer w = 0; w < m.weights(); ++w) {
                    const placement at = place(m, w, paper);
                    ++compared;
                    const auto& word = words[static_cast<std::size_t>(at.cycle)];
                    bool agree = at.end_bit - at.first_bit == width &&
                                 at.end_bit <= static_cast<integer>(word.size());
                    for (integer b = at.first_bit; agree && b < at.end_bit; ++b)
                        agree = word[static_cast<std::size_t>(b)] == w;
                    disagreements += agree ? 0 : 1;
                    for (integer j = 0; j < memory.columns(); ++j) {
                        const bool is_in = in_column[static_cast<std::size_t>(j)].count(w) > 0;
                        disagreements +=
                            is_in != (j >= at.first_column && j < at.end_column) ? 1 : 0;
                    }
                }
                for (integer j = 0; j < memory.columns(); ++j) {
                    const index_range range = weights_of_column(m, memory, j);
                    const std::set<integer> weights(range.begin(), range.end());
                    disagreements += weights != in_column[static_cast<std::size_t>(j)] ? 1 : 0;
                }
            }
        }
    CHECK(compared > 20'000);
    CHECK(disagreements == 0);
}

TEST_CASE("multipliers and columns of 36 bits repeat in the known tiles")
{
    struct tile {
        int width;
        integer multipliers, columns;
    };
    for (const tile& t : {tile{10, 18, 5}, {12, 3, 1}, {14, 18, 7}, {16, 9, 4}, {18, 2, 1},
             {20, 9, 5}, {27, 4, 3}, {32, 9, 8}, {36, 1, 1}}) {
        CAPTURE(t.width);
        const weight_matrix m = matrix_with(3 * t.multipliers, 4, t.width);
        const weight_memory memory = memory_of(m, paper);
        // A tile ends where a multiplier and a column end together, for the first time.
        for (integer g = 1; g <= t.multipliers; ++g) {
            const index_range before = columns_of(memory, {0, g});
            const index_range after = columns_of(memory, {g, 3 * t.multipliers});
            CHECK((before.last == after.first) == (g == t.multipliers));
        }
        CHECK(columns_of(memory, {0, t.multipliers}).size() == t.columns);
        CHECK(memory.columns() == 3 * t.columns);
    }
}

TEST_CASE(
    "a 64 by 32 layer at reuse factor 4 needs the block RAM that the paper's accounting gives")
{
    const auto bram36 = [](int width) {
        const weight_matrix m = matrices_of(
            dense{.inputs = 64, .outputs = 32, .reuse_factor = 4, .weight = {width, 8}})[0];
        CHECK(m.multipliers() == 512);
        return memory_of(m, paper).bram18() / 2;
    };
    CHECK(bram36(18) == 256);
    CHECK(bram36(16) == 228);
    CHECK(bram36(36) == 512);
}

TEST_CASE("LeNet's resource layers need the 1380 block RAMs of the paper")
{
    const auto bram36 = [](int n_in, int n_out, int rf) {
        return memory_of(
                   matrices_of(dense{
                       .inputs = n_in, .outputs = n_out, .reuse_factor = rf, .weight = {18, 8}})[0],
                   paper)
                   .bram18() /
               2;
    };
    CHECK(bram36(400, 120, 25) == 960);
    CHECK(bram36(120, 84, 12) == 420);
}

TEST_CASE("weights that are constants in logic or under the latency strategy take no memory")
{
    for (const layer_spec& s : {
             layer_spec(dense{.inputs = 8, .outputs = 8, .reuse_factor = 1}),
             layer_spec(dense{
                 .inputs = 8, .outputs = 8, .strategy = strategy::latency, .reuse_factor = 4}),
         }) {
        const weight_memory memory = memory_of(matrices_of(s)[0]);
        CHECK(memory.columns() == 0);
        CHECK(memory.bram18() == 0);
        CHECK(memory.word_bits == 0);
    }
    CHECK(memory_of(matrices_of(dense{.inputs = 8, .outputs = 8, .reuse_factor = 2})[0], paper)
              .columns() > 0);
}

TEST_CASE("a memory below the limits of the policy is built from LUTs and has no columns to free")
{
    const weight_matrix m = matrix_with(16, 31, 16);
    const auto memory = [&m](std::int64_t min_depth, std::int64_t min_bits) {
        memory_policy policy = paper;
        policy.min_depth = min_depth;
        policy.min_bits = min_bits;
        return memory_of(m, policy);
    };
    CHECK(memory(31, 0).columns() == 8); // ⌈256 / 36⌉
    const weight_memory shallow = memory(32, 0);
    CHECK(shallow.columns() == 0);
    CHECK(shallow.word_bits == 256);
    CHECK(columns_of(shallow, {0, 16}).size() == 0);
    CHECK(memory(0, 256 * 31).columns() == 8);
    CHECK(memory(0, 256 * 31 + 1).columns() == 0);
    const placement at = place(m, 40, {.sign_bits = sign_bits::kept, .min_depth = 32});
    CHECK(at.end_bit - at.first_bit == 16);
    CHECK(at.end_column == at.first_column);
}
