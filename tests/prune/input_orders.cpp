// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/layers_without_matrices.hpp>
#include <espalier/prune/input_orders.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

using namespace espalier;

namespace {

std::vector<float> counted(std::size_t size)
{
    std::vector<float> numbers(size);
    std::iota(numbers.begin(), numbers.end(), 1.0F);
    return numbers;
}

/// Where a framework's documentation puts the weight of (row, column, channel, output).
using offset_of = std::function<std::int64_t(
    const weight_matrix&, std::int64_t, std::int64_t, std::int64_t, std::int64_t)>;

std::int64_t hwcf(
    const weight_matrix& m, std::int64_t h, std::int64_t w, std::int64_t c, std::int64_t f)
{
    return ((h * m.columns + w) * m.channels + c) * m.units + f;
}
std::int64_t fchw(
    const weight_matrix& m, std::int64_t h, std::int64_t w, std::int64_t c, std::int64_t f)
{
    return ((f * m.channels + c) * m.rows + h) * m.columns + w;
}
std::int64_t chwf(
    const weight_matrix& m, std::int64_t h, std::int64_t w, std::int64_t c, std::int64_t f)
{
    return ((c * m.rows + h) * m.columns + w) * m.units + f;
}
std::int64_t fhwc(
    const weight_matrix& m, std::int64_t h, std::int64_t w, std::int64_t c, std::int64_t f)
{
    return ((f * m.rows + h) * m.columns + w) * m.channels + c;
}

/// Permutes inputs and outputs and looks for every weight where it must be.
void check_moved(const weight_matrix& m, layout order, const offset_of& offset,
    const input_permutation& inputs, const input_permutation& outputs)
{
    CAPTURE(to_string(order));
    const std::vector<float> before = counted(static_cast<std::size_t>(m.weights()));
    std::vector<float> after = before;
    permute_inputs(m, order, std::span(after), inputs);
    permute_outputs(m, order, std::span(after), outputs);
    const auto in = [](const input_permutation& p, std::int64_t i) {
        return static_cast<std::int64_t>(p[static_cast<std::size_t>(i)]);
    };
    bool all = true;
    for (std::int64_t h = 0; h < m.rows; ++h)
        for (std::int64_t w = 0; w < m.columns; ++w)
            for (std::int64_t c = 0; c < m.channels; ++c)
                for (std::int64_t f = 0; f < m.units; ++f)
                    all = all && after[static_cast<std::size_t>(offset(m, h, w, c, f))] ==
                                     before[static_cast<std::size_t>(
                                         offset(m, h, w, in(inputs, c), in(outputs, f)))];
    CHECK(all);
    permute_outputs(m, order, std::span(after), outputs.inverse());
    permute_inputs(m, order, std::span(after), inputs.inverse());
    CHECK(after == before);
}

const layer_spec conv = conv2d{.name = "conv",
    .height = 5,
    .width = 6,
    .channels = 3,
    .filters = 4,
    .kernel_height = 2,
    .kernel_width = 3};

layer_spec behind_flatten(io_type io)
{
    return dense{.name = "fc", .inputs = 4 * 4 * 4, .outputs = 5, .flattened = {4, 4, 4}, .io = io};
}

} // namespace

TEST_CASE("whole channels and whole rows move in every framework's tensor")
{
    const input_permutation of_3({2, 0, 1});
    const input_permutation of_4({3, 1, 0, 2});
    const input_permutation of_5({4, 2, 0, 1, 3});
    const weight_matrix kernel = matrices_of(conv)[0];
    check_moved(kernel, layout::keras, hwcf, of_3, of_4);
    check_moved(kernel, layout::pytorch, fchw, of_3, of_4);
    check_moved(kernel, layout::dlib, fchw, of_3, of_4);
    check_moved(kernel, layout::hardware, fhwc, of_3, of_4);
    const weight_matrix parallel = matrices_of(behind_flatten(io_type::io_parallel))[0];
    check_moved(parallel, layout::keras, hwcf, of_4, of_5);
    check_moved(parallel, layout::keras_channels_first, chwf, of_4, of_5);
    check_moved(parallel, layout::pytorch, fchw, of_4, of_5);
    check_moved(parallel, layout::dlib, chwf, of_4, of_5);
    // A transpose in front of a flatten changes who arrives when, not what a channel is.
    const weight_matrix stream = matrices_of(behind_flatten(io_type::io_stream))[0];
    check_moved(stream, layout::keras, hwcf, of_4, of_5);
    check_moved(stream, layout::keras_channels_first, chwf, of_4, of_5);
    check_moved(stream, layout::pytorch, fchw, of_4, of_5);
    check_moved(stream, layout::dlib, chwf, of_4, of_5);
}

TEST_CASE("the order of inputs is free where a dense layer or a convolution gives them")
{
    const auto befores = [](const std::vector<layer_spec>& layers) {
        const input_orders orders(layers);
        std::vector<int> all;
        for (std::size_t m = 0; m < orders.matrices(); ++m)
            all.push_back(orders.before(m) ? static_cast<int>(*orders.before(m)) : -1);
        return all;
    };
    const layer_spec pointwise = conv2d{.height = 4, .width = 4, .channels = 4, .filters = 4};
    const layer_spec depthwise = depthwise_conv2d{
        .height = 4, .width = 4, .channels = 4, .kernel_height = 3, .kernel_width = 3};
    const layer_spec separable = separable_conv2d{.height = 4,
        .width = 4,
        .channels = 4,
        .filters = 4,
        .kernel_height = 3,
        .kernel_width = 3};
    const layer_spec fc = behind_flatten(io_type::io_parallel);
    const layer_spec out = dense{.name = "out", .inputs = 5, .outputs = 2};
    using all = std::vector<int>;
    CHECK(befores({conv, fc, out}) == all{-1, 0, 1});
    CHECK(befores({conv, activation{.inputs = 64, .channels = 4}, fc}) == all{-1, 0});
    CHECK(befores({conv, pointwise, pointwise}) == all{-1, 0, 1});
    CHECK(befores({conv, depthwise, pointwise, fc}) == all{-1, -1, -1, 2});
    CHECK(befores({conv, separable, pointwise}) == all{-1, -1, -1, 2});
    CHECK(befores({lstm{.name = "lstm", .inputs = 3, .units = 5}, out}) == all{-1, -1, -1});
    CHECK(befores({out, lstm{.name = "lstm", .inputs = 2, .units = 5}}) == all{-1, -1, -1});
    // A flatten whose image is not told has no channels.
    CHECK(befores({conv, dense{.name = "flat", .inputs = 64, .outputs = 5}}) == all{-1, -1});
}

TEST_CASE("an order moves its layer's inputs, the rows before it, and what each of them has")
{
    const std::vector<layer_spec> layers{dense{.name = "a", .inputs = 2, .outputs = 3},
        dense{.name = "b", .inputs = 3, .outputs = 2}};
    input_orders orders(layers);
    CHECK(orders.is_identity());
    orders.set(1, input_permutation({2, 0, 1}));
    CHECK_FALSE(orders.is_identity());
    CHECK(orders.of(1) == input_permutation({2, 0, 1}));
    CHECK(orders.of(0).is_identity());
    CHECK(orders.matrix(1).layer.view() == "b");

    std::vector<float> a{1, 2, 3, 4, 5, 6}; // rows of two
    std::vector<float> b{1, 2, 3, 4, 5, 6}; // rows of three
    std::vector<double> biases{10, 20, 30};
    std::vector<std::uint8_t> mask{0, 1, 1, 1, 1, 0};
    orders.apply(0, weight_view(a, layout::row_major));
    orders.apply(1, weight_view(b, layout::row_major));
    orders.apply_to_outputs(0, std::span(biases));
    orders.apply(1, layout::row_major, std::span(mask));
    CHECK(a == std::vector<float>{5, 6, 1, 2, 3, 4});
    CHECK(b == std::vector<float>{3, 1, 2, 6, 4, 5});
    CHECK(biases == std::vector<double>{30, 10, 20});
    CHECK(mask == std::vector<std::uint8_t>{1, 0, 1, 0, 1, 1});
    std::vector<double> last{1, 2};
    orders.apply_to_outputs(1, std::span(last)); // nothing comes behind
    CHECK(last == std::vector<double>{1, 2});

    const input_orders back = orders.inverse();
    back.apply(0, weight_view(a, layout::row_major));
    back.apply(1, weight_view(b, layout::row_major));
    back.apply_to_outputs(0, std::span(biases));
    CHECK(a == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(b == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(biases == std::vector<double>{10, 20, 30});
    CHECK(back.inverse() == orders);
}

TEST_CASE("an order that nobody could follow is refused, and nothing moves")
{
    const std::vector<layer_spec> layers{dense{.name = "a", .inputs = 2, .outputs = 3},
        dense{.name = "b", .inputs = 3, .outputs = 2}};
    input_orders orders(layers);
    CHECK_THROWS_AS(orders.set(0, input_permutation({1, 0})), std::invalid_argument);
    CHECK_NOTHROW(orders.set(0, input_permutation({0, 1})));
    CHECK_THROWS_AS(orders.set(1, input_permutation({1, 0})), std::invalid_argument);
    CHECK_THROWS_AS(orders.set(0, input_permutation({0, 1, 2})), std::invalid_argument);
    CHECK_THROWS_AS(orders.set(2, input_permutation({1, 0})), std::invalid_argument);
    CHECK(orders.is_identity());

    const weight_matrix m = orders.matrix(1);
    std::vector<float> five(5);
    std::vector<float> six = counted(6);
    const input_permutation p({1, 0, 2});
    CHECK_THROWS_AS(permute_inputs(m, layout::keras, std::span(five), p), std::invalid_argument);
    CHECK_THROWS_AS(permute_outputs(m, layout::keras, std::span(five), input_permutation({1, 0})),
        std::invalid_argument);
    CHECK_THROWS_AS(permute_outputs(m, layout::keras, std::span(six), p), std::invalid_argument);
    CHECK_THROWS_AS(permute_inputs(m, layout::keras, std::span(six), input_permutation({1, 0})),
        std::invalid_argument);
    CHECK(six == counted(6));

    const weight_matrix depthwise = matrices_of(depthwise_conv2d{
        .height = 4, .width = 4, .channels = 3, .kernel_height = 1, .kernel_width = 2})[0];
    CHECK_THROWS_AS(
        permute_inputs(depthwise, layout::keras, std::span(six), p), std::invalid_argument);
    CHECK_THROWS_AS(
        permute_outputs(depthwise, layout::keras, std::span(six), p), std::invalid_argument);
    const weight_matrix gated = matrices_of(gru{.name = "gru", .inputs = 1, .units = 2})[0];
    CHECK_THROWS_AS(
        permute_outputs(gated, layout::keras, std::span(six), input_permutation::identity(6)),
        std::invalid_argument);
}
