// SPDX-License-Identifier: Apache-2.0
// Sums of parts, worked out by hand, and what pruning and sharing do to them. How far they are from
// reports is asked in tests/synthesis.
#include <espalier/model/cost.hpp>
#include <espalier/model/cost_of_weights.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/timing.hpp>

#include <check_both.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace espalier;

namespace {

constexpr precision fixed16{16, 6};

constexpr weight_matrix matrix(int inputs, int outputs, int reuse_factor,
    strategy how = strategy::resource, precision format = fixed16)
{
    return matrices_of(dense{.inputs = inputs,
        .outputs = outputs,
        .strategy = how,
        .reuse_factor = reuse_factor,
        .weight = format})[0];
}

/// 8-bit operands whose products the accumulator holds whole, and cut to one place.
constexpr weight_matrix wide = matrices_of(dense{.inputs = 40,
    .outputs = 10,
    .strategy = strategy::latency,
    .weight = {8, 4},
    .data = {8, 4},
    .accum = {25, 17}})[0];
constexpr weight_matrix cut = matrices_of(dense{.inputs = 40,
    .outputs = 10,
    .strategy = strategy::latency,
    .weight = {8, 4},
    .data = {8, 4},
    .accum = {10, 9}})[0];

constexpr constant_counts counted{.zeros = 24,
    .one_digit = 100,
    .two_digits = 200,
    .additions = 150,
    .products = 600,
    .soft_products = 600};

/// A convolution of Berk-Bilgin/ML-fpga: 40 products of 24 × 8 bits. Vivado HLS 2020.1 reports
/// 11,974 LUTs with line buffer and control.
constexpr layer_spec saturated_layer = conv1d{.width = 35,
    .channels = 4,
    .filters = 4,
    .kernel_width = 5,
    .stride_width = 2,
    .reuse_factor = 2,
    .io = io_type::io_stream,
    .weight = {8, 1},
    .data = {24, 16},
    .accum = {24, 16}};

constexpr conv2d window_layer{.height = 10,
    .width = 8,
    .channels = 2,
    .filters = 8,
    .kernel_height = 3,
    .kernel_width = 3,
    .reuse_factor = 9,
    .io = io_type::io_stream,
    .weight = fixed16};

} // namespace

TEST_CASE("the LUTs of shared multipliers")
{
    // 1,440 multipliers of 16 bits: an addition of 23 each; 120 inputs with four multiplexers of 9,
    // 360 outputs with one; 4 selectors of 30:1, each bit 8 + 2 + 1 LUTs; 100 for the control.
    // Vivado HLS 2019.2: 52,657.
    CHECK_BOTH(
        cost(matrix(120, 360, 30)).lut == 1'440 * 23 + 120 * 36 + 360 * 9 + 4 * 16 * 11 + 100);
    // A reuse factor above the inputs: outputs are chosen, one selector of 6:1. Reported 18,093.
    CHECK_BOTH(cost(matrix(6, 360, 30)).lut == 72 * 23 + 6 * 36 + 360 * 36 + 16 * 3 + 100);
    // A power of two: every multiplier has a selector of 17 LUTs for each bit. Reported 455,521.
    CHECK_BOTH(
        cost(matrix(128, 384, 32)).lut == 1'536 * 23 + 128 * 36 + 384 * 9 + 1'536 * 16 * 17 + 100);
    // Beyond 32 they are shared again: two of 64:1.
    CHECK_BOTH(
        cost(matrix(128, 8, 64)).lut == 16 * 23 + 128 * 36 + 8 * 9 + 2 * 16 * (16 + 4 + 1) + 100);
    // But not after logic synthesis, which leaves 47 % of what the others are.
    CHECK_BOTH(cost(matrix(128, 384, 32), cost_policy::logic_synthesis).lut ==
               (1'536 * 23 + 128 * 36 + 384 * 9 + 4 * 16 * 11 + 100) * 47 / 100);
    // Products of 8 bits are in LUTs, 40 each.
    CHECK_BOTH(cost(matrix(15, 10, 15, strategy::resource, {8, 3})).lut ==
               10 * (15 + 40) + 15 * 36 + 10 * 9 + 8 * 5 + 100);
}

TEST_CASE("the flip-flops of shared multipliers")
{
    // Multiplier 16 + 4 bits, two and a half copies of the inputs, the outputs. Reported 40,337.
    CHECK_BOTH(cost(matrix(120, 360, 30)).ff == 1'440 * 20 + 120 * 16 * 5 / 2 + 360 * 16 + 100);
    // Outputs that are chosen are there twice. Reported 13,068.
    CHECK_BOTH(cost(matrix(6, 360, 30)).ff == 72 * 20 + 6 * 16 * 5 / 2 + 2 * 360 * 16 + 100);
    // 4-bit operands have 8-bit products. Reported 14,635, of 800 inputs and 512 multipliers.
    constexpr weight_matrix narrow = matrices_of(dense{.inputs = 800,
        .outputs = 32,
        .reuse_factor = 50,
        .weight = {4, 1},
        .data = {4, 1},
        .accum = {19, 13}})[0];
    CHECK_BOTH(cost(narrow).ff == 512 * 12 + 800 * 4 * 5 / 2 + 32 * 19 + 100);
    // Half of the products take their additions into a DSP block. Reported 41,790 LUTs.
    CHECK_BOTH(
        cost(narrow).lut == 256 * (26 + 12) + 800 * 36 + 32 * 9 + 16 * 4 * (13 + 3 + 1) + 100);
}

TEST_CASE("two inputs are chosen from once for all multipliers that read them")
{
    // 64 multipliers, 32 selectors of 2:1 in front of them, one LUT for each bit.
    CHECK_BOTH(cost(matrix(64, 2, 2)).lut == 64 * 23 + 64 * 36 + 2 * 9 + 32 * 16 + 100);
    // Of 4:1 each multiplier has its own.
    CHECK_BOTH(cost(matrix(64, 2, 4)).lut == 32 * 23 + 64 * 36 + 2 * 9 + 32 * 16 * 3 + 100);
}

TEST_CASE("accumulators that round and saturate take LUTs for every product")
{
    // The parts are those that its report lists, AP_RND and AP_SAT.
    constexpr auto lut = [](rounding of_products, overflow of_sums, precision accum = {24, 16}) {
        weight_matrix m = matrices_of(saturated_layer)[0];
        m.accum = accum;
        return cost(m, {.fabric = {.accum_rounding = of_products, .accum_overflow = of_sums}}).lut;
    };
    constexpr std::int64_t plain = lut(rounding::trn, overflow::wrap);
    // 40 additions of 31; ten selectors of 2:1; 20 inputs, 4 outputs; two words of 320 bits.
    CHECK_BOTH(plain == 40 * 31 + 10 * 24 + 20 * 36 + 4 * 9 + 320 + 100);
    // add_ln415: 31 LUTs to round each product.
    CHECK_BOTH(lut(rounding::rnd, overflow::wrap) == plain + 40 * 31);
    CHECK_BOTH(lut(rounding::trn_zero, overflow::wrap) == plain + 40 * 31);
    // Twice three selectors of 24 and gates of 2; add_ln1192: 32 LUTs.
    CHECK_BOTH(lut(rounding::trn, overflow::sat) == plain + 40 * (2 * (3 * 24 + 9 * 2) + 32));
    CHECK_BOTH(
        lut(rounding::rnd, overflow::sat_sym) == plain + 40 * (31 + 2 * (3 * 24 + 9 * 2) + 32));
    // Nothing is rounded where no bits are cut off.
    constexpr precision whole{31, 16};
    CHECK_BOTH(
        lut(rounding::rnd, overflow::wrap, whole) == lut(rounding::trn, overflow::wrap, whole));
    CHECK_BOTH(lut(rounding::rnd, overflow::wrap, {30, 16}) ==
               lut(rounding::trn, overflow::wrap, {30, 16}) + 40 * 37);
    // Logic synthesis leaves 47 % of that, too.
    constexpr auto synthesised = [](overflow of_sums) {
        cost_policy policy = cost_policy::logic_synthesis;
        policy.memory.min_depth = 0;
        policy.fabric.accum_overflow = of_sums;
        return cost(matrices_of(saturated_layer)[0], policy).lut;
    };
    CHECK_BOTH(synthesised(overflow::wrap) < plain * 47 / 100 + 1);
    CHECK_BOTH(synthesised(overflow::sat) - synthesised(overflow::wrap) >=
               40 * (2 * (3 * 24 + 9 * 2) + 32) * 47 / 100 - 1);
}

TEST_CASE("a window that is walked through from end to end is not copied")
{
    // 18 inputs: reuse factor 9 leaves two parts, 18 and 36 walk through all of it.
    const auto need = [](int reuse_factor) {
        conv2d layer = window_layer;
        layer.reuse_factor = reuse_factor;
        return cost(matrices_of(layer)[0]);
    };
    CHECK(need(9).lut == 16 * 23 + 18 * 36 + 8 * 9 + 2 * 16 * 3 + 100);
    CHECK(need(18).lut == 8 * 23 + 18 * 9 + 8 * 9 + 16 * 7 + 100);
    CHECK(need(36).lut == 4 * 23 + 18 * 9 + 8 * 36 + 16 * 7 + 100);
    CHECK(need(9).ff == 16 * 20 + 18 * 16 * 5 / 2 + 8 * 16 + 100);
    CHECK(need(18).ff == 8 * 20 + 8 * 16 + 100);
}

TEST_CASE("parallel copies take what one does, and share the ROM")
{
    constexpr auto need = [](int copies) {
        conv2d layer = window_layer;
        layer.io = io_type::io_parallel;
        layer.parallelization_factor = copies;
        return cost(
            matrices_of(layer)[0], {.memory = {.sign_bits = sign_bits::kept, .min_depth = 100}});
    };
    constexpr std::int64_t rom = 16 * 16; // 16 multipliers of 16 bits, 9 words
    CHECK_BOTH(need(4).lut - rom == 4 * (need(1).lut - rom));
    CHECK_BOTH(need(4).ff == 4 * need(1).ff);
}

TEST_CASE("a convolution brings its windows to the kernel")
{
    // 8×6 places, 18 inputs of 16 bits.
    conv2d layer = window_layer;
    CHECK(window_cost(layer) == resources{.lut = 400, .ff = 18 * 16 * 3 / 2 + 800});
    layer.io = io_type::io_parallel;
    CHECK(window_cost(layer) == resources{.lut = 48 * 18 * 16, .ff = 48 * 18 * 16});
    layer.parallelization_factor = 48; // nothing to choose from
    CHECK(window_cost(layer) == resources{});
    CHECK(window_cost(window_layer, cost_policy::yosys) == resources{});
    CHECK(window_cost(window_layer, cost_policy::logic_synthesis).lut == 188);
    CHECK(window_cost(dense{.inputs = 4, .outputs = 4}) == resources{});
    const layer_spec whole = window_layer;
    CHECK(cost(whole) == cost(matrices_of(whole)[0]) + window_cost(whole));
}

TEST_CASE("additions of constants are as wide as their products")
{
    // D = 8, W = 8, nothing cut: products of 8, 12 and 16 bits, a carry more, 7 LUTs.
    constexpr auto lut = [](const constant_counts& counts) { return cost(wide, counts).lut; };
    CHECK_BOTH(lut({.zeros = 390, .one_digit = 10}) == 10 * (9 + 7));
    CHECK_BOTH(lut({.zeros = 390, .two_digits = 10, .additions = 7}) == 10 * (13 + 7) + 7 * 16);
    CHECK_BOTH(lut({.zeros = 390, .products = 8, .soft_products = 8}) == 10 * (17 + 7) + 8 * 40);
    // In a DSP block a product that the accumulator holds whole takes its addition along.
    CHECK_BOTH(lut({.zeros = 390, .products = 8, .dsp = 8}) == (10 - 8) * (17 + 7));
    // Where constants of one digit are multiplied too, it is not their additions that go.
    CHECK_BOTH(lut({.zeros = 390, .one_digit = 10, .products = 10, .dsp = 10}) == 10 * (9 + 7));
    // An accumulator of 10 bits and one place: 7 bits are cut off every product.
    CHECK_BOTH(
        cost(cut, constant_counts{.zeros = 390, .products = 8, .dsp = 8}).lut == 2 * (10 + 7));
}

TEST_CASE("constants that are rounded or saturated are not fused with their additions")
{
    constexpr auto lut = [](const weight_matrix& m, const fabric_policy& how) {
        return cost(m, constant_counts{.zeros = 390, .one_digit = 1, .products = 9, .dsp = 9},
            {.fabric = how})
            .lut;
    };
    CHECK_BOTH(lut(wide, {}) == 9 + 7); // the one of one digit
    constexpr std::int64_t saturated = 2 * (3 * 25 + 9 * 2) + 33;
    CHECK_BOTH(
        lut(wide, {.accum_overflow = overflow::sat}) == 9 + 7 + 9 * (17 + 7) + 10 * saturated);
    CHECK_BOTH(lut(wide, {.accum_rounding = rounding::rnd}) == 9 + 7); // there is nothing to round
    CHECK_BOTH(lut(cut, {.accum_rounding = rounding::rnd}) == 9 + 7 + 9 * (10 + 7) + 10 * (10 + 7));
}

TEST_CASE("additions are not shared, products are")
{
    constexpr auto lut = [](int reuse_factor) {
        return cost(matrix(32, 32, reuse_factor, strategy::latency, {8, 3}), counted).lut;
    };
    // 1,024 weights over 8 less 24 zeros over 8; over 100: 11.
    CHECK_BOTH(lut(1) - lut(8) == (600 - 125) * 40);
    CHECK_BOTH(lut(8) - lut(100) == (125 - 11) * 40);
}

TEST_CASE("zeros save what their strategy saves")
{
    std::vector<float> weights(128, 0.75F);
    const auto lut = [&](strategy how) {
        return cost(matrix(8, 16, 4, how), layout::hardware, weights).lut;
    };
    const auto dense = lut(strategy::resource_unrolled);
    CHECK(lut(strategy::resource) == dense);
    for (std::size_t i = 0; i < 32; ++i) // the first 8 of 32 multipliers
        weights[i] = 0;
    CHECK(lut(strategy::resource) == dense);
    // An addition and a selector of 4:1 each.
    CHECK(dense - lut(strategy::resource_unrolled) == 8 * (23 + 16 * 3));
    // One multiplier that is left has one of the four selectors of 5:1.
    std::vector<float> last(20 * 16, 0);
    last.back() = 0.75F;
    CHECK(cost(matrix(20, 16, 5, strategy::resource_unrolled), layout::hardware, last).lut ==
          23 + 20 * 36 + 16 * 9 + 16 * 2 + 100);
    // Of 8 fused multipliers half have an addition, and half a product of 40 LUTs. The words are in
    // LUTs, too; the last weight has 6 bits in the dense one.
    weight_matrix fused = matrix(8, 16, 4, strategy::resource_unrolled, {8, 3});
    fused.accum = {20, 10};
    CHECK(cost(fused).lut - cost(fused, layout::hardware, weights).lut ==
          4 * 27 + 4 * 40 + 8 * (8 * 3) + (31 * 8 + 6 - 24 * 8));
    weights.assign(128, 0);
    CHECK(lut(strategy::resource_unrolled) == 0);
    CHECK(lut(strategy::resource) == dense);
}

TEST_CASE("the latency strategy ends when its last product is added")
{
    // Vitis HLS 2021.1, 7-series at 5 ns, products in LUTs: 10×5 weights, 26 of them multiplied by
    // one multiplier. Reported 27 and 26.
    constexpr cost_policy soft{.dsp = dsp_family::dsp48e1, .lut_below_wide = 100};
    CHECK_BOTH(product_timing(matrix(10, 5, 50, strategy::latency, {8, 1}),
                   constant_counts{.products = 26}, soft) == timing{27, 26});
    // Vivado HLS 2019.2, UltraScale+: 555 of 640 by 3 multipliers. Reported 186 and 185.
    CHECK_BOTH(product_timing(matrix(64, 10, 256, strategy::latency, {16, 6}),
                   constant_counts{.products = 555}) == timing{186, 185});
    // 7-series: 100 of 2,304, 1,360 zeros, 8 multipliers. Reported 17 and 16.
    constexpr weight_matrix deep = matrix(144, 16, 128, strategy::latency, {16, 6});
    CHECK_BOTH(product_timing(deep, constant_counts{.zeros = 1'360, .products = 100},
                   {.dsp = dsp_family::dsp48e1}) == timing{16, 15});
    // Never longer than it was allowed to be, nor shorter than its adders take.
    CHECK_BOTH(product_timing(matrix(64, 10, 2, strategy::latency)) == timing{2, 1});
    CHECK_BOTH(product_timing(deep, constant_counts{.zeros = 2'304},
                   {.dsp = dsp_family::dsp48e1}) == timing{8, 7});
    // Without weights all are products.
    CHECK_BOTH(product_timing(matrix(64, 10, 20, strategy::latency)) == timing{20, 19});
}

TEST_CASE("streamed convolutions and recurrent steps that were reported")
{
    // Vivado HLS 2019.2.1 and 2020.1, resource: 34×34 pixels at reuse factor 72 and 67 at 2.
    constexpr layer_spec image = conv2d{.height = 34,
        .width = 34,
        .channels = 8,
        .filters = 1,
        .kernel_height = 3,
        .kernel_width = 3,
        .reuse_factor = 72,
        .io = io_type::io_stream};
    CHECK_BOTH(timing_of(image).interval == 95'948);
    constexpr layer_spec line = conv1d{.width = 67,
        .channels = 8,
        .filters = 8,
        .kernel_width = 5,
        .stride_width = 2,
        .reuse_factor = 2,
        .io = io_type::io_stream};
    CHECK_BOTH(timing_of(line).interval == 871);
    // Vivado HLS 2019.2, UltraScale+: 20 steps at 30 and 20, reported 821; 15 at 30, reported 616.
    constexpr layer_spec steps = gru{.inputs = 6,
        .units = 20,
        .timesteps = 20,
        .reuse_factor = 30,
        .recurrent_reuse_factor = 20};
    CHECK_BOTH(timing_of(steps).interval == 820);
    constexpr layer_spec fewer =
        gru{.inputs = 6, .units = 120, .timesteps = 15, .reuse_factor = 30};
    CHECK_BOTH(timing_of(fewer).interval == 615);
}
