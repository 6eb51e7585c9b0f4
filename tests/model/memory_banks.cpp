// SPDX-License-Identifier: Apache-2.0
// ROMs on several banks, small ROMs and trimmed ones: against searches that know block RAM only by
// its data sheet, and against memories that reports name.
#include <espalier/model/layers.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/policy.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

using namespace espalier;

namespace {

using integer = std::int64_t;

/// A RAMB18 by its data sheet (UG573): words and bits.
constexpr std::array<std::pair<integer, integer>, 6> ramb18{
    {{512, 36}, {1024, 18}, {2048, 9}, {4096, 4}, {8192, 2}, {16384, 1}}};

/// The fewest RAMB18 for so many words, whatever stands below what: the banks are tried one by one,
/// the widest last.
integer fewest(integer words, integer bits, std::size_t shapes = ramb18.size())
{
    if (words <= 0)
        return 0;
    const auto [deep, wide] = ramb18[shapes - 1];
    const integer each = (bits + wide - 1) / wide;
    if (shapes == 1)
        return (words + deep - 1) / deep * each;
    integer best = fewest(words, bits, shapes - 1);
    for (integer stacked = 1; (stacked - 1) * deep < words; ++stacked)
        best = std::min(best, stacked * each + fewest(words - stacked * deep, bits, shapes - 1));
    return best;
}

weight_matrix matrix_of(int inputs, int outputs, int reuse_factor, precision weight)
{
    return matrices_of(dense{
        .inputs = inputs, .outputs = outputs, .reuse_factor = reuse_factor, .weight = weight})[0];
}

} // namespace

TEST_CASE("banks hold every ROM in the fewest blocks that any stack of shapes does")
{
    for (const integer words : {2, 511, 512, 513, 1'000, 1'024, 1'025, 1'536, 1'537, 2'048, 2'049,
             3'072, 3'200, 4'097, 6'000, 7'840, 10'000})
        for (const integer bits : {1, 2, 3, 4, 5, 8, 9, 10, 13, 16, 17, 18, 19, 26, 27, 35, 36, 37,
                 54, 59, 72, 100, 632}) {
            CAPTURE(words);
            CAPTURE(bits);
            const weight_memory memory = detail::memory_with(words, bits, bits, {.min_bits = 0});
            CHECK(memory.bram18() == fewest(words, bits));
            // No two banks of a shape, and all words have a place.
            integer held = 0;
            for (std::size_t bank = 0; bank < memory.banks.size(); ++bank) {
                for (const auto& [deep, wide] : ramb18)
                    held += memory.banks[bank].column_bits == wide
                                ? deep * memory.banks[bank].bram18
                                : 0;
                for (std::size_t other = 0; other < bank; ++other)
                    CHECK(memory.banks[bank].column_bits != memory.banks[other].column_bits);
            }
            CHECK(held >= words);
        }
}

TEST_CASE("to 1,024 words a ROM is in one bank of the best aspect ratio")
{
    for (const integer words : {2, 512, 513, 1'024})
        for (integer bits = 5; bits <= 300; ++bits) {
            const weight_memory memory = detail::memory_with(words, bits, bits, {.min_bits = 0});
            const integer wide = words <= 512 ? 36 : 18;
            CHECK(memory.bram18() == (bits + wide - 1) / wide);
            CHECK(memory.banks.size() == 1);
        }
}

TEST_CASE("a ROM of hundreds of thousands of words takes at most a hundredth more than its bits")
{
    for (const integer words : {131'073, 200'000, 1'000'003, 50'000'000})
        for (const integer bits : {9, 36, 100, 1'000}) {
            const weight_memory memory = detail::memory_with(words, bits, bits, {});
            // Shapes of nine bits and their multiples hold 18,432 bits, the others 16,384.
            const double least =
                std::ceil(static_cast<double>(bits) / 9) * 9 * static_cast<double>(words) / 18'432;
            CHECK(static_cast<double>(memory.bram18()) >=
                  static_cast<double>(bits) * static_cast<double>(words) / 18'432);
            CHECK(static_cast<double>(memory.bram18()) <= 1.01 * least + 2);
        }
}

TEST_CASE("the deep ROMs of reports take what they took, or a twentieth more")
{
    // Words, bits, RAMB18: weights and indices of Vivado HLS 2019.1 and 2020.1
    // (mgrailoo/HLS4ML_CPP_HDL_MNIST_, mgrailoo/HLS4ML_Poisioned_CPP_HDL_9b_FashionMNIST,
    // uw-acme/HLS4ML_VS_MANUAL). Of two the tool took one block more or less.
    struct rom {
        integer words, bits, bram18, model;
    };
    for (const rom& r : {rom{7'840, 59, 27, 28}, rom{39'200, 26, 59, 58}, rom{3'200, 632, 124, 125},
             rom{3'072, 13, 3, 3}, rom{7'840, 4, 2, 2}, rom{3'072, 7, 2, 2}, rom{500, 12, 1, 1},
             rom{10'000, 11, 7, 8}, rom{10'000, 7, 6, 5}}) {
        CAPTURE(r.words);
        CAPTURE(r.bits);
        CHECK(detail::memory_with(r.words, r.bits, r.bits, {}).bram18() == r.model);
        CHECK(std::abs(r.model - r.bram18) <= std::max<integer>(1, r.bram18 / 20));
    }
}

TEST_CASE("a ROM of at most 1,024 bits goes to LUTs, unless the template forces block RAM")
{
    // Two multipliers of 16 bits, the second with 11, over 32 cycles: 864 bits.
    const weight_matrix small = matrix_of(64, 1, 32, {16, 6});
    CHECK(memory_of(small).word_bits == 27);
    CHECK_FALSE(memory_of(small).is_in_block_ram());
    CHECK(memory_of(small, cost_policy::hls_block_rom.memory).bram18() == 1);
    CHECK_FALSE(memory_of(matrix_of(32, 2, 32, {16, 1})).is_in_block_ram()); // 1,024 bits
    CHECK(memory_of(matrix_of(33, 2, 33, {16, 1})).is_in_block_ram());       // 1,056
    // After logic synthesis depths from 2 to 9 are in LUTs, however wide.
    const memory_policy logic = cost_policy::logic_synthesis.memory;
    CHECK_FALSE(memory_of(matrix_of(9, 64, 9, {16, 6}), logic).is_in_block_ram());
    CHECK(memory_of(matrix_of(10, 64, 10, {16, 6}), logic).is_in_block_ram());
}

TEST_CASE("sign bits are stored, left out of the last weight of a word, or of every weight")
{
    // 64 × 192 at reuse factor 64: 192 multipliers of 16 bits, 8 of them before the point.
    const weight_matrix m = matrix_of(64, 192, 64, {16, 8});
    const auto word = [&m](
                          sign_bits which) { return memory_of(m, {.sign_bits = which}).word_bits; };
    CHECK(word(sign_bits::kept) == 192 * 16);
    CHECK(word(sign_bits::trimmed_at_last) == 191 * 16 + 9);
    CHECK(word(sign_bits::trimmed) == 192 * 9);
    CHECK(memory_of(m, {.sign_bits = sign_bits::trimmed}).weight_bits == 9);
    // Whichever is kept may come last in a packed memory.
    CHECK(packed_memory_of(m).word_bits == 192 * 16);
    CHECK(packed_memory_of(m).bram18() == 86);
}

TEST_CASE("beyond n_in the kernel of the strategy resource reads the output it adds to from a ROM")
{
    // Reports of mgrailoo/HLS4ML_CPP_HDL_MNIST_ and uw-acme/HLS4ML_VS_MANUAL: RAMB18 of the index.
    CHECK(index_memory_of(matrix_of(784, 100, 7'840, {6, 1})).bram18() == 2);
    CHECK(index_memory_of(matrix_of(100, 10, 500, {6, 1})).bram18() == 1);
    CHECK(index_memory_of(matrix_of(32, 96, 3'072, {20, 10})).bram18() == 2);
    CHECK(index_memory_of(matrix_of(32, 16, 512, {20, 10})).bram18() == 1);
    CHECK(index_memory_of(matrix_of(16, 5, 80, {20, 10})).bram18() == 0); // 240 bits
    CHECK(index_memory_of(matrix_of(16, 5, 16, {20, 10})).word_bits == 0);
    CHECK(index_memory_of(matrix_of(784, 100, 7'840, {6, 1}), cost_policy::paper.memory).bram18() ==
          0);
    weight_matrix unrolled = matrix_of(784, 100, 7'840, {6, 1});
    unrolled.strategy = strategy::resource_unrolled;
    CHECK(index_memory_of(unrolled).word_bits == 0);
}
