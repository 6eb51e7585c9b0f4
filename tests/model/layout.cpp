// SPDX-License-Identifier: Apache-2.0
#include "framework_order.hpp"
#include "hardware_loops.hpp"
#include "how_often.hpp"
#include "random_layers.hpp"

#include <espalier/model/layout.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

// The layers are computed here twice: once as each framework documents them, with its own tensors
// and its own index arithmetic, and once by the loops of the hardware on (row, column, channel)
// data, with the weights moved by the library. The numbers must be the same.

using namespace espalier;
using framework_order::moved;
using hardware_loops::integer;
using random_layers::between;

namespace {

using tensor = std::vector<integer>;

integer at(const tensor& t, integer i)
{
    return t[static_cast<std::size_t>(i)];
}

/// (H, W, C) data as (C, H, W).
tensor channels_first(const tensor& image, int height, int width, int channels)
{
    tensor result;
    for (int c = 0; c < channels; ++c)
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                result.push_back(at(image, (y * width + x) * channels + c));
    return result;
}

/// Padding before the first row or column of a "same" convolution, as Keras defines it.
int same_padding(int extent, int kernel, int stride)
{
    const int outputs = (extent + stride - 1) / stride;
    return std::max((outputs - 1) * stride + kernel - extent, 0) / 2;
}

struct convolution {
    layer_spec s;
    int top = 0, left = 0;

    explicit convolution(const layer_spec& spec) : s(spec)
    {
        if (s.padding == padding::same) {
            top = same_padding(s.height, s.kernel_height, s.stride_height);
            left = same_padding(s.width, s.kernel_width, s.stride_width);
        }
    }

    /// Calls visit(oy, ox, r, k, y, x) for every output pixel and every kernel pixel in the image.
    template <class Visit>
    void walk(Visit&& visit) const
    {
        for (int oy = 0; oy < output_height(s); ++oy)
            for (int ox = 0; ox < output_width(s); ++ox)
                for (int r = 0; r < s.kernel_height; ++r)
                    for (int k = 0; k < s.kernel_width; ++k) {
                        const int y = oy * s.stride_height + r - top;
                        const int x = ox * s.stride_width + k - left;
                        if (y >= 0 && y < s.height && x >= 0 && x < s.width)
                            visit(oy, ox, r, k, y, x);
                    }
    }

    [[nodiscard]] int pixels() const { return output_height(s) * output_width(s); }

    /// As the hardware does it: every patch in (row, column, channel) order through the loops.
    /// \return (pixel, out)
    [[nodiscard]] tensor on_hardware(
        const weight_matrix& m, const tensor& weights, const tensor& image) const
    {
        std::vector<tensor> patches(
            static_cast<std::size_t>(pixels()), tensor(static_cast<std::size_t>(m.n_in()), 0));
        walk([&](int oy, int ox, int r, int k, int y, int x) {
            for (int c = 0; c < s.channels; ++c)
                patches[static_cast<std::size_t>(oy * output_width(s) + ox)]
                       [static_cast<std::size_t>((r * s.kernel_width + k) * s.channels + c)] =
                           at(image, (y * s.width + x) * s.channels + c);
        });
        tensor result;
        for (const tensor& patch : patches)
            for (const integer y : hardware_loops::product(m, weights, patch))
                result.push_back(y);
        return result;
    }

    /// Keras: NHWC data, kernel (H, W, C, F), result NHWC.
    [[nodiscard]] tensor in_keras(const tensor& kernel, const tensor& image) const
    {
        tensor result(static_cast<std::size_t>(pixels() * s.filters), 0);
        walk([&](int oy, int ox, int r, int k, int y, int x) {
            for (int f = 0; f < s.filters; ++f)
                for (int c = 0; c < s.channels; ++c)
                    result[static_cast<std::size_t>((oy * output_width(s) + ox) * s.filters + f)] +=
                        at(image, (y * s.width + x) * s.channels + c) *
                        at(kernel, ((r * s.kernel_width + k) * s.channels + c) * s.filters + f);
        });
        return result;
    }

    /// PyTorch and dlib: NCHW data, kernel (F, C, H, W), result NCHW.
    [[nodiscard]] tensor in_pytorch(const tensor& kernel, const tensor& image) const
    {
        tensor result(static_cast<std::size_t>(pixels() * s.filters), 0);
        walk([&](int oy, int ox, int r, int k, int y, int x) {
            for (int f = 0; f < s.filters; ++f)
                for (int c = 0; c < s.channels; ++c)
                    result[static_cast<std::size_t>(
                        (f * output_height(s) + oy) * output_width(s) + ox)] +=
                        at(image, (c * s.height + y) * s.width + x) *
                        at(kernel,
                            ((f * s.channels + c) * s.kernel_height + r) * s.kernel_width + k);
        });
        return result;
    }

    /// Keras: NHWC data, kernel (H, W, C, 1).
    [[nodiscard]] tensor depthwise_in_keras(const tensor& kernel, const tensor& image) const
    {
        tensor result(static_cast<std::size_t>(pixels() * s.channels), 0);
        walk([&](int oy, int ox, int r, int k, int y, int x) {
            for (int c = 0; c < s.channels; ++c)
                result[static_cast<std::size_t>((oy * output_width(s) + ox) * s.channels + c)] +=
                    at(image, (y * s.width + x) * s.channels + c) *
                    at(kernel, (r * s.kernel_width + k) * s.channels + c);
        });
        return result;
    }

    /// PyTorch: NCHW data, Conv2d with groups = channels, kernel (C, 1, H, W).
    [[nodiscard]] tensor depthwise_in_pytorch(const tensor& kernel, const tensor& image) const
    {
        tensor result(static_cast<std::size_t>(pixels() * s.channels), 0);
        walk([&](int oy, int ox, int r, int k, int y, int x) {
            for (int c = 0; c < s.channels; ++c)
                result[static_cast<std::size_t>(
                    (c * output_height(s) + oy) * output_width(s) + ox)] +=
                    at(image, (c * s.height + y) * s.width + x) *
                    at(kernel, (c * s.kernel_height + r) * s.kernel_width + k);
        });
        return result;
    }
};

layer_spec random_convolution(std::mt19937_64& random, layer_kind kind)
{
    layer_spec s = random_layers::layer_of(random, kind, 32);
    random_layers::draw_reuse_factors(random, s);
    return s;
}

} // namespace

TEST_CASE("a Keras convolution gives the same numbers with its weights moved to the hardware")
{
    std::mt19937_64 random(11);
    for (int i = 0; i < 200; ++i) {
        const convolution conv(
            random_convolution(random, i % 4 == 0 ? layer_kind::conv1d : layer_kind::conv2d));
        const layer_spec& s = conv.s;
        const weight_matrix m = matrices_of(s)[0];
        const tensor image = hardware_loops::whole_numbers(random, s.height * s.width * s.channels);
        const tensor kernel = hardware_loops::whole_numbers(random, m.weights());
        for (const layout l : {layout::keras, layout::keras_channels_first})
            CHECK(conv.on_hardware(m, moved(m, l, kernel), image) == conv.in_keras(kernel, image));
    }
}

TEST_CASE(
    "a PyTorch or dlib convolution gives the same numbers with its weights moved to the hardware")
{
    std::mt19937_64 random(12);
    for (int i = 0; i < 200; ++i) {
        const convolution conv(
            random_convolution(random, i % 4 == 0 ? layer_kind::conv1d : layer_kind::conv2d));
        const layer_spec& s = conv.s;
        const weight_matrix m = matrices_of(s)[0];
        const tensor image = hardware_loops::whole_numbers(random, s.height * s.width * s.channels);
        const tensor kernel = hardware_loops::whole_numbers(random, m.weights());
        const tensor expected =
            conv.in_pytorch(kernel, channels_first(image, s.height, s.width, s.channels));
        for (const layout l : {layout::pytorch, layout::dlib}) {
            if (l == layout::dlib && s.kind == layer_kind::conv1d)
                continue;
            CHECK(channels_first(conv.on_hardware(m, moved(m, l, kernel), image), output_height(s),
                      output_width(s), s.filters) == expected);
        }
    }
}

TEST_CASE("a depthwise convolution gives the same numbers with its weights moved to the hardware")
{
    std::mt19937_64 random(13);
    for (int i = 0; i < 200; ++i) {
        const convolution conv(random_convolution(random, layer_kind::depthwise_conv2d));
        const layer_spec& s = conv.s;
        const weight_matrix m = matrices_of(s)[0];
        const tensor image = hardware_loops::whole_numbers(random, s.height * s.width * s.channels);
        const tensor kernel = hardware_loops::whole_numbers(random, m.weights());
        CHECK(conv.on_hardware(m, moved(m, layout::keras, kernel), image) ==
              conv.depthwise_in_keras(kernel, image));
        CHECK(channels_first(conv.on_hardware(m, moved(m, layout::pytorch, kernel), image),
                  output_height(s), output_width(s),
                  s.channels) == conv.depthwise_in_pytorch(kernel,
                                     channels_first(image, s.height, s.width, s.channels)));
    }
}

TEST_CASE("a separable convolution gives the same numbers with both kernels moved to the hardware")
{
    std::mt19937_64 random(14);
    for (int i = 0; i < 100; ++i) {
        const convolution depthwise(random_convolution(random, layer_kind::separable_conv2d));
        const layer_spec& s = depthwise.s;
        layer_spec one_by_one{.kind = layer_kind::conv2d,
            .height = output_height(s),
            .width = output_width(s),
            .channels = s.channels,
            .filters = s.filters};
        const convolution pointwise(one_by_one);
        const layer_matrices m = matrices_of(s);
        REQUIRE(m.size() == 2);
        const tensor image = hardware_loops::whole_numbers(random, s.height * s.width * s.channels);
        const tensor first = hardware_loops::whole_numbers(random, m[0].weights());
        const tensor second = hardware_loops::whole_numbers(random, m[1].weights());
        const auto on_hardware = [&](layout l) {
            return pointwise.on_hardware(m[1], moved(m[1], l, second),
                depthwise.on_hardware(m[0], moved(m[0], l, first), image));
        };
        CHECK(on_hardware(layout::keras) ==
              pointwise.in_keras(second, depthwise.depthwise_in_keras(first, image)));
        CHECK(channels_first(on_hardware(layout::pytorch), output_height(s), output_width(s),
                  s.filters) == pointwise.in_pytorch(second,
                                    depthwise.depthwise_in_pytorch(first,
                                        channels_first(image, s.height, s.width, s.channels))));
    }
}

TEST_CASE("a dense layer gives the same numbers with its weights moved to the hardware")
{
    std::mt19937_64 random(15);
    for (int i = 0; i < 200; ++i) {
        const int n_in = between(random, 1, 40), n_out = between(random, 1, 40);
        const weight_matrix m = matrices_of(dense{
            .inputs = n_in, .outputs = n_out, .reuse_factor = between(random, 1, n_in * n_out)})[0];
        const tensor x = hardware_loops::whole_numbers(random, n_in);
        const tensor weights = hardware_loops::whole_numbers(random, m.weights());
        tensor in_out, out_in; // results if the tensor is (in, out) or (out, in)
        for (int o = 0; o < n_out; ++o) {
            integer a = 0, b = 0;
            for (int in = 0; in < n_in; ++in) {
                a += at(x, in) * at(weights, in * n_out + o);
                b += at(x, in) * at(weights, o * n_in + in);
            }
            in_out.push_back(a);
            out_in.push_back(b);
        }
        for (const layout l : {layout::keras, layout::keras_channels_first, layout::dlib})
            CHECK(hardware_loops::product(m, moved(m, l, weights), x) == in_out);
        for (const layout l : {layout::pytorch, layout::hardware})
            CHECK(hardware_loops::product(m, moved(m, l, weights), x) == out_in);
    }
}

TEST_CASE("a dense layer behind a flatten meets its inputs in the order in which they reach it")
{
    std::mt19937_64 random(16);
    for (int i = 0; i < 400; ++i) {
        const int h = between(random, 1, 5), w = between(random, 1, 5), c = between(random, 1, 6);
        const int n_in = h * w * c, n_out = between(random, 1, 20);
        const bool streamed = i % 2 == 1;
        const weight_matrix m = matrices_of(dense{.inputs = n_in,
            .outputs = n_out,
            .flattened = {h, w, c},
            .reuse_factor = between(random, 1, n_in * n_out),
            .io = streamed ? io_type::io_stream : io_type::io_parallel})[0];
        const tensor image = hardware_loops::whole_numbers(random, n_in); // (H, W, C), flattened
        const tensor first = channels_first(image, h, w, c);              // (C, H, W), flattened
        const tensor weights = hardware_loops::whole_numbers(random, m.weights());
        tensor keras, keras_first, pytorch;
        for (int o = 0; o < n_out; ++o) {
            integer a = 0, b = 0, p = 0;
            for (int in = 0; in < n_in; ++in) {
                a += at(image, in) * at(weights, in * n_out + o);
                b += at(first, in) * at(weights, in * n_out + o);
                p += at(first, in) * at(weights, o * n_in + in);
            }
            keras.push_back(a);
            keras_first.push_back(b);
            pytorch.push_back(p);
        }
        const auto on_hardware = [&](layout l, const tensor& inputs) {
            return hardware_loops::product(m, moved(m, l, weights), inputs);
        };
        // What arrives: the image, or what the transpose made of it, where that stays.
        const tensor& behind_transpose = streamed ? first : image;
        CHECK(on_hardware(layout::keras, image) == keras);
        CHECK(on_hardware(layout::dlib, image) == keras_first); // fully connected: (in, out)
        CHECK(on_hardware(layout::keras_channels_first, behind_transpose) == keras_first);
        CHECK(on_hardware(layout::pytorch, behind_transpose) == pytorch);
    }
}

TEST_CASE("every offset of a framework's tensor is met by the hardware where the mapping says")
{
    std::mt19937_64 random(19);
    for (const layer_kind kind : random_layers::kinds) {
        CAPTURE(to_string(kind));
        hardware_loops::comparison result;
        for (int i = 0; i < how_often(200); ++i) {
            layer_spec s = random_layers::layer_of(random, kind);
            random_layers::draw_reuse_factors(random, s);
            for (const weight_matrix& m : matrices_of(s))
                for (const layout l : framework_order::layouts_for(m))
                    result += framework_order::compare(m, l);
        }
        CHECK(result.weights > how_often(10'000));
        CHECK(result.disagreements == 0);
    }
}

TEST_CASE("dlib's order is known for dense and two-dimensional convolutions, and refused elsewhere")
{
    const weight_matrix m = matrices_of(lstm{.inputs = 3, .units = 2})[0];
    CHECK_THROWS_WITH_AS((void)to_hardware(m, layout::dlib, 0),
        "dlib has weights in a known order for dense and conv2d layers only",
        std::invalid_argument);
}
