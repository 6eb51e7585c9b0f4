// SPDX-License-Identifier: Apache-2.0
#include "whole_numbers.hpp"

#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

// The arithmetic is compared with SystemC's in tests/systemc; here is what needs no SystemC.

using namespace espalier;

namespace {

constexpr precision wide{40, 40}; // whole numbers, none of which is rounded or wraps
constexpr precision narrow{16, 16};

std::vector<float> whole_numbers(std::mt19937& random, std::size_t n)
{
    std::vector<float> numbers(n);
    for (float& x : numbers)
        x = static_cast<float>(static_cast<int>(random() % 7) - 3);
    return numbers;
}

/// (C, H, W) images as PyTorch computes with them, in doubles and by definition.
struct torch_image {
    int channels, height, width;
    std::vector<double> pixels;

    [[nodiscard]] double at(int c, int y, int x) const
    {
        const bool inside = y >= 0 && y < height && x >= 0 && x < width;
        return inside ? pixels[static_cast<std::size_t>((c * height + y) * width + x)] : 0;
    }
};

torch_image convolve(const torch_image& in, std::span<const float> kernel,
    std::span<const float> bias, int size, int pad)
{
    const int filters = static_cast<int>(bias.size());
    torch_image out{filters, in.height + 2 * pad - size + 1, in.width + 2 * pad - size + 1, {}};
    for (int f = 0; f < filters; ++f)
        for (int y = 0; y < out.height; ++y)
            for (int x = 0; x < out.width; ++x) {
                double sum = static_cast<double>(bias[static_cast<std::size_t>(f)]);
                for (int c = 0; c < in.channels; ++c)
                    for (int i = 0; i < size; ++i)
                        for (int j = 0; j < size; ++j)
                            sum += in.at(c, y + i - pad, x + j - pad) *
                                   static_cast<double>(kernel[static_cast<std::size_t>(
                                       ((f * in.channels + c) * size + i) * size + j)]);
                out.pixels.push_back(sum);
            }
    return out;
}

torch_image relu_and_pool(const torch_image& in)
{
    torch_image out{in.channels, in.height / 2, in.width / 2, {}};
    for (int c = 0; c < out.channels; ++c)
        for (int y = 0; y < out.height; ++y)
            for (int x = 0; x < out.width; ++x)
                out.pixels.push_back(
                    std::max({0.0, in.at(c, 2 * y, 2 * x), in.at(c, 2 * y, 2 * x + 1),
                        in.at(c, 2 * y + 1, 2 * x), in.at(c, 2 * y + 1, 2 * x + 1)}));
    return out;
}

integer_kernel pytorch_kernel(
    const layer_spec& s, const std::vector<float>& weights, const std::vector<float>& biases)
{
    return quantized(in_hardware_order(matrices_of(s)[0], layout::pytorch,
                         std::span<const float>(weights), std::span<const float>(biases)),
        formats_of(s));
}

} // namespace

TEST_CASE("a network of whole numbers gives what PyTorch's order of weights and pixels gives")
{
    std::mt19937 random(1);
    layer_spec conv1 = conv2d{.height = 8,
        .width = 10,
        .channels = 2,
        .filters = 3,
        .kernel_height = 3,
        .kernel_width = 3,
        .padding = padding::same,
        .weight = narrow,
        .data = wide};
    layer_spec conv2 = conv2d{.height = 4,
        .width = 5,
        .channels = 3,
        .filters = 4,
        .kernel_height = 3,
        .kernel_width = 3,
        .padding = padding::valid,
        .strategy = strategy::latency,
        .weight = narrow,
        .data = wide};
    layer_spec fc = dense{.inputs = 4,
        .outputs = 5,
        .flattened = {.height = 1, .width = 1, .channels = 4},
        .weight = narrow,
        .data = wide};
    layer_spec wide_fc = dense{.inputs = 3 * 4 * 5,
        .outputs = 5,
        .flattened = {.height = 4, .width = 5, .channels = 3},
        .reuse_factor = 6,
        .weight = narrow,
        .data = wide};
    const auto w1 = whole_numbers(random, 3 * 2 * 9);
    const auto w2 = whole_numbers(random, 4 * 3 * 9);
    const auto w3 = whole_numbers(random, 5 * 4);
    const auto w4 = whole_numbers(random, std::size_t{5} * 60);
    const auto b1 = whole_numbers(random, 3);
    const auto b2 = whole_numbers(random, 4);
    const auto b3 = whole_numbers(random, 5);

    // A framework's image is (C, H, W), the hardware's (H, W, C).
    torch_image image{2, 8, 10, {}};
    for (const float x : whole_numbers(random, std::size_t{2} * 80))
        image.pixels.push_back(static_cast<double>(x));
    std::vector<double> channels_last;
    for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 10; ++x)
            for (int c = 0; c < 2; ++c)
                channels_last.push_back(image.at(c, y, x));

    integer_network to_first_pool({8, 10, 2}, wide);
    to_first_pool.add(conv1, pytorch_kernel(conv1, w1, b1))
        .add(integer_relu{})
        .add(integer_pooling{});
    const torch_image pooled = relu_and_pool(convolve(image, w1, b1, 3, 1));

    const auto dense_output = [](const torch_image& in, std::span<const float> w,
                                  std::span<const float> b) {
        std::vector<double> out;
        for (std::size_t j = 0; j < b.size(); ++j) {
            out.push_back(static_cast<double>(b[j]));
            for (std::size_t i = 0; i < in.pixels.size(); ++i)
                out.back() += in.pixels[i] * static_cast<double>(w[j * in.pixels.size() + i]);
        }
        return out;
    };
    const std::span<const double> input(channels_last);
    integer_network deep = to_first_pool;
    deep.add(conv2, pytorch_kernel(conv2, w2, b2)).add(integer_relu{}).add(integer_pooling{});
    deep.add(fc, pytorch_kernel(fc, w3, b3));
    CHECK(deep(input) == dense_output(relu_and_pool(convolve(pooled, w2, b2, 3, 0)), w3, b3));

    integer_network flat = to_first_pool;
    flat.add(wide_fc, pytorch_kernel(wide_fc, w4, b3));
    CHECK(flat(input) == dense_output(pooled, w4, b3));

    // Under io_stream hls4ml keeps PyTorch's weights in place and transposes the data.
    wide_fc.io = io_type::io_stream;
    integer_network streamed = to_first_pool;
    streamed.add(integer_transpose{}).add(wide_fc, pytorch_kernel(wide_fc, w4, b3));
    CHECK(streamed(input) == dense_output(pooled, w4, b3));
    CHECK(deep.trace(quantized(input, wide)).size() == 8);
}

TEST_CASE("the order of the hardware decides what a saturating accumulator keeps")
{
    layer_spec s = dense_layer(4, 1, {8, 8});
    integer_kernel kernel = kernel_of(s, {100, -100, 100, -100});
    kernel.formats.accum.overflow = overflow::sat;
    const auto run = [&](const integers& input) {
        integer_network net({.channels = 4}, s.data);
        return net.add(s, kernel).run(input)[0];
    };
    CHECK(run({1, 1, 1, 1}) == 0); // reuse factor 1: 100, 0, 100, 0
    s.reuse_factor = 2;
    CHECK(run({1, 1, 1, 1}) == -73); // 100, 127, 27, -73
    kernel.formats.accum.overflow = overflow::sat_zero;
    CHECK(run({1, 1, 1, 0}) == -100); // 100, 0 for 200, -100
    s.strategy = strategy::latency;
    CHECK(run({1, 1, 1, 0}) == 100);
    kernel.formats.accum.overflow = overflow::sat;
    CHECK(run({1, 1, 1, 1}) == 0);
}

TEST_CASE("each product is cut to the accumulator, not their sum")
{
    layer_spec s = dense_layer(4, 1, {8, 8});
    s.weight = {8, 7}; // halves
    integer_kernel kernel = kernel_of(s, {1, 1, 1, 1});
    kernel.formats.result = {.format = {8, 8}};
    integer_network net({.channels = 4}, s.data);
    net.add(s, kernel);
    CHECK(net.run(integers{1, 1, 1, 1})[0] == 0);   // 4 · 0.5, each truncated
    CHECK(net.run(integers{-1, 3, -1, 3})[0] == 0); // -1 + 1 - 1 + 1
}

TEST_CASE("an accumulator that cannot overflow is filled at once, one that may is not")
{
    layer_spec s = dense_layer(3, 1, {18, 18});
    integer_kernel kernel = kernel_of(s, {127, -128, 127}, {5});
    const auto is_slow = [&] {
        return integer_product(matrices_of(s)[0], s.data, kernel).goes_step_by_step();
    };
    CHECK_FALSE(is_slow()); // wraps
    kernel.formats.accum.overflow = overflow::sat;
    CHECK_FALSE(is_slow()); // 382 · 128 + 5 + 3 is below 2^17
    kernel.formats.accum.format = s.accum = {16, 16};
    CHECK(is_slow()); // but not below 2^15
    kernel.formats.accum.format = s.accum = {18, 18, false};
    CHECK(is_slow()); // a sum may be negative
}

TEST_CASE("a batch normalisation is folded into what is before it")
{
    const batch_normalization norm{
        .gamma = {2, 1}, .beta = {1, -1}, .mean = {3, 0.5}, .variance = {3.75, 0}, .epsilon = 0.25};
    const auto [scale, shift] = norm.at_inference();
    CHECK(scale == std::vector<double>{1, 2});
    CHECK(shift == std::vector<double>{-2, -2});

    const weight_matrix m = matrices_of(dense{.inputs = 3, .outputs = 2})[0];
    const real_kernel kernel = folded(m, {{1, 2, 3, 4, 5, 6}, {10, 20}}, norm);
    CHECK(kernel.weights == std::vector<double>{1, 2, 3, 8, 10, 12});
    CHECK(kernel.biases == std::vector<double>{8, 38});
    const weight_matrix depthwise =
        matrices_of(depthwise_conv2d{.height = 1, .width = 3, .channels = 2, .kernel_width = 2})[0];
    const real_kernel channels = folded(depthwise, {{1, 2, 3, 4}, {}}, norm);
    CHECK(channels.weights == std::vector<double>{1, 4, 3, 8}); // (pixel, channel)
    CHECK(channels.biases == shift);
}

TEST_CASE("a view of weights with gaps, in any order, becomes the same kernel")
{
    const weight_matrix m = matrices_of(dense{.inputs = 2, .outputs = 3})[0];
    std::vector<float> rows{1, 2, -9, 3, 4, -9, 5, 6, -9}; // outputs with a bias behind them
    std::vector<double> columns{1, 3, 5, 2, 4, 6};
    const weight_view gaps(strided<float>(rows, {3, 2, 3}), layout::pytorch);
    const weight_view keras(std::span<double>(columns), layout::keras);
    CHECK(in_hardware_order(m, gaps).weights == std::vector<double>{1, 2, 3, 4, 5, 6});
    CHECK(in_hardware_order(m, keras).weights == std::vector<double>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("same padding puts the odd pixel behind the image")
{
    const sliding_window w{.extent = 5, .window = 4, .stride = 1, .padding = padding::same};
    CHECK(w.outputs() == 5);
    CHECK(w.first(0) == -1);
    const sliding_window s{.extent = 6, .window = 3, .stride = 2, .padding = padding::same};
    CHECK(s.outputs() == 3);
    CHECK(s.first(0) == 0);
    const sliding_window gap{.extent = 5, .window = 1, .stride = 2, .padding = padding::same};
    CHECK(gap.first(2) == 4);
}

TEST_CASE("averages divide towards zero and by the pixels of the image")
{
    integer_network net({1, 4, 1}, precision{8, 8});
    net.add(integer_pooling{.kind = pooling::average, .height = 1, .width = 2});
    CHECK(net.run(integers{1, 2, -1, -2}) == integers{1, -1});
    integer_network padded({1, 3, 1}, precision{8, 8});
    padded.add(integer_pooling{
        .kind = pooling::average, .height = 1, .width = 2, .padding = padding::same});
    CHECK(padded.run(integers{4, 6, 8}) == integers{5, 8});
    integer_network counted({1, 3, 1}, precision{8, 8});
    counted.add(integer_pooling{.kind = pooling::average,
        .height = 1,
        .width = 2,
        .padding = padding::same,
        .counts_padding = true});
    CHECK(counted.run(integers{4, 6, 8}) == integers{5, 4});
}
