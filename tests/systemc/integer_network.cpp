// SPDX-License-Identifier: Apache-2.0
#include "sc_number.hpp"

#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

// Random layers against slow ones written as HLS kernels are: literal loops over SystemC's numbers,
// with a cast wherever hls4ml's have one, in the order of theirs.

using namespace espalier;
using namespace sc_test;

namespace {

using numbers = std::vector<number>;
using integers = std::vector<std::int64_t>;

fixed_point random_format(generator& random, int from, int to)
{
    const bool is_signed = random() % 4 != 0;
    const int width = std::max(pick(random, from, to), is_signed ? 2 : 1); // sat_sym
    const auto r = static_cast<rounding>(random() % 7);
    const auto o = static_cast<overflow>(random() % 4);
    return {{width, pick(random, 0, width + 1), is_signed}, r, o};
}

integers random_raws(generator& random, std::size_t n, const fixed_point& f)
{
    integers raw(n);
    for (auto& x : raw) {
        x = random() % 3 == 0 ? 0 : random_raw(random, f.format);
        if (f.overflow == overflow::sat_sym && f.format.is_signed)
            x = std::max(x, -largest_raw(f.format)); // no cast gives less
    }
    return raw;
}

numbers numbers_of(const integers& raw, const fixed_point& f)
{
    numbers result;
    for (const auto x : raw)
        result.emplace_back(f, x);
    return result;
}

/// A layer's numbers, as its kernel sees them.
struct literal {
    kernel_formats formats;
    numbers weights; ///< [out][in], of a depthwise kernel [pixel][channel]
    numbers biases;
    int n_in = 0; ///< pixels × channels for a depthwise kernel
    int n_out = 0;
    int reuse_factor = 1;

    [[nodiscard]] numbers accumulators() const
    {
        numbers acc;
        for (int out = 0; out < n_out; ++out) {
            acc.emplace_back(formats.accum);
            acc.back() = biases[static_cast<std::size_t>(out)].value();
        }
        return acc;
    }
    /// acc += (accum_t) (x · w)
    void accumulate(number& acc, const number& x, int w) const
    {
        number product(formats.accum);
        product = sc_dt::sc_fxval(x.value() * weights[static_cast<std::size_t>(w)].value());
        acc = sc_dt::sc_fxval(acc.value() + product.value());
    }
    [[nodiscard]] integers results(const numbers& acc) const
    {
        integers raw;
        for (const number& a : acc) {
            number result(formats.result);
            result = a.value();
            raw.push_back(result.raw());
        }
        return raw;
    }

    [[nodiscard]] integers latency(const numbers& x) const
    {
        numbers acc = accumulators();
        for (int in = 0; in < n_in; ++in)
            for (int out = 0; out < n_out; ++out)
                accumulate(acc[static_cast<std::size_t>(out)], x[static_cast<std::size_t>(in)],
                    out * n_in + in);
        return results(acc);
    }
    [[nodiscard]] integers resource(const numbers& x) const
    {
        numbers acc = accumulators();
        const int multipliers = n_in * n_out / reuse_factor;
        if (reuse_factor <= n_in) {
            const int multipliers_of_output = multipliers / n_out;
            for (int cycle = 0; cycle < reuse_factor; ++cycle) {
                int in = cycle;
                int out = 0;
                int step = 0;
                for (int m = 0, w = cycle; m < multipliers; ++m, w += reuse_factor) {
                    accumulate(
                        acc[static_cast<std::size_t>(out)], x[static_cast<std::size_t>(in)], w);
                    in += reuse_factor;
                    if (in >= n_in)
                        in = cycle;
                    if (++step == multipliers_of_output) {
                        step = 0;
                        ++out;
                    }
                }
            }
        } else {
            for (int cycle = 0; cycle < reuse_factor; ++cycle)
                for (int m = 0, w = cycle, out = cycle / n_in; m < multipliers;
                     ++m, w += reuse_factor, out += reuse_factor / n_in)
                    accumulate(acc[static_cast<std::size_t>(out)],
                        x[static_cast<std::size_t>(cycle % n_in)], w);
        }
        return results(acc);
    }
    [[nodiscard]] integers depthwise(const numbers& x, bool is_latency) const
    {
        numbers acc = accumulators();
        if (is_latency) {
            for (int i = 0; i < n_in; ++i)
                accumulate(
                    acc[static_cast<std::size_t>(i % n_out)], x[static_cast<std::size_t>(i)], i);
        } else {
            for (int cycle = 0; cycle < reuse_factor; ++cycle)
                for (int i = cycle; i < n_in; i += reuse_factor)
                    accumulate(acc[static_cast<std::size_t>(i % n_out)],
                        x[static_cast<std::size_t>(i)], i);
        }
        return results(acc);
    }
    [[nodiscard]] integers apply(const numbers& x, bool is_depthwise, bool is_latency) const
    {
        if (is_depthwise)
            return depthwise(x, is_latency);
        return is_latency ? latency(x) : resource(x);
    }
};

struct random_kernel {
    integer_kernel ours;
    literal theirs;
};

random_kernel kernel_of(generator& random, const weight_matrix& m, const kernel_formats& f)
{
    random_kernel k;
    k.ours.formats = f;
    k.ours.weights = random_raws(random, static_cast<std::size_t>(m.weights()), f.weight);
    k.ours.biases = random_raws(random, static_cast<std::size_t>(m.n_out()), f.bias);
    k.theirs = {f, numbers_of(k.ours.weights, f.weight), numbers_of(k.ours.biases, f.bias),
        static_cast<int>(m.n_in()), static_cast<int>(m.n_out()), static_cast<int>(m.reuse_factor)};
    return k;
}

kernel_formats random_formats(generator& random)
{
    return {random_format(random, 1, 9), random_format(random, 1, 9), random_format(random, 2, 22),
        random_format(random, 2, 12)};
}

/// A window's pixels, zero where it leaves the image.
numbers patch_of(const layer_spec& s, const integers& image, const fixed_point& data, int y, int x)
{
    const auto before = [&](int size, int kernel, int stride) {
        if (s.padding == padding::valid)
            return 0;
        const int outputs = (size + stride - 1) / stride;
        return std::max(0, (outputs - 1) * stride + kernel - size) / 2;
    };
    const int top = before(s.height, s.kernel_height, s.stride_height);
    const int left = before(s.width, s.kernel_width, s.stride_width);
    numbers patch;
    for (int row = 0; row < s.kernel_height; ++row)
        for (int column = 0; column < s.kernel_width; ++column)
            for (int channel = 0; channel < s.channels; ++channel) {
                const int at_y = y * s.stride_height + row - top;
                const int at_x = x * s.stride_width + column - left;
                const bool inside = at_y >= 0 && at_y < s.height && at_x >= 0 && at_x < s.width;
                patch.emplace_back(data, inside
                                             ? image[static_cast<std::size_t>(
                                                   (at_y * s.width + at_x) * s.channels + channel)]
                                             : 0);
            }
    return patch;
}

integers convolved(const layer_spec& s, const literal& kernel, const integers& image,
    const fixed_point& data, bool is_depthwise)
{
    integers all;
    for (int y = 0; y < output_height(s); ++y)
        for (int x = 0; x < output_width(s); ++x)
            for (const auto raw : kernel.apply(
                     patch_of(s, image, data, y, x), is_depthwise, s.strategy == strategy::latency))
                all.push_back(raw);
    return all;
}

int random_divisor(generator& random, int n)
{
    int d = 0;
    do
        d = pick(random, 1, n);
    while (n % d != 0);
    return d;
}

int step_by_step = 0; ///< kernels whose accumulator may saturate
int at_once = 0;

void count_ways(const weight_matrix& m, const precision& data, const integer_kernel& kernel)
{
    (integer_product(m, data, kernel).goes_step_by_step() ? step_by_step : at_once) += 1;
}

} // namespace

TEST_CASE("a dense layer has the bits of hls4ml's loops over SystemC's numbers")
{
    generator random(3);
    for (int i = 0; i < 600; ++i) {
        const kernel_formats f = random_formats(random);
        const fixed_point data = random_format(random, 1, 9);
        layer_spec s = dense{.inputs = pick(random, 1, 24), .outputs = pick(random, 1, 6)};
        s.weight = f.weight.format;
        s.data = data.format;
        s.accum = f.accum.format;
        s.strategy = random() % 3 == 0 ? strategy::latency : strategy::resource;
        s.reuse_factor = random() % 4 == 0 ? s.inputs * random_divisor(random, s.outputs)
                                           : random_divisor(random, s.inputs);
        const weight_matrix m = matrices_of(s)[0];
        const random_kernel k = kernel_of(random, m, f);
        count_ways(m, data.format, k.ours);
        integer_network net({.channels = s.inputs}, data);
        net.add(s, k.ours);
        for (int repetition = 0; repetition < 3; ++repetition) {
            const integers x = random_raws(random, static_cast<std::size_t>(s.inputs), data);
            REQUIRE(net.run(x) ==
                    k.theirs.apply(numbers_of(x, data), false, s.strategy == strategy::latency));
        }
    }
    // Both ways of adding are met often.
    CHECK(step_by_step > 100);
    CHECK(at_once > 100);
}

TEST_CASE("convolutions have the bits of hls4ml's loops over SystemC's numbers")
{
    generator random(4);
    for (int i = 0; i < 200; ++i) {
        kernel_formats f = random_formats(random);
        const fixed_point data = random_format(random, 1, 9);
        layer_spec s = conv2d{.height = pick(random, 1, 6),
            .width = pick(random, 1, 7),
            .channels = pick(random, 1, 3),
            .filters = pick(random, 1, 4),
            .stride_height = pick(random, 1, 3),
            .stride_width = pick(random, 1, 3)};
        const layer_kind kinds[] = {layer_kind::conv1d, layer_kind::conv2d,
            layer_kind::depthwise_conv2d, layer_kind::separable_conv2d};
        s.kind = kinds[i % 4];
        if (s.kind == layer_kind::conv1d)
            s.height = s.stride_height = 1;
        s.padding = random() % 2 == 0 ? padding::same : padding::valid;
        s.kernel_height = pick(random, 1, s.height);
        s.kernel_width = pick(random, 1, s.width);
        if (s.kind == layer_kind::depthwise_conv2d)
            s.filters = s.channels;
        s.strategy = random() % 2 == 0 ? strategy::latency : strategy::resource;
        s.reuse_factor = random_divisor(random, s.kernel_height * s.kernel_width * s.channels);
        s.second_reuse_factor = random_divisor(random, s.channels);
        s.weight = f.weight.format;
        s.data = data.format;
        s.accum = f.accum.format;

        const layer_matrices matrices = matrices_of(s);
        std::vector<random_kernel> kernels;
        std::vector<integer_kernel> ours;
        for (const weight_matrix& m : matrices) {
            kernels.push_back(kernel_of(random, m, f));
            ours.push_back(kernels.back().ours);
            f.result = random_format(random, 2, 12);
        }
        integer_network net({s.height, s.width, s.channels}, data);
        net.add(s, ours);
        const integers image =
            random_raws(random, static_cast<std::size_t>(s.height * s.width * s.channels), data);
        integers expected =
            convolved(s, kernels[0].theirs, image, data, has_depthwise_kernel(s.kind));
        if (s.kind == layer_kind::separable_conv2d) {
            layer_spec pointwise = s;
            pointwise.height = output_height(s);
            pointwise.width = output_width(s);
            pointwise.kernel_height = pointwise.kernel_width = 1;
            pointwise.stride_height = pointwise.stride_width = 1;
            expected = convolved(
                pointwise, kernels[1].theirs, expected, kernels[0].theirs.formats.result, false);
        }
        REQUIRE(net.run(image) == expected);
        REQUIRE(net.output_shape() == image_shape{output_height(s), output_width(s), s.filters});
    }
}

TEST_CASE("pooling has the bits of hls4ml's loops over SystemC's numbers")
{
    generator random(5);
    for (int i = 0; i < 300; ++i) {
        fixed_point data = random_format(random, 2, 9);
        integer_pooling pool{.kind = random() % 2 == 0 ? pooling::max : pooling::average,
            .height = pick(random, 1, 4),
            .width = pick(random, 1, 4),
            .stride_height = pick(random, 0, 3),
            .stride_width = pick(random, 0, 3),
            .padding = random() % 2 == 0 ? padding::same : padding::valid,
            .counts_padding = random() % 2 == 0};
        data.format.is_signed = data.format.is_signed || pool.padding == padding::same;
        if (random() % 4 != 0)
            pool.accum = random_format(random, 2, 12);
        if (random() % 4 != 0)
            pool.result = random_format(random, 2, 9);
        const fixed_point accum = pool.accum.value_or(data.format);
        layer_spec s = conv2d{.height = pick(random, pool.height, 8),
            .width = pick(random, pool.width, 8),
            .channels = pick(random, 1, 3),
            .kernel_height = pool.height,
            .kernel_width = pool.width,
            .stride_height = pool.stride_height == 0 ? pool.height : pool.stride_height,
            .stride_width = pool.stride_width == 0 ? pool.width : pool.stride_width,
            .padding = pool.padding};
        integer_network net({s.height, s.width, s.channels}, data);
        net.add(pool);
        const integers image =
            random_raws(random, static_cast<std::size_t>(s.height * s.width * s.channels), data);
        // A second image says which pixels are padding.
        const fixed_point bit{{2, 2}};
        const integers ones(image.size(), 1);
        integers expected;
        for (int y = 0; y < output_height(s); ++y)
            for (int x = 0; x < output_width(s); ++x) {
                const numbers window = patch_of(s, image, data, y, x);
                const numbers inside = patch_of(s, ones, bit, y, x);
                for (int c = 0; c < s.channels; ++c) {
                    number acc(accum);
                    number largest(data, smallest_raw(data.format));
                    std::int64_t overlap = 0;
                    for (int p = 0; p < pool.height * pool.width; ++p) {
                        const auto at = static_cast<std::size_t>(p * s.channels + c);
                        if (inside[at].raw() == 0)
                            continue;
                        ++overlap;
                        if (pool.kind == pooling::average)
                            acc = sc_dt::sc_fxval(acc.value() + window[at].value());
                        else if (window[at].value() > largest.value())
                            largest = window[at].value();
                    }
                    if (pool.kind == pooling::max)
                        acc = largest.value();
                    else // ap_fixed divides raw integers, towards zero
                        acc.set_raw(
                            acc.raw() / (pool.counts_padding ? pool.height * pool.width : overlap));
                    number result(pool.result.value_or(data.format));
                    result = acc.value();
                    expected.push_back(result.raw());
                }
            }
        REQUIRE(net.run(image) == expected);
    }
}

TEST_CASE("activations and scales have the bits of SystemC's numbers")
{
    generator random(6);
    for (int i = 0; i < 300; ++i) {
        const fixed_point data = random_format(random, 1, 12);
        const fixed_point activated = random_format(random, 2, 12);
        const fixed_point cast = random_format(random, 2, 12);
        integer_scale scale{random_format(random, 1, 9), random_format(random, 1, 12),
            random_format(random, 2, 14)};
        scale.scale = random_raws(random, 3, scale.scale_format);
        scale.bias = random_raws(random, 3, scale.bias_format);
        integer_network net({2, 2, 3}, data);
        net.add(scale).add(integer_relu{activated}).add(integer_cast{cast});
        const integers image = random_raws(random, 12, data);
        integers expected;
        for (std::size_t k = 0; k < image.size(); ++k) {
            const number x(data, image[k]);
            const number factor(scale.scale_format, scale.scale[k % 3]);
            const number bias(scale.bias_format, scale.bias[k % 3]);
            number scaled(scale.result);
            scaled = sc_dt::sc_fxval(x.value() * factor.value() + bias.value());
            number positive(activated);
            if (scaled.value() > 0)
                positive = scaled.value();
            else
                positive = 0;
            number result(cast);
            result = positive.value();
            expected.push_back(result.raw());
        }
        REQUIRE(net.run(image) == expected);
    }
}
