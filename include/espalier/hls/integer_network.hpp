// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/integer_kernel.hpp>
#include <espalier/hls/integer_layers.hpp>
#include <espalier/hls/integer_product.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

// The network that the hardware computes, in integers: what comes out has every bit that hls4ml's
// kernels give, and its accuracy is the accuracy of the hardware. The layers are added one by one,
// and each takes the shape and the format that the one before it leaves.

namespace espalier {

/// A network of layers with weights and layers without, in raw integers. Const calls may run in
/// several threads.
class integer_network {
public:
    /// \param input   shape of what the network is given
    /// \param format  in which it is given
    integer_network(const image_shape& input, const fixed_point& format)
        : input_(input), input_format_(format), shape_(input), format_(format.format)
    {
        ensure_sound(format);
        ensure(format_.width <= 62, "the data of an integer network have at most 62 bits",
            given{"width", format_.width});
        ensure(input.height >= 1 && input.width >= 1 && input.channels >= 1,
            "an image has at least one pixel and one channel", given{"height", input.height},
            given{"width", input.width}, given{"channels", input.channels});
    }

    /// Adds a dense layer or a convolution.
    /// \param kernels  one for each matrix of the layer, in the order of `matrices_of`
    /// \throws std::invalid_argument if the layer does not fit what is before it, or the kernels do
    ///         not fit the layer
    integer_network& add(const layer_spec& layer, const std::vector<integer_kernel>& kernels)
    {
        ensure_sound(layer);
        const given name{"layer", layer.name.view()};
        ensure(!is_recurrent(layer.kind), "a recurrent layer is not computed in integers", name,
            given{"kind", to_string(layer.kind)});
        ensure(has_matrices(layer.kind), "a layer without weights is added as what it computes",
            name, given{"kind", to_string(layer.kind)});
        const layer_matrices matrices = matrices_of(layer);
        ensure(kernels.size() == matrices.size(),
            "an integer layer has a kernel for each of its matrices", name,
            given{"kernels", kernels.size()}, given{"matrices", matrices.size()});
        ensure(layer.data == format_, "a layer's data have the precision of what is before it",
            name, given{"data.width", layer.data.width}, given{"data.integer", layer.data.integer},
            given{"width before", format_.width}, given{"integer before", format_.integer});
        if (layer.kind == layer_kind::dense) {
            ensure(layer.inputs == shape_.size(), "a dense layer takes all outputs before it", name,
                given{"inputs", layer.inputs}, given{"outputs before", shape_.size()});
            push({.channels = layer.outputs}, kernels[0].formats.result.format,
                integer_product(matrices[0], format_, kernels[0]));
            return *this;
        }
        ensure(image_shape{layer.height, layer.width, layer.channels} == shape_,
            "a convolution takes the image before it", name, given{"height", layer.height},
            given{"width", layer.width}, given{"channels", layer.channels},
            given{"height before", shape_.height}, given{"width before", shape_.width},
            given{"channels before", shape_.channels});
        layer_spec pointwise = layer; // the second matrix of a separable layer
        pointwise.kernel_height = pointwise.kernel_width = 1;
        pointwise.stride_height = pointwise.stride_width = 1;
        for (std::size_t i = 0; i < matrices.size(); ++i) {
            const layer_spec& s = i == 0 ? layer : pointwise;
            const convolution step{{shape_.height, s.kernel_height, s.stride_height, s.padding},
                {shape_.width, s.kernel_width, s.stride_width, s.padding}, shape_.channels,
                integer_product(matrices[i], format_, kernels[i])};
            push({step.down.outputs(), step.across.outputs(), matrices[i].n_out()},
                kernels[i].formats.result.format, step);
        }
        return *this;
    }
    /// \overload
    integer_network& add(const layer_spec& layer, const integer_kernel& kernel)
    {
        return add(layer, std::vector<integer_kernel>{kernel});
    }

    /// Adds y = max(x, 0).
    integer_network& add(const integer_relu& relu)
    {
        return each(relu.result, [](std::int64_t x) { return std::max<std::int64_t>(x, 0); });
    }
    /// Adds a change of format.
    integer_network& add(const integer_cast& cast)
    {
        return each(cast.result, [](std::int64_t x) { return x; });
    }
    /// Adds a pooling.
    /// \throws std::invalid_argument if the window does not fit the image, if a sum could need more
    ///         than 62 bits, or for padded unsigned data under max (hls4ml's padding is not the
    ///         smallest number there)
    integer_network& add(integer_pooling pool)
    {
        pool.stride_height = pool.stride_height == 0 ? pool.height : pool.stride_height;
        pool.stride_width = pool.stride_width == 0 ? pool.width : pool.stride_width;
        ensure(pool.height >= 1 && pool.width >= 1 && pool.stride_height >= 1 &&
                   pool.stride_width >= 1 &&
                   (pool.padding == padding::same ||
                       (pool.height <= shape_.height && pool.width <= shape_.width)),
            "a pooling window is at least one pixel and within its image",
            given{"height", pool.height}, given{"width", pool.width},
            given{"image height", shape_.height}, given{"image width", shape_.width});
        ensure(pool.kind != pooling::max || pool.padding == padding::valid || format_.is_signed,
            "a max pooling with padding takes signed data", given{"width", format_.width});
        const detail::pooling_step step{
            pool, shape_, format_, pool.accum.value_or(format_), pool.result.value_or(format_)};
        ensure_sound(step.accum);
        ensure_sound(step.result);
        const std::int64_t fraction =
            std::max(detail::fraction_of(format_), detail::fraction_of(step.accum.format));
        ensure(pool.kind == pooling::max ||
                   std::max(format_.integer, step.accum.format.integer) + fraction <= 61,
            "the sum of an average pooling has at most 62 bits in integer arithmetic",
            given{"width", format_.width}, given{"accum.width", step.accum.format.width});
        push({step.down().outputs(), step.across().outputs(), shape_.channels}, step.result.format,
            step);
        return *this;
    }
    /// Adds a batch normalisation.
    /// \throws std::invalid_argument if it has another number of channels than the image, a raw
    ///         integer outside its format, or could need more than 62 bits
    integer_network& add(const integer_scale& norm)
    {
        const auto channels = static_cast<std::size_t>(shape_.channels);
        ensure(norm.scale.size() == channels && norm.bias.size() == channels,
            "an integer scale has a scale and a bias for each channel before it",
            given{"scales", norm.scale.size()}, given{"biases", norm.bias.size()},
            given{"channels", channels});
        for (const fixed_point& format : {norm.scale_format, norm.bias_format, norm.result})
            ensure_sound(format);
        detail::ensure_within(norm.scale, norm.scale_format.format);
        detail::ensure_within(norm.bias, norm.bias_format.format);
        // The exact sum has the bits of the product and of the bias on both sides of the point.
        const std::int64_t product_fraction =
            detail::fraction_of(format_) + detail::fraction_of(norm.scale_format.format);
        const std::int64_t bias_fraction = detail::fraction_of(norm.bias_format.format);
        const std::int64_t fraction = std::max(product_fraction, bias_fraction);
        const std::int64_t integer = std::max(
            format_.integer + norm.scale_format.format.integer, norm.bias_format.format.integer);
        ensure(integer + fraction <= 61,
            "a scaled number has at most 62 bits in integer arithmetic",
            given{"width", format_.width}, given{"scale.width", norm.scale_format.format.width},
            given{"bias.width", norm.bias_format.format.width});
        push(shape_, norm.result.format,
            [=](std::span<const std::int64_t> image, std::span<std::int64_t> results) {
                const precision exact{63, static_cast<int>(63 - fraction), true};
                for (std::size_t i = 0; i < image.size(); ++i) {
                    const std::size_t c = i % channels;
                    results[i] =
                        requantized((image[i] * norm.scale[c] << (fraction - product_fraction)) +
                                        (norm.bias[c] << (fraction - bias_fraction)),
                            exact, norm.result);
                }
            });
        return *this;
    }
    /// Adds a transpose to channels first.
    integer_network& add(integer_transpose /*unused*/)
    {
        const image_shape in = shape_;
        push({in.channels, in.height, in.width}, format_,
            [in](std::span<const std::int64_t> image, std::span<std::int64_t> results) {
                const std::int64_t pixels = in.height * in.width;
                for (std::int64_t i = 0; i < in.size(); ++i)
                    results[static_cast<std::size_t>(i % in.channels * pixels + i / in.channels)] =
                        image[static_cast<std::size_t>(i)];
            });
        return *this;
    }

    /// Shape and format of what the network gives.
    [[nodiscard]] const image_shape& output_shape() const { return shape_; }
    [[nodiscard]] const precision& output_format() const { return format_; }

    /// The outputs of all layers, raw: the input first, the result last.
    /// \param input  raw, in the format of the input
    /// \throws std::invalid_argument if it has another size or leaves its format
    [[nodiscard]] std::vector<std::vector<std::int64_t>> trace(
        std::span<const std::int64_t> input) const
    {
        ensure(static_cast<std::int64_t>(input.size()) == input_.size(),
            "an input has the size that the network was made for", given{"given", input.size()},
            given{"size", input_.size()});
        detail::ensure_within(input, input_format_.format);
        std::vector<std::vector<std::int64_t>> outputs{{input.begin(), input.end()}};
        for (const stage& s : stages_) {
            std::vector<std::int64_t> results(s.outputs);
            s.run(outputs.back(), results);
            outputs.push_back(std::move(results));
        }
        return outputs;
    }
    /// The raw result for a raw input.
    [[nodiscard]] std::vector<std::int64_t> run(std::span<const std::int64_t> input) const
    {
        return trace(input).back();
    }
    /// The result for real numbers, which are quantised first.
    /// \throws std::invalid_argument if there are too many or too few, or one is not finite
    template <class Number>
    [[nodiscard]] std::vector<double> operator()(std::span<const Number> input) const
    {
        std::vector<double> real;
        for (const std::int64_t raw : run(quantized(input, input_format_)))
            real.push_back(real_value(raw, format_));
        return real;
    }

private:
    using function = std::function<void(std::span<const std::int64_t>, std::span<std::int64_t>)>;
    struct stage {
        std::size_t outputs = 0;
        function run;
    };

    /// A kernel that moves over an image.
    struct convolution {
        sliding_window down;
        sliding_window across;
        std::int64_t channels = 1;
        integer_product product;

        void operator()(std::span<const std::int64_t> image, std::span<std::int64_t> results) const
        {
            // What lies under the kernel, in its order (row, column, channel); padding stays zero.
            std::vector<std::int64_t> patch(
                static_cast<std::size_t>(down.window * across.window * channels));
            for (std::int64_t y = 0; y < down.outputs(); ++y)
                for (std::int64_t x = 0; x < across.outputs(); ++x) {
                    fill(patch, image, down.first(y), across.first(x));
                    product(patch, results.first(product.outputs()));
                    results = results.subspan(product.outputs());
                }
        }
        void fill(std::vector<std::int64_t>& patch, std::span<const std::int64_t> image,
            std::int64_t top, std::int64_t left) const
        {
            std::ranges::fill(patch, 0);
            const std::int64_t from = std::max<std::int64_t>(left, 0);
            const std::int64_t to = std::min(left + across.window, across.extent);
            for (std::int64_t row = 0; row < down.window; ++row) {
                const std::int64_t y = top + row;
                if (y < 0 || y >= down.extent || from >= to)
                    continue;
                std::copy_n(image.begin() + (y * across.extent + from) * channels,
                    (to - from) * channels,
                    patch.begin() + (row * across.window + from - left) * channels);
            }
        }
    };

    void push(const image_shape& shape, const precision& format, function run)
    {
        ensure(format.width <= 62, "the data of an integer network have at most 62 bits",
            given{"width", format.width});
        stages_.push_back({static_cast<std::size_t>(shape.size()), std::move(run)});
        shape_ = shape;
        format_ = format;
    }

    /// Adds what is done to each number alone, in the format of the data, before it changes format.
    template <class Function>
    integer_network& each(const std::optional<fixed_point>& format, Function change)
    {
        const fixed_point result = format.value_or(format_);
        ensure_sound(result);
        push(shape_, result.format,
            [=, data = format_](
                std::span<const std::int64_t> image, std::span<std::int64_t> results) {
                std::ranges::transform(image, results.begin(),
                    [&](std::int64_t x) { return requantized(change(x), data, result); });
            });
        return *this;
    }

    image_shape input_;
    fixed_point input_format_;
    image_shape shape_; ///< of what the last layer gives
    precision format_;
    std::vector<stage> stages_;
};

} // namespace espalier
