// SPDX-License-Identifier: Apache-2.0
// The model against synthesis: hls4ml keeps the reports of Vivado 2020.1 and Vitis 2024.1 for the
// networks of its own tests (test/pytest/baselines, test/pytest/test_keras_api.py). Those whose
// layers are weights and nothing else are here, all at reuse factor 1. The deviations that are
// checked are those stated in docs/model.md: a change of the model that moves one must move both.
#include <espalier/model/cost_of_weights.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/timing.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

using namespace espalier;

namespace {

/// Whether the model is off by the stated per cent of what was synthesised, to half a per cent.
bool is_off_by(double percent, std::int64_t model, std::int64_t synthesised)
{
    const double off = 100 * (static_cast<double>(model) / static_cast<double>(synthesised) - 1);
    return std::abs(off - percent) <= 0.5;
}

/// Convolution of a 28×28×3 image to 32 filters of 4×4 at stride 4, ap_fixed<16,6>, io_parallel.
const layer_spec convolution = conv2d{.height = 28,
    .width = 28,
    .channels = 3,
    .filters = 32,
    .kernel_height = 4,
    .kernel_width = 4,
    .stride_height = 4,
    .stride_width = 4,
    .weight = {16, 6}};

/// Depthwise 3×3 on a 32×32×3 image, ap_fixed<32,12>, io_stream.
const layer_spec depthwise = depthwise_conv2d{.height = 32,
    .width = 32,
    .channels = 3,
    .kernel_height = 3,
    .kernel_width = 3,
    .strategy = strategy::latency,
    .io = io_type::io_stream,
    .weight = {32, 12}};

/// The same in one dimension, ap_fixed<16,6>.
const layer_spec depthwise_line = depthwise_conv2d{.height = 1,
    .width = 32,
    .channels = 3,
    .kernel_width = 3,
    .strategy = strategy::latency,
    .io = io_type::io_stream,
    .weight = {16, 6}};

/// Keras' "normal" initialisation, which that convolution has: mean 0, deviation 0.05. The random
/// numbers that Keras drew are not published; these are drawn alike (Box and Muller).
std::vector<float> keras_normal(std::int64_t count, unsigned seed)
{
    std::mt19937 random(seed);
    const auto unit = [&random] { return (static_cast<double>(random()) + 1) / 4294967297.0; };
    std::vector<float> weights(static_cast<std::size_t>(count));
    for (float& w : weights) {
        const double radius = std::sqrt(-2 * std::log(unit()));
        w = static_cast<float>(0.05 * radius * std::cos(2 * std::numbers::pi * unit()));
    }
    return weights;
}

} // namespace

TEST_CASE("intervals are within 10 per cent of the synthesised ones")
{
    CHECK(timing_of(convolution).interval == 49);                  // Vivado 49
    CHECK(is_off_by(-9.3, timing_of(convolution).interval, 54));   // Vitis
    CHECK(is_off_by(0.1, timing_of(depthwise).interval, 1'029));   // Vivado and Vitis
    CHECK(is_off_by(5.6, timing_of(depthwise_line).interval, 36)); // Vivado and Vitis
}

TEST_CASE("latencies are within 10 per cent of the synthesised ones")
{
    CHECK(is_off_by(-3.8, timing_of(convolution).latency, 52));   // Vivado, 51 to 52
    CHECK(is_off_by(-5.7, timing_of(convolution).latency, 53));   // Vitis
    CHECK(is_off_by(0.2, timing_of(depthwise).latency, 1'028));   // Vivado and Vitis
    CHECK(is_off_by(8.6, timing_of(depthwise_line).latency, 35)); // Vivado and Vitis
}

TEST_CASE("the fabric of a convolution of constants")
{
    const auto m = matrices_of(convolution)[0];
    resources sum;
    for (unsigned seed = 0; seed < 20; ++seed)
        sum += cost(m, layout::keras, keras_normal(m.weights(), seed)) + window_cost(convolution);
    CHECK(is_off_by(1.0, sum.lut / 20, 86'819));  // Vivado
    CHECK(is_off_by(43.0, sum.lut / 20, 61'308)); // Vitis
    CHECK(is_off_by(-16.3, sum.ff / 20, 52'870)); // Vivado
    CHECK(is_off_by(414.5, sum.ff / 20, 8'601));  // Vitis
}

TEST_CASE("one product for each weight is twice the DSP blocks of a convolution of constants")
{
    CHECK(is_off_by(107.6, cost(convolution).dsp, 740)); // Vivado
    CHECK(is_off_by(93.9, cost(convolution).dsp, 792));  // Vitis
    // The fabric under the same policy.
    CHECK(is_off_by(-16.0, cost(convolution).lut, 86'819)); // Vivado
    CHECK(is_off_by(19.0, cost(convolution).lut, 61'308));  // Vitis
    CHECK(is_off_by(-16.2, cost(convolution).ff, 52'870));  // Vivado
    CHECK(is_off_by(415.1, cost(convolution).ff, 8'601));   // Vitis
}

TEST_CASE("constants of up to two signed digits in adders leave the DSP blocks that HLS uses")
{
    const auto m = matrices_of(convolution)[0];
    const auto dsp = [&m](unsigned seed, int digits) {
        return cost(m, layout::keras, keras_normal(m.weights(), seed),
            {.constants = {.max_digits = digits}})
            .dsp;
    };
    std::int64_t sum = 0;
    for (unsigned seed = 0; seed < 20; ++seed) {
        const std::int64_t blocks = dsp(seed, 2);
        CHECK(blocks >= 670);
        CHECK(blocks <= 740);
        sum += blocks;
        CHECK(dsp(seed, 1) > 1'080);
        CHECK(dsp(seed, 3) < 200);
    }
    CHECK(is_off_by(-4.7, sum / 20, 740));  // Vivado
    CHECK(is_off_by(-11.0, sum / 20, 792)); // Vitis
}

TEST_CASE("small depthwise convolutions of constants")
{
    // 16 bits: a product each is right. 32 bits: synthesis drops constant and unused low bits of
    // the products, the model has four blocks for each full 32×32 product.
    CHECK(cost(depthwise_line).dsp == 9); // Vitis 9, Vivado 8
    CHECK(cost(depthwise).dsp == 108);    // Vivado 54, Vitis 18
}
