// SPDX-License-Identifier: Apache-2.0
#include "framework_order.hpp"
#include "hardware_loops.hpp"
#include "random_layers.hpp"

#include <espalier/model/layout.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

// The layers are computed here twice: once as each framework documents them, with its own tensors
// and its own index arithmetic, and once by the loops of the hardware on (row, column, channel)
// data, with the weights moved by the library. The numbers must be the same.

using namespace espalier;
using hardware_loops::integer;
using random_layers::between;

namespace {

using tensor = std::vector<integer>;

integer at(const tensor& t, integer i)
{
    return t[static_cast<std::size_t>(i)];
}

/// The framework's weights in hardware order, moved by `to_hardware`.
template <class Number>
std::vector<Number> moved(
    const weight_matrix& m, layout l, const std::vector<Number>& framework_weights)
{
    std::vector<Number> hardware(framework_weights.size());
    for (std::size_t i = 0; i < framework_weights.size(); ++i)
        hardware[static_cast<std::size_t>(to_hardware(m, l, static_cast<integer>(i)))] =
            framework_weights[i];
    return hardware;
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

TEST_CASE("a dense layer behind a flatten meets its inputs in the order of the hardware's image")
{
    std::mt19937_64 random(16);
    for (int i = 0; i < 200; ++i) {
        const int h = between(random, 1, 5), w = between(random, 1, 5), c = between(random, 1, 6);
        const int n_in = h * w * c, n_out = between(random, 1, 20);
        const weight_matrix m = matrices_of(dense{.inputs = n_in,
            .outputs = n_out,
            .flattened = {h, w, c},
            .reuse_factor = between(random, 1, n_in * n_out)})[0];
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
        const auto on_hardware = [&](layout l) {
            return hardware_loops::product(m, moved(m, l, weights), image);
        };
        CHECK(on_hardware(layout::keras) == keras);
        CHECK(on_hardware(layout::keras_channels_first) == keras_first);
        CHECK(
            on_hardware(layout::dlib) == keras_first); // fully connected: (in, out) of a (C, H, W)
        CHECK(on_hardware(layout::pytorch) == pytorch);
    }
}

namespace {

double sigmoid(double x)
{
    return 1 / (1 + std::exp(-x));
}

using numbers = std::vector<double>;

numbers random_reals(std::mt19937_64& random, integer count)
{
    numbers result(static_cast<std::size_t>(count));
    for (double& x : result)
        x = static_cast<double>(random() % 2001) / 1000 - 1;
    return result;
}

/// x · W for a kernel of shape (in, gates · units): entry `gate · units + unit`.
double keras_gate(const numbers& x, const numbers& kernel, std::size_t gates, std::size_t units,
    std::size_t gate, std::size_t unit)
{
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += x[i] * kernel[i * gates * units + gate * units + unit];
    return sum;
}
/// W · x for a weight of shape (gates · hidden, in).
double pytorch_gate(
    const numbers& x, const numbers& weight, std::size_t hidden, std::size_t gate, std::size_t unit)
{
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += x[i] * weight[(gate * hidden + unit) * x.size() + i];
    return sum;
}

struct lstm_state {
    numbers h, c;
};

/// One step of an LSTM from the sums of its four gates.
template <class Gate>
lstm_state lstm_step(const lstm_state& before, Gate&& sum, std::size_t input, std::size_t forget,
    std::size_t cell, std::size_t output)
{
    lstm_state after = before;
    for (std::size_t u = 0; u < before.h.size(); ++u) {
        after.c[u] = sigmoid(sum(forget, u)) * before.c[u] +
                     sigmoid(sum(input, u)) * std::tanh(sum(cell, u));
        after.h[u] = sigmoid(sum(output, u)) * std::tanh(after.c[u]);
    }
    return after;
}

/// One step of a GRU from the sums of its gates over the input and over the state, the reset gate
/// applied after the matrix product (Keras: reset_after; PyTorch has no other).
template <class InputGate, class StateGate>
numbers gru_step(const numbers& h, InputGate&& in, StateGate&& rec, std::size_t update,
    std::size_t reset, std::size_t candidate)
{
    numbers after = h;
    for (std::size_t u = 0; u < h.size(); ++u) {
        const double z = sigmoid(in(update, u) + rec(update, u));
        const double r = sigmoid(in(reset, u) + rec(reset, u));
        const double n = std::tanh(in(candidate, u) + r * rec(candidate, u));
        after[u] = (1 - z) * n + z * h[u];
    }
    return after;
}

double distance(const numbers& a, const numbers& b)
{
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

} // namespace

TEST_CASE("an LSTM gives the same states with both kernels moved to the hardware, both ways")
{
    std::mt19937_64 random(17);
    for (int i = 0; i < 60; ++i) {
        const int inputs = between(random, 1, 12), hidden = between(random, 2, 10);
        layer_spec s =
            lstm{.inputs = inputs, .units = hidden, .timesteps = 5, .bidirectional = true};
        random_layers::draw_reuse_factors(random, s);
        const layer_matrices m = matrices_of(s);
        REQUIRE(m.size() == 4);
        std::vector<numbers> weights;
        for (const weight_matrix& matrix : m)
            weights.push_back(random_reals(random, matrix.weights()));
        std::vector<numbers> sequence;
        for (int t = 0; t < s.timesteps; ++t)
            sequence.push_back(random_reals(random, inputs));
        const auto units = static_cast<std::size_t>(hidden);

        for (std::size_t direction = 0; direction < 2; ++direction) {
            if (direction == 1)
                std::reverse(sequence.begin(), sequence.end());
            const numbers& kernel = weights[2 * direction];
            const numbers& recurrent = weights[2 * direction + 1];
            const lstm_state start{numbers(units, 0.0), numbers(units, 0.0)};
            lstm_state keras = start, pytorch = start, from_keras = start, from_pytorch = start;
            const auto on_hardware = [&](const lstm_state& before, const numbers& x, layout l) {
                const weight_matrix& k = m[2 * direction];
                const weight_matrix& r = m[2 * direction + 1];
                numbers sums = hardware_loops::product(k, moved(k, l, kernel), x);
                const numbers more = hardware_loops::product(r, moved(r, l, recurrent), before.h);
                for (std::size_t o = 0; o < sums.size(); ++o)
                    sums[o] += more[o];
                return lstm_step(
                    before, [&](std::size_t gate, std::size_t u) { return sums[gate * units + u]; },
                    0, 1, 2, 3);
            };
            for (const numbers& x : sequence) {
                // Keras stores the gates as i, f, c, o; PyTorch as i, f, g, o.
                keras = lstm_step(
                    keras,
                    [&, h = keras.h](std::size_t gate, std::size_t u) {
                        return keras_gate(x, kernel, 4, units, gate, u) +
                               keras_gate(h, recurrent, 4, units, gate, u);
                    },
                    0, 1, 2, 3);
                pytorch = lstm_step(
                    pytorch,
                    [&, h = pytorch.h](std::size_t gate, std::size_t u) {
                        return pytorch_gate(x, kernel, units, gate, u) +
                               pytorch_gate(h, recurrent, units, gate, u);
                    },
                    0, 1, 2, 3);
                from_keras = on_hardware(from_keras, x, layout::keras);
                from_pytorch = on_hardware(from_pytorch, x, layout::pytorch);
            }
            CHECK(distance(keras.h, from_keras.h) < 1e-12);
            CHECK(distance(pytorch.h, from_pytorch.h) < 1e-12);
            CHECK(distance(keras.h, pytorch.h) > 1e-6); // the same numbers in two orders
        }
    }
}

TEST_CASE("a GRU gives the same states with both kernels moved to the hardware, both ways")
{
    std::mt19937_64 random(18);
    for (int i = 0; i < 60; ++i) {
        const int inputs = between(random, 1, 12), hidden = between(random, 2, 10);
        layer_spec s =
            gru{.inputs = inputs, .units = hidden, .timesteps = 5, .bidirectional = true};
        random_layers::draw_reuse_factors(random, s);
        const layer_matrices m = matrices_of(s);
        REQUIRE(m.size() == 4);
        std::vector<numbers> weights;
        for (const weight_matrix& matrix : m)
            weights.push_back(random_reals(random, matrix.weights()));
        std::vector<numbers> sequence;
        for (int t = 0; t < s.timesteps; ++t)
            sequence.push_back(random_reals(random, inputs));
        const auto units = static_cast<std::size_t>(hidden);

        for (std::size_t direction = 0; direction < 2; ++direction) {
            if (direction == 1)
                std::reverse(sequence.begin(), sequence.end());
            const numbers& kernel = weights[2 * direction];
            const numbers& recurrent = weights[2 * direction + 1];
            const numbers start(units, 0.0);
            numbers keras = start, pytorch = start, from_keras = start, from_pytorch = start;
            const auto on_hardware = [&](const numbers& h, const numbers& x, layout l) {
                const weight_matrix& k = m[2 * direction];
                const weight_matrix& r = m[2 * direction + 1];
                const numbers in = hardware_loops::product(k, moved(k, l, kernel), x);
                const numbers rec = hardware_loops::product(r, moved(r, l, recurrent), h);
                return gru_step(
                    h, [&](std::size_t gate, std::size_t u) { return in[gate * units + u]; },
                    [&](std::size_t gate, std::size_t u) { return rec[gate * units + u]; }, 0, 1,
                    2);
            };
            for (const numbers& x : sequence) {
                // Keras stores the gates as z, r, h; PyTorch as r, z, n.
                keras = gru_step(
                    keras,
                    [&](std::size_t g, std::size_t u) {
                        return keras_gate(x, kernel, 3, units, g, u);
                    },
                    [&](std::size_t g, std::size_t u) {
                        return keras_gate(keras, recurrent, 3, units, g, u);
                    },
                    0, 1, 2);
                pytorch = gru_step(
                    pytorch,
                    [&](std::size_t g, std::size_t u) {
                        return pytorch_gate(x, kernel, units, g, u);
                    },
                    [&](std::size_t g, std::size_t u) {
                        return pytorch_gate(pytorch, recurrent, units, g, u);
                    },
                    1, 0, 2);
                from_keras = on_hardware(from_keras, x, layout::keras);
                from_pytorch = on_hardware(from_pytorch, x, layout::pytorch);
            }
            CHECK(distance(keras, from_keras) < 1e-12);
            CHECK(distance(pytorch, from_pytorch) < 1e-12);
            CHECK(distance(keras, pytorch) > 1e-6); // the same numbers in two orders
        }
    }
}

TEST_CASE("every offset of a framework's tensor is met by the hardware where the mapping says")
{
    std::mt19937_64 random(19);
    for (const layer_kind kind : random_layers::kinds) {
        CAPTURE(to_string(kind));
        hardware_loops::comparison result;
        for (int i = 0; i < 200; ++i) {
            layer_spec s = random_layers::layer_of(random, kind);
            random_layers::draw_reuse_factors(random, s);
            for (const weight_matrix& m : matrices_of(s))
                for (const layout l : framework_order::layouts_for(m))
                    result += framework_order::compare(m, l);
        }
        CHECK(result.weights > 10'000);
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
