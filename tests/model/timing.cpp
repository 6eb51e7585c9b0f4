// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/timing.hpp>

#include <algorithm>
#include <array>
#include <check_both.hpp>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>

using namespace espalier;

namespace {

/// hls4ml's calibration design: 49 output pixels, all weights at once.
constexpr conv2d calibration{.height = 28,
    .width = 28,
    .channels = 3,
    .filters = 32,
    .kernel_height = 4,
    .kernel_width = 4,
    .stride_height = 4,
    .stride_width = 4,
    .strategy = strategy::latency};

/// Counts the cycles of one matrix-vector product by serving its weights, multiplier by multiplier.
std::int64_t cycles_of_product(const layer_spec& s)
{
    if (s.strategy != strategy::latency || s.reuse_factor == 1)
        return s.reuse_factor;
    // On UltraScale+ at 5 ns the last product takes a cycle, and so does the adder tree.
    const std::int64_t weights =
        std::int64_t{s.kernel_height} * s.kernel_width * s.channels * s.filters;
    std::int64_t multipliers = 0;
    for (std::int64_t served = 0; served < weights; served += s.reuse_factor)
        ++multipliers;
    std::int64_t cycles = 1;
    for (std::int64_t served = 0; served < weights; served += multipliers)
        ++cycles;
    return std::min<std::int64_t>(cycles, s.reuse_factor);
}

/// Counts the cycles of a convolution's loops by running them.
std::int64_t cycles_of_loops(const layer_spec& s)
{
    // The padded image, as Keras and hls4ml pad: an output for each stride-th pixel.
    int out_height = 0;
    int out_width = 0;
    int in_height = s.height;
    int in_width = s.width;
    if (s.padding == padding::same) {
        for (int y = 0; y < s.height; y += s.stride_height)
            ++out_height;
        for (int x = 0; x < s.width; x += s.stride_width)
            ++out_width;
        in_height = std::max(s.height, (out_height - 1) * s.stride_height + s.kernel_height);
        in_width = std::max(s.width, (out_width - 1) * s.stride_width + s.kernel_width);
    } else {
        for (int y = 0; y + s.kernel_height <= s.height; y += s.stride_height)
            ++out_height;
        for (int x = 0; x + s.kernel_width <= s.width; x += s.stride_width)
            ++out_width;
    }
    std::int64_t cycles = 0;
    if (s.io == io_type::io_parallel) {
        for (int pixel = 0; pixel < out_height * out_width; pixel += s.parallelization_factor)
            cycles += cycles_of_product(s);
        return cycles;
    }
    // Reports count every pixel alike: pipelined at reuse factor 1 under the latency strategy, else
    // a product and what it takes to fetch a pixel and to write one.
    const bool pipelined = s.strategy == strategy::latency && s.reuse_factor == 1;
    const int around = s.strategy == strategy::latency ? 3 : s.reuse_factor == 1 ? 6 : 11;
    for (int y = 0; y < in_height; ++y)
        for (int x = 0; x < in_width; ++x)
            cycles += pipelined ? 1 : cycles_of_product(s) + around;
    return pipelined ? cycles + 6 : cycles;
}

} // namespace

TEST_CASE("the calibration convolution has the initiation interval 49 that was synthesised")
{
    CHECK_BOTH(timing_of(calibration).interval == 49);
}

TEST_CASE("a dense layer takes a new input every reuse factor cycles")
{
    CHECK_BOTH(timing_of(dense{.inputs = 64, .outputs = 32, .reuse_factor = 16}).interval == 16);
    CHECK_BOTH(timing_of(dense{.inputs = 64, .outputs = 32, .reuse_factor = 128}).interval == 128);
}

TEST_CASE("the latency of a dense layer is the reuse loop, the multiplier and the adder tree")
{
    // 64 inputs at once: a product of 2.4 ns and six additions of 0.95 ns end in the second cycle
    // of 4.375 ns. A loop ends with its last product and its addition.
    CHECK_BOTH(timing_of(dense{.inputs = 64, .outputs = 32, .reuse_factor = 1}).latency == 1);
    CHECK_BOTH(timing_of(dense{.inputs = 64, .outputs = 32, .reuse_factor = 16}).latency == 18);
    CHECK_BOTH(timing_of(dense{.inputs = 64, .outputs = 32, .reuse_factor = 64}).latency == 66);
    // 7-series: 3 ns and six times 3.5 ns are six cycles; a DSP block has three registers.
    constexpr cost_policy zynq{.dsp = dsp_family::dsp48e1};
    CHECK_BOTH(timing_of(dense{.inputs = 64, .outputs = 32, .reuse_factor = 1}, zynq).latency == 5);
    CHECK_BOTH(
        timing_of(dense{.inputs = 64, .outputs = 32, .reuse_factor = 16}, zynq).latency == 20);
    // Twice the clock: 24 ns are nine cycles of 2.1875 ns, and 11 cycles the rest.
    constexpr cost_policy fast{.dsp = dsp_family::dsp48e1, .fabric = {.clock_ps = 2'500}};
    CHECK_BOTH(
        timing_of(dense{.inputs = 64, .outputs = 32, .reuse_factor = 1}, fast).latency == 10);
}

TEST_CASE("parallel pixels divide the interval of a convolution")
{
    constexpr auto with = [](int factor) {
        conv2d layer = calibration;
        layer.parallelization_factor = factor;
        return timing_of(layer).interval;
    };
    CHECK_BOTH(with(7) == 7);
    CHECK_BOTH(with(49) == 1);
}

TEST_CASE("the interval of a convolution is the number of cycles of its loops, for random shapes")
{
    std::mt19937 random(7);
    const auto from = [&](int low, int high) {
        return std::uniform_int_distribution(low, high)(random);
    };
    for (int trial = 0; trial < 4000; ++trial) {
        conv2d layer{.height = from(1, 14),
            .width = from(1, 14),
            .channels = from(1, 2),
            .filters = from(1, 4),
            .kernel_height = from(1, 5),
            .kernel_width = from(1, 5),
            .stride_height = from(1, 4),
            .stride_width = from(1, 4)};
        layer.padding = from(0, 1) == 0 ? padding::valid : padding::same;
        if (layer.padding == padding::valid) {
            layer.kernel_height = std::min(layer.kernel_height, layer.height);
            layer.kernel_width = std::min(layer.kernel_width, layer.width);
        }
        layer.strategy = std::array{strategy::latency, strategy::resource,
            strategy::resource_unrolled}[static_cast<std::size_t>(from(0, 2))];
        layer.io = from(0, 1) == 0 ? io_type::io_parallel : io_type::io_stream;
        layer.reuse_factor = from(1, 20);
        layer.parallelization_factor = layer.io == io_type::io_stream ? 1 : from(1, 6);
        CHECK(timing_of(layer).interval == cycles_of_loops(layer));
    }
}

TEST_CASE("the two parts of a separable convolution overlap")
{
    constexpr separable_conv2d layer{.height = 8,
        .width = 8,
        .channels = 4,
        .filters = 16,
        .kernel_height = 3,
        .kernel_width = 3,
        .strategy = strategy::latency,
        .reuse_factor = 9,
        .pointwise_reuse_factor = 4,
        .io = io_type::io_parallel};
    CHECK_BOTH(timing_of(layer).interval == 36 * 9);
    // Behind the loops a cycle for the adders of either part.
    CHECK_BOTH(timing_of(layer).latency == 36 * 9 + 1 + 1);
}

TEST_CASE("shared products are added up a cycle later at a clock below 4 ns")
{
    // 1,024 weights on 64 multipliers: 16 turns, and one stage of a product behind the last.
    constexpr dense layer{
        .inputs = 32, .outputs = 32, .strategy = strategy::latency, .reuse_factor = 32};
    cost_policy at{};
    const auto interval = [&](int picoseconds, std::int64_t products) {
        at.fabric.clock_ps = picoseconds;
        return product_timing(matrices_of(layer)[0], {.products = products}, at).interval;
    };
    CHECK(interval(4'000, 512) == 16 + 1);
    CHECK(interval(3'999, 512) == 16 + 1 + 1);
    CHECK(interval(3'999, 1'024) == 32); // the reuse factor bounds it
}

TEST_CASE("a recurrent layer runs both kernels at each time step before it starts the next")
{
    // The slower kernel takes 16 cycles, and what is done around it 11; on 7-series 15.
    constexpr lstm layer{
        .inputs = 8, .units = 16, .timesteps = 20, .reuse_factor = 4, .recurrent_reuse_factor = 16};
    CHECK_BOTH(timing_of(layer) == timing{20 * (16 + 11), 20 * (16 + 11)});
    CHECK_BOTH(timing_of(layer, {.dsp = dsp_family::dsp48e1}).interval == 20 * (16 + 15));
}

TEST_CASE("the slowest of several layers sets the interval and the latencies add up")
{
    constexpr std::array<layer_spec, 3> layers{
        dense{.inputs = 16, .outputs = 64, .reuse_factor = 4},
        dense{.inputs = 64, .outputs = 32, .reuse_factor = 16},
        dense{.inputs = 32, .outputs = 5, .reuse_factor = 2}};
    CHECK_BOTH(timing_of(layers).interval == 16);
    CHECK_BOTH(timing_of(layers).latency == (4 + 2) + (16 + 2) + (2 + 2));
}

TEST_CASE("more cycles than can be counted are refused")
{
    constexpr int huge = std::numeric_limits<int>::max();
    const conv2d image{
        .height = huge, .width = huge, .channels = 1, .filters = 1, .reuse_factor = 2};
    CHECK_THROWS_WITH_AS((void)timing_of(image),
        doctest::Contains("an inference takes at most 2^60 cycles"), std::invalid_argument);
    const gru endless{.inputs = 1, .units = 1, .timesteps = huge, .reuse_factor = huge};
    CHECK_THROWS_AS((void)timing_of(endless), std::invalid_argument);
    const std::array<layer_spec, 2> two{
        conv2d{.height = huge, .width = huge / 5, .channels = 1, .filters = 1},
        conv2d{.height = huge, .width = huge / 5, .channels = 1, .filters = 1}};
    CHECK(timing_of(two[0]).interval > 0);
    CHECK_THROWS_AS((void)timing_of(two), std::invalid_argument);
}
