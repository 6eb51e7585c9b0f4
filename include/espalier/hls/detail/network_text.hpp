// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/circuit_network.hpp>
#include <espalier/hls/detail/verilog_text.hpp>
#include <espalier/hls/integer_kernel.hpp>
#include <espalier/hls/integer_layers.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/verilog_constants.hpp>
#include <espalier/hls/verilog_matrix.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// The module that joins the layers of a network.

namespace espalier::detail {

class network_text {
public:
    network_text(std::ostream& out, const std::string& name, const kernel_network& network)
        : out_(out), name_(name), network_(network)
    {}

    void write()
    {
        const auto stages = network_.stages();
        for (std::size_t i = 0; i < stages.size(); ++i)
            if (const auto* product = std::get_if<product_stage>(&stages[i].layer))
                write_product(layer_name(i), *product);
        const auto bits = [](const kernel_wire& wire) {
            return range(wire.shape.channels * wire.format.format.width);
        };
        out_ << "module " << name_ << "(input clk, rst, in_valid, output in_ready, input "
             << bits(network_.input())
             << " in_data,\n    output out_valid, input out_ready, output " << bits(network_.wire())
             << " out_data);\n";
        declare(network_.input().shape.channels * network_.input().format.format.width);
        out_ << "    assign v0 = in_valid, d0 = in_data, in_ready = r0;\n";
        for (std::size_t i = 0; i < stages.size(); ++i) {
            out_ << "\n    // " << stages[i].in.shape.height << " x " << stages[i].in.shape.width
                 << " x " << stages[i].in.shape.channels << " numbers\n";
            std::visit(
                [&](const auto& layer) { write_layer(i, stages[i], layer); }, stages[i].layer);
        }
        out_ << "    assign out_valid = v" << wires_ << ", out_data = " << data_ << ", r" << wires_
             << " = out_ready;\nendmodule\n\n";
    }

private:
    std::ostream& out_;
    const std::string& name_;
    const kernel_network& network_;
    std::int64_t wires_ = -1; ///< of the last hand-over: valid v, ready r, and data d…
    std::string data_;        ///< … which logic without a clock may have changed since
    std::int64_t conversions_ = 0;

    /// One text of several. (g++ 12 warns of their sums.)
    [[nodiscard]] static std::string joined(std::initializer_list<std::string_view> pieces)
    {
        std::string text;
        for (const std::string_view piece : pieces)
            text.append(piece);
        return text;
    }
    [[nodiscard]] std::string layer_name(std::size_t stage) const
    {
        return numbered(joined({name_, "_layer"}), static_cast<std::int64_t>(stage));
    }

    static void write_starts_of(const product_stage& product, std::vector<std::int64_t>& starts)
    {
        const kernel_formats& f = product.numbers.formats;
        for (const std::int64_t bias : product.numbers.biases)
            starts.push_back(requantized(bias, f.bias.format, f.accum));
    }
    void write_product(const std::string& layer, const product_stage& product) const
    {
        std::vector<std::int64_t> starts;
        write_starts_of(product, starts);
        if (product.schedule.cycles() == 1)
            write_verilog_constants(out_, layer, product.schedule, product.numbers.weights, starts);
        else
            write_verilog_matrix(out_, layer, product.schedule, product.numbers.weights, starts);
    }

    /// Declares the wires of the next hand-over.
    void declare(std::int64_t bits)
    {
        ++wires_;
        data_ = numbered("d", wires_);
        out_ << "    wire v" << wires_ << ", r" << wires_ << ";\n    wire " << range(bits) << " "
             << data_ << ";\n";
    }
    /// Writes what has a clock: the text of the instance up to its ports, and the bits it gives.
    void instance(const std::string& text, std::int64_t bits)
    {
        const std::string from =
            joined({numbered("(clk, rst, v", wires_), numbered(", r", wires_), ", ", data_, ", "});
        declare(bits);
        out_ << "    " << text << from << "v" << wires_ << ", r" << wires_ << ", " << data_
             << ");\n";
    }
    void write_side_by_side(
        const std::string& id, std::int64_t bits, std::span<const std::string> from_lowest)
    {
        out_ << "    wire " << range(bits) << " " << id << " = " << concatenation(from_lowest)
             << ";\n";
    }
    /// Changes the format of all numbers of the data.
    void convert(std::int64_t count, const precision& from, const fixed_point& to, bool clips)
    {
        const std::string id = numbered("c", conversions_++);
        std::vector<std::string> converted;
        for (std::int64_t i = 0; i < count; ++i) {
            converted.push_back(joined({id, numbered("_", i)}));
            const std::string& wire = converted.back();
            out_ << "    wire " << range(to.format.width) << " " << wire
                 << ";\n    espalier_convert #(" << from.width << ", " << int{from.is_signed}
                 << ", " << fraction_of(from) - fraction_of(to.format) << ", " << to.format.width
                 << ", " << int{to.format.is_signed} << ", " << static_cast<int>(to.rounding)
                 << ", " << static_cast<int>(to.overflow) << ", " << int{clips} << ") of_" << wire
                 << "(" << element(data_, i, from.width) << ", " << wire << ");\n";
        }
        write_side_by_side(id, count * to.format.width, converted);
        data_ = id;
    }

    void write_window(
        std::size_t stage, const circuit_window& w, std::int64_t bits, const std::string& padding)
    {
        const auto padded_height = circuit_window::padded(w.down);
        const auto padded_width = circuit_window::padded(w.across);
        const auto counter = [](std::int64_t extent) {
            return std::max<std::int64_t>(1, ceil_log2(extent));
        };
        std::string text = "espalier_window #(";
        // A stride beyond the image is never taken twice.
        for (const std::int64_t number : {bits, w.image.height, w.image.width,
                 circuit_window::before(w.down), circuit_window::before(w.across), padded_height,
                 padded_width, w.down.window, w.across.window,
                 std::min(w.down.stride, padded_height), std::min(w.across.stride, padded_width),
                 counter(padded_height), counter(padded_width)})
            text.append(std::to_string(number)).append(", ");
        instance(joined({text, padding, numbered(") window", static_cast<std::int64_t>(stage))}),
            w.down.window * w.across.window * bits);
    }

    void write_layer(std::size_t i, const kernel_stage& stage, const product_stage& product)
    {
        const weight_matrix& m = product.schedule.matrix();
        const std::int64_t bits = stage.in.shape.channels * m.data.width;
        if (const auto window = window_of(stage))
            write_window(i, *window, bits, zeros(bits));
        if (const std::int64_t pixels = flattened_pixels(stage); pixels > 1)
            instance(joined({"espalier_flatten #(", std::to_string(bits), ", ",
                         std::to_string(pixels), ", ", std::to_string(ceil_log2(pixels)), ") ",
                         numbered("flatten", static_cast<std::int64_t>(i))}),
                pixels * bits);
        instance(joined({layer_name(i), numbered(" layer", static_cast<std::int64_t>(i))}),
            m.n_out() * m.accum.width);
        convert(m.n_out(), m.accum, product.numbers.formats.result, false);
    }
    void write_layer(std::size_t /*unused*/, const kernel_stage& stage, const integer_relu& relu)
    {
        const precision& data = stage.in.format.format;
        convert(stage.in.shape.channels, data, relu.result.value_or(data), true);
    }
    void write_layer(std::size_t /*unused*/, const kernel_stage& stage, const integer_cast& cast)
    {
        convert(stage.in.shape.channels, stage.in.format.format, cast.result, false);
    }
    void write_layer(std::size_t i, const kernel_stage& stage, const integer_pooling& pool)
    {
        const precision& data = stage.in.format.format;
        const std::int64_t channels = stage.in.shape.channels;
        write_window(i, *window_of(stage), channels * data.width, zeros(channels * data.width));
        const std::string id = numbered("pool", static_cast<std::int64_t>(i));
        const fixed_point accum = pool.accum.value_or(data);
        std::vector<std::string> pooled;
        for (std::int64_t c = 0; c < channels; ++c) {
            std::vector<std::string> level;
            for (std::int64_t p = 0; p < std::int64_t{pool.height} * pool.width; ++p)
                level.push_back(element(data_, p * channels + c, data.width));
            pooled.push_back(joined({id, numbered("_", c)}));
            if (pool.kind == pooling::max)
                write_largest(pooled.back(), data, std::move(level));
            else
                write_mean(pooled.back(), data, accum, level);
        }
        const bool takes_mean = pool.kind == pooling::average;
        write_side_by_side(id, channels * (takes_mean ? accum.format.width : data.width), pooled);
        data_ = id;
        if (!takes_mean)
            convert(channels, data, accum, false);
        convert(channels, accum.format, pool.result.value_or(data), false);
    }
    void write_layer(std::size_t i, const kernel_stage& stage, const integer_scale& norm)
    {
        const precision& data = stage.in.format.format;
        const precision &scale = norm.scale_format.format, &bias = norm.bias_format.format;
        // As in the integer network: the exact sum has the bits of product and bias on both sides.
        const std::int64_t product_fraction = fraction_of(data) + fraction_of(scale);
        const std::int64_t fraction = std::max(product_fraction, fraction_of(bias));
        const std::int64_t width =
            std::max(data.integer + scale.integer, bias.integer) + fraction + 2;
        const precision exact{static_cast<int>(width), static_cast<int>(width - fraction), true};
        const std::string id = numbered("scaled", static_cast<std::int64_t>(i));
        std::vector<std::string> scaled;
        for (std::int64_t c = 0; c < stage.in.shape.channels; ++c) {
            const auto channel = static_cast<std::size_t>(c);
            scaled.push_back(joined({id, numbered("_", c)}));
            bit_string w, b;
            w.push(norm.scale[channel], scale.width + 1);
            b.push(norm.bias[channel] << (fraction - fraction_of(bias)), exact.width);
            out_ << "    wire signed " << range(width) << " " << scaled.back()
                 << ";\n    espalier_affine #(" << data.width << ", " << int{data.is_signed} << ", "
                 << scale.width + 1 << ", " << fraction - product_fraction << ", " << width << ", "
                 << w.literal() << ", " << b.literal() << ") of_" << scaled.back() << "("
                 << element(data_, c, data.width) << ", " << scaled.back() << ");\n";
        }
        write_side_by_side(id, stage.in.shape.channels * width, scaled);
        data_ = id;
        convert(stage.in.shape.channels, exact, norm.result, false);
    }
    /// Adds value by value in the format of the accumulator, then divides: the wire `id`.
    void write_mean(const std::string& id, const precision& data, const fixed_point& accum,
        const std::vector<std::string>& pixels)
    {
        const precision& to = accum.format;
        const std::int64_t more = fraction_of(data) - fraction_of(to);
        const std::int64_t left = std::max<std::int64_t>(more, 0);
        const std::int64_t right = std::max<std::int64_t>(-more, 0);
        const std::int64_t width = std::max(to.width + left, data.width + right) + 2;
        std::string sum = zeros(to.width);
        std::int64_t number = 0;
        for (const std::string& pixel : pixels) {
            const std::string exact = joined({id, numbered("_exact", number)});
            const std::string next = joined({id, numbered("_sum", number++)});
            out_ << "    wire " << range(width) << " " << exact << ";\n    espalier_sum #("
                 << to.width << ", " << int{to.is_signed} << ", " << left << ", " << data.width
                 << ", " << int{data.is_signed} << ", " << right << ", " << width << ") of_"
                 << exact << "(" << sum << ", " << pixel << ", " << exact << ");\n    wire "
                 << range(to.width) << " " << next << ";\n    espalier_convert #(" << width
                 << ", 1, " << left << ", " << to.width << ", " << int{to.is_signed} << ", "
                 << static_cast<int>(accum.rounding) << ", " << static_cast<int>(accum.overflow)
                 << ", 0) of_" << next << "(" << exact << ", " << next << ");\n";
            sum = next;
        }
        const auto count = static_cast<std::int64_t>(pixels.size());
        out_ << "    wire " << range(to.width) << " " << id << ";\n    espalier_divide #("
             << to.width << ", " << int{to.is_signed} << ", " << count << ", "
             << to.width + ceil_log2(count) << ") of_" << id << "(" << sum << ", " << id << ");\n";
    }
    /// A tree of comparisons, whose result is the wire `id`.
    void write_largest(const std::string& id, const precision& data, std::vector<std::string> level)
    {
        std::int64_t number = 0;
        while (level.size() > 1) {
            std::vector<std::string> above;
            for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
                const std::string larger = joined({id, numbered("_", number++)});
                out_ << "    wire " << range(data.width) << " " << larger
                     << ";\n    espalier_larger #(" << data.width << ", " << int{data.is_signed}
                     << ") of_" << larger << "(" << level[i] << ", " << level[i + 1] << ", "
                     << larger << ");\n";
                above.push_back(larger);
            }
            if (level.size() % 2 != 0)
                above.push_back(level.back());
            level = std::move(above);
        }
        out_ << "    wire " << range(data.width) << " " << id << " = " << level.front() << ";\n";
    }
    [[nodiscard]] static std::string zeros(std::int64_t bits)
    {
        return std::string("{").append(std::to_string(bits)).append("{1'b0}}");
    }
};

} // namespace espalier::detail
