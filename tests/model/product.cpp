// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/product.hpp>

#include <algorithm>
#include <array>
#include <check_both.hpp>
#include <cstdint>
#include <utility>
#include <vector>

using namespace espalier;

namespace {

constexpr std::int64_t blocks(dsp_family family, int a, int b)
{
    const product_cost product = product_on(family, a, b);
    return product.sharing == 1 ? product.blocks : -1;
}

/// Least number of parts of a signed operand that fit a port: the top part is signed and may use
/// the whole port, each part below is unsigned and leaves the sign bit idle. Tries every cut.
int fewest_parts(int width, int port)
{
    std::vector<int> fewest(static_cast<std::size_t>(width) + 1, 1);
    for (int w = port + 1; w <= width; ++w) {
        fewest[static_cast<std::size_t>(w)] = w;
        for (int low = 1; low < port; ++low)
            fewest[static_cast<std::size_t>(w)] = std::min(
                fewest[static_cast<std::size_t>(w)], 1 + fewest[static_cast<std::size_t>(w - low)]);
    }
    return fewest[static_cast<std::size_t>(width)];
}

} // namespace

TEST_CASE("every multiplication is in a block or in LUTs")
{
    for (std::int64_t count = 0; count < 20; ++count) {
        CHECK(product_cost{0, 1}.soft_of(count) == count);
        CHECK(product_cost{2, 1}.soft_of(count) == 0);
        CHECK(product_cost{1, 4}.soft_of(count) == 0);
        // Of two one is in a block that adds the other, and one that is left over is in a block.
        CHECK(product_cost{1, 2, 1}.soft_of(count) + product_cost{1, 2, 1}.dsp_for(count) == count);
        CHECK(product_cost{1, 2, 1}.soft_of(count) <= product_cost{1, 2, 1}.dsp_for(count));
    }
    CHECK(product_cost{0, 1}.soft_in_unit() == 1);
    CHECK(product_cost{1, 2, 1}.soft_in_unit() == 1);
    CHECK(product_cost{1, 2}.soft_in_unit() == 0);
}

TEST_CASE("square products take the DSP blocks that Yosys 0.23 was measured to use")
{
    // Counted after synth_xilinx for one registered product, W = D. From 5 to 18 bits one block,
    // 19 to 25 two, 26 and 27 two on UltraScale+ and four on 7-series, 28 and 32 four.
    constexpr std::array<std::pair<int, int>, 9> ultrascale{
        {{5, 1}, {9, 1}, {18, 1}, {19, 2}, {25, 2}, {26, 2}, {27, 2}, {28, 4}, {32, 4}}};
    constexpr std::array<std::pair<int, int>, 9> series7{
        {{5, 1}, {9, 1}, {18, 1}, {19, 2}, {25, 2}, {26, 4}, {27, 4}, {28, 4}, {32, 4}}};
    for (const auto& [width, count] : ultrascale)
        CHECK(blocks(dsp_family::dsp48e2, width, width) == count);
    for (const auto& [width, count] : series7)
        CHECK(blocks(dsp_family::dsp48e1, width, width) == count);
    for (int width = 5; width <= 18; ++width)
        CHECK(blocks(dsp_family::dsp48e1, width, width) == 1);
    for (int width = 19; width <= 25; ++width)
        CHECK(blocks(dsp_family::dsp48e2, width, width) == 2);
}

TEST_CASE("both operand widths count, either way round")
{
    CHECK_BOTH(blocks(dsp_family::dsp48e2, 16, 16) == 1);
    CHECK_BOTH(blocks(dsp_family::dsp48e2, 20, 20) == 2);
    CHECK_BOTH(blocks(dsp_family::dsp48e2, 27, 18) == 1);
    CHECK_BOTH(blocks(dsp_family::dsp48e2, 18, 27) == 1);
    CHECK_BOTH(blocks(dsp_family::dsp48e1, 27, 18) == 2);
    CHECK_BOTH(blocks(dsp_family::dsp48e2, 27, 19) == 2);
    CHECK_BOTH(blocks(dsp_family::dsp58, 27, 24) == 1);
    CHECK_BOTH(blocks(dsp_family::dsp58, 24, 24) == 1);
    CHECK_BOTH(blocks(dsp_family::dsp58, 27, 27) == 2);
    for (const auto family : {dsp_family::dsp48e1, dsp_family::dsp48e2, dsp_family::dsp58,
             dsp_family::intel_variable_precision, dsp_family::agilex})
        for (int a = 1; a <= 64; ++a)
            for (int b = 1; b <= a; ++b)
                CHECK(product_on(family, a, b) == product_on(family, b, a));
}

TEST_CASE("no cut of the operands needs fewer AMD blocks, for all widths up to 64 bits")
{
    const auto fewest = [](int a, int b, int wide, int narrow) {
        return std::min(fewest_parts(a, wide) * fewest_parts(b, narrow),
            fewest_parts(a, narrow) * fewest_parts(b, wide));
    };
    for (int a = 1; a <= 64; ++a) {
        for (int b = 1; b <= 64; ++b) {
            CHECK(blocks(dsp_family::dsp48e1, a, b) == fewest(a, b, 25, 18));
            CHECK(blocks(dsp_family::dsp48e2, a, b) == fewest(a, b, 27, 18));
            CHECK(blocks(dsp_family::dsp58, a, b) == fewest(a, b, 27, 24));
        }
    }
}

TEST_CASE("an Intel block holds two 18 by 19 products or one of 27 by 27, and 36 by 36 takes two")
{
    constexpr auto intel = dsp_family::intel_variable_precision;
    CHECK_BOTH(product_on(intel, 18, 19) == product_cost{1, 2});
    CHECK_BOTH(product_on(intel, 19, 18) == product_cost{1, 2});
    CHECK_BOTH(product_on(intel, 9, 9) == product_cost{1, 2});
    CHECK_BOTH(product_on(intel, 19, 19) == product_cost{1, 1});
    CHECK_BOTH(product_on(intel, 27, 27) == product_cost{1, 1});
    CHECK_BOTH(product_on(intel, 28, 28) == product_cost{2, 1});
    CHECK_BOTH(product_on(intel, 36, 36) == product_cost{2, 1});
    CHECK_BOTH(product_on(dsp_family::agilex, 9, 9) == product_cost{1, 4});
    CHECK_BOTH(product_on(dsp_family::agilex, 10, 9) == product_cost{1, 2});
    // A shared block is taken whole.
    CHECK_BOTH(product_on(intel, 18, 18).dsp_for(512) == 256);
    CHECK_BOTH(product_on(intel, 18, 18).dsp_for(5) == 3);
    CHECK_BOTH(product_on(dsp_family::agilex, 8, 8).dsp_for(9) == 3);
}

TEST_CASE("an unsigned operand takes one bit more of a block that multiplies signed numbers")
{
    constexpr auto e2 = dsp_family::dsp48e2;
    CHECK_BOTH(product_on(e2, precision{18, 8}, precision{18, 8}).blocks == 1);
    CHECK_BOTH(product_on(e2, precision{18, 8}, precision{18, 8, false}).blocks == 1); // 18×19
    CHECK_BOTH(product_on(e2, precision{18, 8, false}, precision{18, 8, false}).blocks == 2);
    CHECK_BOTH(product_on(e2, precision{18, 8}, precision{26, 8, false}).blocks == 1);
    CHECK_BOTH(product_on(e2, precision{18, 8}, precision{27, 8, false}).blocks == 2);
    // Intel: unsigned 18×18 is native, mixed signs are 18×19.
    constexpr auto intel = dsp_family::intel_variable_precision;
    CHECK_BOTH(
        product_on(intel, precision{18, 8, false}, precision{18, 8, false}) == product_cost{1, 2});
    CHECK_BOTH(product_on(intel, precision{18, 8}, precision{18, 8, false}) == product_cost{1, 2});
    CHECK_BOTH(product_on(intel, precision{18, 8}, precision{19, 8, false}) == product_cost{1, 1});
}

TEST_CASE("an 18 by 18 product in LUTs lies within the published 365 to 411")
{
    CHECK_BOTH(lut_product(18, 18) >= 365);
    CHECK_BOTH(lut_product(18, 18) <= 411);
    CHECK_BOTH(lut_product(3, 5) == lut_product(5, 3));
}
