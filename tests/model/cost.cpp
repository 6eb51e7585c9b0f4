// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/cost.hpp>
#include <espalier/model/cost_of_weights.hpp>
#include <espalier/model/layers.hpp>

#include <array>
#include <check_both.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

using namespace espalier;

namespace {

constexpr precision fixed18{18, 8};

/// LeNet for Fashion-MNIST as the paper deploys it.
constexpr std::array<layer_spec, 5> lenet{conv2d{.name = "conv1",
                                              .height = 28,
                                              .width = 28,
                                              .channels = 1,
                                              .filters = 6,
                                              .kernel_height = 5,
                                              .kernel_width = 5,
                                              .padding = padding::same,
                                              .strategy = strategy::latency,
                                              .weight = fixed18},
    conv2d{.name = "conv2",
        .height = 14,
        .width = 14,
        .channels = 6,
        .filters = 16,
        .kernel_height = 5,
        .kernel_width = 5,
        .strategy = strategy::latency,
        .weight = fixed18},
    dense{.name = "fc1", .inputs = 400, .outputs = 120, .reuse_factor = 25, .weight = fixed18},
    dense{.name = "fc2", .inputs = 120, .outputs = 84, .reuse_factor = 12, .weight = fixed18},
    dense{.name = "out",
        .inputs = 84,
        .outputs = 10,
        .strategy = strategy::latency,
        .weight = fixed18}};

constexpr layer_spec dense_of(
    int inputs, int outputs, int reuse_factor, precision weight, strategy how = strategy::resource)
{
    return dense{.inputs = inputs,
        .outputs = outputs,
        .strategy = how,
        .reuse_factor = reuse_factor,
        .weight = weight};
}

/// DSP blocks of 16 multiplications of weights and data of these widths.
constexpr std::int64_t dsp_of(int weight, int data, const cost_policy& policy)
{
    const dense layer{.inputs = 4, .outputs = 4, .weight = {weight, 4}, .data = {data, 4}};
    return cost(layer, policy).dsp;
}

constexpr resources with_parallel_pixels(int factor)
{
    return cost(conv2d{.height = 8,
        .width = 8,
        .channels = 3,
        .filters = 16,
        .kernel_height = 3,
        .kernel_width = 3,
        .padding = padding::same,
        .reuse_factor = 9,
        .parallelization_factor = factor,
        .weight = fixed18});
}

/// RAMB18 units that Yosys was measured to use for a ROM of `bits`-bit words.
std::int64_t measured_bram18(std::int64_t bits, std::int64_t depth)
{
    const double in_each = depth <= 512 ? 36 : depth <= 1024 ? 18 : 9;
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(bits) / in_each));
}

} // namespace

TEST_CASE("LeNet costs layer by layer what the paper's design has")
{
    constexpr std::array<std::int64_t, 5> dsp{150, 2'400, 1'920, 840, 840};
    constexpr std::array<double, 5> bram{0, 0, 960, 420, 0};
    for (std::size_t i = 0; i < lenet.size(); ++i) {
        CHECK(cost(lenet[i], cost_policy::paper).dsp == dsp[i]);
        CHECK(cost(lenet[i], cost_policy::paper).bram() == bram[i]);
    }
    CHECK_BOTH(cost(lenet, cost_policy::paper).dsp == 6'150);
    CHECK_BOTH(cost(lenet, cost_policy::paper).bram() == 1'380);
}

TEST_CASE("a layer at reuse 4 needs a quarter of the multipliers")
{
    CHECK_BOTH(cost(dense_of(16, 64, 1, fixed18)).dsp == 1'024);
    CHECK_BOTH(cost(dense_of(16, 64, 4, fixed18)).dsp == 256);
}

TEST_CASE("a multiplier that is only partly filled is a whole multiplier")
{
    // Of the matrix, for hls4ml has no kernel for the first two.
    CHECK_BOTH(cost(matrices_of(dense_of(7, 3, 2, fixed18))[0]).dsp == 11);
    CHECK_BOTH(cost(matrices_of(dense_of(7, 3, 20, fixed18))[0]).dsp == 2);
    CHECK_BOTH(cost(matrices_of(dense_of(7, 3, 21, fixed18))[0]).dsp == 1);
}

TEST_CASE("both operand widths decide about the blocks of a product")
{
    CHECK_BOTH(dsp_of(16, 16, {.dsp = dsp_family::dsp48e2}) == 16);
    CHECK_BOTH(dsp_of(20, 20, {.dsp = dsp_family::dsp48e2}) == 32);
    CHECK_BOTH(dsp_of(27, 27, {.dsp = dsp_family::dsp48e2}) == 32);
    CHECK_BOTH(dsp_of(27, 27, {.dsp = dsp_family::dsp48e1}) == 64);
    CHECK_BOTH(dsp_of(16, 28, {.dsp = dsp_family::dsp48e2}) == 32);
    CHECK_BOTH(dsp_of(16, 16, {.dsp = dsp_family::intel_variable_precision}) == 8);
}

TEST_CASE("which products are too narrow for a DSP block is a policy")
{
    // The paper: below 10 bits, either operand.
    CHECK_BOTH(dsp_of(9, 16, cost_policy::paper) == 0);
    CHECK_BOTH(dsp_of(10, 10, cost_policy::paper) == 16);
    CHECK_BOTH(dsp_of(16, 9, cost_policy::paper) == 0);
    // hls4ml: weights below 9 bits, whatever the data.
    constexpr cost_policy hls4ml{.lut_below = 0, .lut_below_wide = 0, .lut_below_weight = 9};
    CHECK_BOTH(dsp_of(8, 16, hls4ml) == 0);
    CHECK_BOTH(dsp_of(9, 2, hls4ml) == 16);
    // Yosys, measured for W = D: none at 4 bits, one at 5; the rule is both ≥ 2 and W + D ≥ 9.
    CHECK_BOTH(dsp_of(4, 4, cost_policy::yosys) == 0);
    CHECK_BOTH(dsp_of(5, 5, cost_policy::yosys) == 16);
    CHECK_BOTH(dsp_of(2, 7, cost_policy::yosys) == 16);
    CHECK_BOTH(dsp_of(2, 6, cost_policy::yosys) == 0);
    CHECK_BOTH(dsp_of(1, 16, cost_policy::yosys) == 0);
}

TEST_CASE("a product that is not in a DSP block is in LUTs")
{
    constexpr auto lut = [](int lut_below) {
        return cost(dense_of(4, 4, 1, {18, 8}), {.lut_below = lut_below}).lut;
    };
    // Published: 365 to 411 LUTs for each 18×18 product.
    CHECK_BOTH(lut(19) - lut(10) >= 16 * 365);
    CHECK_BOTH(lut(19) - lut(10) <= 16 * 411);
}

TEST_CASE("parallel pixels multiply the DSP blocks and share the weight memory")
{
    CHECK_BOTH(with_parallel_pixels(1).dsp == 48);
    CHECK_BOTH(with_parallel_pixels(4).dsp == 192);
    CHECK_BOTH(with_parallel_pixels(4).bram18 == with_parallel_pixels(1).bram18);
}

TEST_CASE("recurrent layers pay for both kernels, bidirectional ones for four")
{
    // (8, 4·16) and (16, 4·16) weights; a GRU has three gates.
    constexpr auto& paper = cost_policy::paper;
    CHECK_BOTH(cost(lstm{.inputs = 8, .units = 16, .weight = fixed18}, paper).dsp == 512 + 1'024);
    CHECK_BOTH(cost(gru{.inputs = 8, .units = 16, .weight = fixed18}, paper).dsp == 384 + 768);
    CHECK_BOTH(cost(lstm{.inputs = 8,
                        .units = 16,
                        .bidirectional = true,
                        .reuse_factor = 8,
                        .recurrent_reuse_factor = 16,
                        .weight = fixed18},
                   paper)
                   .dsp == 2 * (64 + 64));
}

TEST_CASE("a separable convolution is a depthwise and a pointwise one")
{
    constexpr separable_conv2d layer{.height = 8,
        .width = 8,
        .channels = 4,
        .filters = 16,
        .kernel_height = 3,
        .kernel_width = 3,
        .weight = fixed18};
    CHECK_BOTH(cost(layer).dsp == 9 * 4 + 4 * 16);
}

TEST_CASE("block RAM is what the paper's worked example counts")
{
    CHECK_BOTH(cost(dense_of(64, 32, 4, {18, 8}), cost_policy::paper).bram() == 256);
    CHECK_BOTH(cost(dense_of(64, 32, 4, {16, 6}), cost_policy::paper).bram() == 228);
    CHECK_BOTH(cost(dense_of(64, 32, 4, {36, 8}), cost_policy::paper).bram() == 512);
}

TEST_CASE("weights at reuse factor 1 and under the latency strategy are in no memory")
{
    CHECK_BOTH(cost(dense_of(64, 32, 1, fixed18)).bram18 == 0);
    CHECK_BOTH(cost(dense_of(64, 32, 4, fixed18, strategy::latency)).bram18 == 0);
    // 512 multipliers, the last without 7 sign bits.
    CHECK_BOTH(cost(dense_of(64, 32, 4, fixed18, strategy::resource_unrolled)).bram18 == 256);
}

TEST_CASE("block RAM by the best aspect ratio is what Yosys maps, for all widths and depths")
{
    for (int width = 1; width <= 64; ++width) {
        for (const int depth : {2, 3, 31, 32, 511, 512, 513, 1'000, 1'024, 1'025, 2'048}) {
            for (const int multipliers : {1, 2, 7, 64}) {
                const auto layer = dense_of(depth, multipliers, depth, {width, 4});
                const auto need = cost(layer, cost_policy::yosys);
                CHECK(need.bram18 == measured_bram18(std::int64_t{multipliers} * width, depth));
            }
        }
    }
}

TEST_CASE("deeper ROMs than one block cascade")
{
    constexpr auto& only_36 = cost_policy::paper;
    CHECK_BOTH(cost(dense_of(1'024, 2, 1'024, fixed18), only_36).bram() == 1);
    CHECK_BOTH(cost(dense_of(1'025, 2, 1'025, fixed18), only_36).bram() == 2);
    CHECK_BOTH(cost(dense_of(4'096, 2, 4'096, fixed18), only_36).bram() == 4);
    // 16K×1 is the deepest shape: 32K words of 18 bits are 18 columns of two RAMB18.
    CHECK_BOTH(cost(dense_of(32'768, 1, 32'768, fixed18), cost_policy::yosys).bram18 == 36);
    // A memory is never smaller than the bits in it: 18 Kbit for each RAMB18, parity included.
    for (int depth = 2; depth < 40'000; depth = depth * 5 / 4 + 1) {
        for (const auto shapes : {memory_shapes::only_1kx36, memory_shapes::best_aspect_ratio,
                 memory_shapes::mixed_aspect_ratios}) {
            const auto need = cost(dense_of(depth, 3, depth, {17, 4}),
                {.memory = {.shapes = shapes, .sign_bits = sign_bits::kept}});
            CHECK((need.bram18 == 0 || need.bram18 * 18 * 1'024 >= std::int64_t{3} * 17 * depth));
        }
    }
}

TEST_CASE("a ROM below the limits of the toolchain is built from LUTs")
{
    constexpr auto need = [](std::int64_t min_depth, std::int64_t min_bits) {
        cost_policy policy = cost_policy::paper;
        policy.memory.min_depth = min_depth;
        policy.memory.min_bits = min_bits;
        return cost(dense_of(64, 32, 16, fixed18), policy);
    };
    // 128 multipliers of 18 bits: 2,304-bit words, 16 of them.
    CHECK_BOTH(need(0, 0).bram() == 64);
    CHECK_BOTH(need(16, 0).bram() == 64);
    CHECK_BOTH(need(17, 0).bram() == 0);
    CHECK_BOTH(need(0, 2'304 * 16).bram() == 64);
    CHECK_BOTH(need(0, 2'304 * 16 + 1).bram() == 0);
    // A LUT is a ROM of 64 bits, so one for each bit of the word here.
    CHECK_BOTH(need(32, 0).lut - need(0, 0).lut == 2'304);
}

TEST_CASE("an Intel M20K is 512 by 40, 1K by 20 and 2K by 10")
{
    constexpr auto blocks = [](int depth) {
        return cost(dense_of(depth, 20, depth, {20, 8}),
            {.memory = {.shapes = memory_shapes::intel_m20k, .sign_bits = sign_bits::kept}})
            .bram();
    };
    CHECK_BOTH(blocks(512) == 10);
    CHECK_BOTH(blocks(1'024) == 20);
    CHECK_BOTH(blocks(2'048) == 40);
}

TEST_CASE("zero weights and powers of two need no DSP block when synthesis knows them")
{
    const auto m = matrices_of(dense_of(4, 2, 1, {16, 6}, strategy::latency))[0];
    //                                 0  2^0  -2^-3  3     0     0.75  7      0.3
    const std::array<float, 8> weights{0, 1, -0.125F, 3.0F, 0.0F, 0.75F, 7.0F, 0.3F};
    const auto dsp = [&](constant_policy constants) {
        return cost(m, layout::hardware, weights, {.constants = constants}).dsp;
    };
    CHECK(dsp({.rule = constant_rule::one_product_each}) == 8);
    CHECK(dsp({.rule = constant_rule::nonzero_products}) == 6);
    CHECK(dsp({.rule = constant_rule::signed_digits, .max_digits = 1}) == 4);
    CHECK(dsp({.rule = constant_rule::signed_digits, .max_digits = 2}) == 1);
    // 0.3 is 307/1024 there: 256 + 64 - 16 + 4 - 1.
    CHECK(dsp({.rule = constant_rule::signed_digits, .max_digits = 5}) == 0);
}

TEST_CASE(
    "constants that are not zero are added up, and those without a product are built from adders")
{
    const auto m = matrices_of(dense_of(4, 2, 1, {16, 6}, strategy::latency))[0];
    const std::array<float, 8> weights{0, 1, -0.125F, 3.0F, 0.0F, 0.75F, 7.0F, 0.3F};
    // Six additions of 16 bits, 23 LUTs each; 3, 0.75 and 7 are one of 16 + 16 bits each.
    const auto adders = cost(m, layout::hardware, weights,
        {.constants = {.rule = constant_rule::signed_digits, .max_digits = 2}});
    CHECK(adders.lut == 6 * 23 + 3 * 32);
    // Four inputs of 16 bits, and what is left of six sums behind two levels of additions.
    CHECK(adders.ff >= 4 * 16 + 6 * 16 / 4 - 2);
    CHECK(adders.ff <= 4 * 16 + 6 * 16 / 4 + 2);
    const auto products = cost(
        m, layout::hardware, weights, {.constants = {.rule = constant_rule::nonzero_products}});
    CHECK(products.lut == 6 * 23);
    CHECK(products.dsp == 6);
    // Too narrow for a DSP block: the products that are left are soft.
    const auto soft = cost(m, layout::hardware, weights,
        {.lut_below = 17, .constants = {.rule = constant_rule::nonzero_products}});
    CHECK(soft.dsp == 0);
    CHECK(soft.lut > 6 * (16 + 16 * 16));
}

TEST_CASE("the latency strategy limits the multipliers to the weights over the reuse factor")
{
    CHECK_BOTH(cost(dense_of(64, 32, 4, fixed18, strategy::latency)).dsp == 512);
    CHECK_BOTH(cost(dense_of(7, 3, 5, fixed18, strategy::latency)).dsp == 5);
}

TEST_CASE("zero weights need no logic at all when synthesis knows them")
{
    const auto m = matrices_of(dense_of(4, 2, 1, {16, 6}, strategy::latency))[0];
    const std::vector<float> zeros(8);
    const auto need =
        cost(m, layout::hardware, zeros, {.constants = {.rule = constant_rule::nonzero_products}});
    CHECK(need.dsp == 0);
    CHECK(need.lut == 0);
}

TEST_CASE("the cost of weights refuses what it cannot know")
{
    const auto m = matrices_of(dense_of(4, 2, 1, {16, 6}))[0];
    const auto shared = matrices_of(dense_of(4, 2, 2, {16, 6}))[0];
    const std::vector<float> weights(8, 1.0F);
    const std::vector<float> few(7, 1.0F);
    std::vector<float> undefined = weights;
    undefined[3] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH_AS((void)cost(m, layout::keras, few),
        doctest::Contains("the cost of constants needs every weight of the matrix"),
        std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)cost(m, layout::keras, undefined),
        doctest::Contains("only a finite number has a fixed-point value"), std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)cost(shared, constant_counts{}),
        doctest::Contains("weights are constants at reuse factor 1 and under the latency strategy"),
        std::invalid_argument);
}

TEST_CASE("the largest layer that is sound is counted without overflow")
{
    const auto largest = dense_of(1 << 20, 1 << 20, 1, {64, 8});
    const auto need = cost(largest, cost_policy{.lut_below = 65});
    CHECK(need.dsp == 0);
    CHECK(need.lut > (std::int64_t{1} << 40));
    CHECK(need.ff > 0);
    const layer_spec copies = conv2d{.height = 1 << 15,
        .width = 1 << 15,
        .channels = 1 << 5,
        .filters = 1 << 5,
        .parallelization_factor = 1 << 30,
        .weight = {64, 8}};
    CHECK(cost(copies).dsp == 12 * (std::int64_t{1} << 40));
}
