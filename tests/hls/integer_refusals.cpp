// SPDX-License-Identifier: Apache-2.0
#include "whole_numbers.hpp"

#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace espalier;

TEST_CASE("what does not fit together is refused with a sentence")
{
    const auto refuses = [](auto&& call, const char* sentence) {
        CHECK_THROWS_WITH_AS(call(), doctest::Contains(sentence), std::invalid_argument);
    };
    const layer_spec s = dense_layer(2, 2, {16, 16});
    const integer_kernel kernel = kernel_of(s, {1, 2, 3, 4}, {5, 6});
    const auto adds = [](const layer_spec& layer, const integer_kernel& k,
                          image_shape before = {.channels = 2}, precision data = {8, 8}) {
        return [=] { integer_network(before, data).add(layer, k); };
    };
    CHECK_NOTHROW(adds(s, kernel)());
    const auto with = [](auto value, auto&& change) {
        change(value);
        return value;
    };

    refuses(
        [] {
            integer_network({0, 1, 1}, precision{8, 8});
        },
        "an image has at least one pixel and one channel");
    refuses(
        [] {
            integer_network({}, precision{63, 8});
        },
        "the data of an integer network have at most 62 bits");
    refuses(adds(s, kernel, {.channels = 3}), "a dense layer takes all outputs before it");
    refuses(adds(s, kernel, {.channels = 2}, {8, 7}),
        "a layer's data have the precision of what is before it");
    refuses(adds(conv1d{.width = 2, .channels = 1, .filters = 2, .weight = {8, 8}},
                with(kernel, [](auto& k) { k.formats = {}; })),
        "a convolution takes the image before it");
    refuses(adds(lstm{.inputs = 2, .units = 2, .weight = {8, 8}}, kernel),
        "a recurrent layer is not computed in integers");
    refuses(
        [&] {
            integer_network({.channels = 2}, precision{8, 8}).add(s, {kernel, kernel});
        },
        "an integer layer has a kernel for each of its matrices");
    refuses(adds(s, with(kernel, [](auto& k) { k.weights.pop_back(); })),
        "a kernel needs every weight of its matrix");
    refuses(adds(s, with(kernel, [](auto& k) { k.biases.pop_back(); })),
        "a kernel has one bias for each output, or none");
    refuses(adds(s, with(kernel, [](auto& k) { k.weights[1] = 128; })),
        "a raw integer is one of its format (index = 1, raw = 128, width = 8, is_signed = true)");
    refuses(adds(s, with(kernel, [](auto& k) { k.biases[1] = -129; })),
        "a raw integer is one of its format");
    refuses(adds(s, with(kernel, [](auto& k) { k.formats.weight.format.integer = 7; })),
        "a kernel has the weight and accum precisions of its layer");
    refuses(adds(s, with(kernel, [](auto& k) { k.formats.accum.format.width = 17; })),
        "a kernel has the weight and accum precisions of its layer");
    refuses(adds(with(s,
                     [](auto& l) {
                         l.data = {56, 8};
                     }),
                kernel, {.channels = 2}, {56, 8}),
        "a product has at most 63 bits in integer arithmetic");
    const layer_spec deep = dense_layer(2, 2, {63, 16});
    refuses(adds(deep, with(kernel_of(deep, {1, 2, 3, 4}),
                           [](auto& k) { k.formats.accum.overflow = overflow::sat; })),
        "an accumulator that saturates has at most 62 bits in integer arithmetic");
    CHECK_NOTHROW(adds(deep, kernel_of(deep, {1, 2, 3, 4}))()); // wraps

    const auto after = [](auto&& layer, precision data = {8, 8}) {
        return [=] { integer_network({3, 4, 2}, data).add(layer); };
    };
    refuses(after(integer_pooling{.height = 4}),
        "a pooling window is at least one pixel and within its image");
    refuses(after(integer_pooling{.stride_width = -1}),
        "a pooling window is at least one pixel and within its image");
    refuses(after(integer_pooling{.padding = padding::same}, {8, 8, false}),
        "a max pooling with padding takes signed data");
    refuses(after(integer_pooling{.kind = pooling::average, .accum = precision{50, 40}}, {40, 10}),
        "the sum of an average pooling has at most 62 bits in integer arithmetic");
    const integer_scale norm{precision{8, 8}, precision{8, 8}, precision{8, 8}, {1, 2}, {3, 4}};
    CHECK_NOTHROW(after(norm)());
    refuses(after(with(norm, [](auto& n) { n.bias.pop_back(); })),
        "an integer scale has a scale and a bias for each channel before it");
    refuses(
        after(with(norm, [](auto& n) { n.scale[0] = 200; })), "a raw integer is one of its format");
    refuses(after(norm, {60, 60}), "a scaled number has at most 62 bits in integer arithmetic");

    integer_network net({.channels = 2}, precision{8, 8});
    refuses(
        [&] { (void)net.run(integers{1}); }, "an input has the size that the network was made for");
    refuses([&] { (void)net.run(integers{1, 128}); }, "a raw integer is one of its format");
    const std::vector<float> odd{1, std::numeric_limits<float>::quiet_NaN()};
    refuses([&] { (void)net(std::span<const float>(odd)); },
        "only a finite number has a fixed-point value");

    const weight_matrix m = matrices_of(s)[0];
    const std::vector<float> four(4);
    const std::span<const float> some(four);
    refuses([&] { (void)in_hardware_order(m, layout::keras, some.first(3)); },
        "a kernel needs every weight of its matrix");
    refuses([&] { (void)in_hardware_order(m, layout::keras, some, some.first(1)); },
        "a kernel has one bias for each output, or none");
    refuses(
        [&] {
            (void)batch_normalization{.mean = {1}, .variance = {1, 2}}.at_inference();
        },
        "a batch normalization has as many of each number as channels");
    refuses([&] { (void)batch_normalization{.mean = {1}, .variance = {-1}}.at_inference(); },
        "a variance plus epsilon is positive");
    refuses(
        [&] {
            (void)folded(m, {{1, 2, 3, 4}, {}}, {.mean = {1}, .variance = {1}});
        },
        "a batch normalization has a channel for each output before it");
}
