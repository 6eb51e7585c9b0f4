// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/circuit_plan.hpp>
#include <espalier/hls/constant_plan.hpp>
#include <espalier/hls/detail/verilog_text.hpp>
#include <espalier/hls/integer_kernel.hpp>
#include <espalier/hls/integer_layers.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/hls/verilog_constants.hpp>
#include <espalier/hls/verilog_matrix.hpp>
#include <espalier/hls/verilog_primitives.hpp>
#include <espalier/hls/whole_file.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/timing.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// Dense layers in a row as one circuit. Each is the circuit of its matrix; behind it the sums
// change to the format of the results, and negative ones become 0 where a ReLU follows. Vectors are
// handed from layer to layer by valid and ready, so all layers work at once, each on a vector of
// its own. What comes out has the bits of an integer_network of the same layers
// (hls/integer_network.hpp).

namespace espalier {

/// A dense layer as it becomes a circuit.
struct verilog_layer {
    matrix_schedule schedule;
    integer_kernel kernel;
    std::optional<integer_relu> relu{}; ///< behind it
};

/// Clock cycles of the circuit of layers in a row: a vector is taken every `interval`, and its
/// result handed on `latency` after it was taken, if nobody waits.
[[nodiscard]] inline timing circuit_timing(std::span<const verilog_layer> layers)
{
    timing sum;
    for (const verilog_layer& l : layers) {
        const std::int64_t cycles = l.schedule.cycles();
        sum.interval = std::max(sum.interval, cycles);
        sum.latency += cycles == 1 ? constant_latency : circuit_latency(l.schedule);
    }
    return sum;
}

namespace detail {

/// The format in which a layer hands its results on.
inline fixed_point handed_format(const verilog_layer& l)
{
    return l.relu ? l.relu->result.value_or(l.kernel.formats.result) : l.kernel.formats.result;
}

inline void ensure_layers(std::span<const verilog_layer> layers)
{
    ensure(!layers.empty(), "a circuit of layers has at least one", given{"layers", layers.size()});
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const weight_matrix& m = layers[i].schedule.matrix();
        const kernel_formats& f = layers[i].kernel.formats;
        ensure(m.weight == f.weight.format && m.accum == f.accum.format &&
                   f.accum.rounding == rounding::trn && f.accum.overflow == overflow::wrap,
            "a layer of a circuit has the formats of its schedule, and an accumulator that "
            "truncates "
            "and wraps",
            given{"layer", i}, given{"rounding", to_string(f.accum.rounding)},
            given{"overflow", to_string(f.accum.overflow)});
        if (i == 0)
            continue;
        const precision before = handed_format(layers[i - 1]).format;
        ensure(m.kind == layer_kind::dense && layers[i - 1].schedule.matrix().n_out() == m.n_in() &&
                   before == m.data,
            "a layer of a circuit takes what the one before it gives", given{"layer", i},
            given{"n_in", m.n_in()},
            given{"outputs before", layers[i - 1].schedule.matrix().n_out()},
            given{"width", m.data.width}, given{"width before", before.width});
    }
}

/// One change of format of all numbers of a vector.
inline void write_conversion(std::ostream& out, std::string_view id, std::int64_t count,
    const precision& from, const fixed_point& to, bool clips)
{
    out << "    wire " << range(count * to.format.width) << " " << id
        << "_out;\n    generate for (i = 0; i < " << count << "; i = i + 1) begin : " << id
        << "\n        espalier_convert #(" << from.width << ", " << int{from.is_signed} << ", "
        << fraction_of(from) - fraction_of(to.format) << ", " << to.format.width << ", "
        << int{to.format.is_signed} << ", " << static_cast<int>(to.rounding) << ", "
        << static_cast<int>(to.overflow) << ", " << int{clips} << ") convert(" << id << "_in[i*"
        << from.width << " +: " << from.width << "], " << id << "_out[i*" << to.format.width
        << " +: " << to.format.width << "]);\n    end endgenerate\n";
}

} // namespace detail

/// Writes the modules of dense layers in a row; `name` has the ports of verilog_matrix.hpp, and the
/// layers are `name`_layer0, …
/// \throws std::invalid_argument if a layer does not fit the one before it, or cannot be emitted
inline void write_verilog_network(
    std::ostream& out, const std::string& name, std::span<const verilog_layer> layers)
{
    detail::ensure_module_name(name);
    detail::ensure_layers(layers);
    std::size_t number = 0;
    for (const verilog_layer& l : layers) {
        const std::string layer = name + "_layer" + std::to_string(number++);
        std::vector<std::int64_t> starts;
        for (const std::int64_t bias : l.kernel.biases)
            starts.push_back(
                requantized(bias, l.kernel.formats.bias.format, l.kernel.formats.accum));
        if (l.schedule.cycles() == 1)
            write_verilog_constants(out, layer, l.schedule, l.kernel.weights, starts);
        else
            write_verilog_matrix(out, layer, l.schedule, l.kernel.weights, starts);
    }
    const weight_matrix& first = layers.front().schedule.matrix();
    out << "module " << name << "(input clk, rst, in_valid, output in_ready, input "
        << detail::range(first.n_in() * first.data.width)
        << " in_data,\n    output out_valid, input out_ready, output "
        << detail::range(layers.back().schedule.matrix().n_out() *
                         detail::handed_format(layers.back()).format.width)
        << " out_data);\n    genvar i;\n";
    std::string data = "in_data", valid = "in_valid", ready = "in_ready";
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const verilog_layer& l = layers[i];
        const weight_matrix& m = l.schedule.matrix();
        const auto n = static_cast<std::int64_t>(i);
        const bool is_last = i + 1 == layers.size();
        const std::string id = detail::numbered("sums", n), next = detail::numbered("r", n + 1);
        const std::string to_valid = is_last ? "out_valid" : detail::numbered("v", n + 1);
        const std::string to_ready = is_last ? "out_ready" : next;
        out << "    wire " << detail::range(m.n_out() * m.accum.width) << " " << id << "_in;\n";
        if (!is_last)
            out << "    wire " << to_valid << ", " << to_ready << ";\n";
        out << "    " << name << "_layer" << i << " layer" << i << "(clk, rst, " << valid << ", "
            << ready << ", " << data << ", " << to_valid << ", " << to_ready << ", " << id
            << "_in);\n";
        const fixed_point& result = l.kernel.formats.result;
        detail::write_conversion(out, id, m.n_out(), m.accum, result, false);
        data = id + "_out";
        if (l.relu) {
            const std::string relu = detail::numbered("relu", n);
            out << "    wire " << detail::range(m.n_out() * result.format.width) << " " << relu
                << "_in = " << data << ";\n";
            detail::write_conversion(
                out, relu, m.n_out(), result.format, l.relu->result.value_or(result), true);
            data = relu + "_out";
        }
        valid = to_valid;
        ready = to_ready;
    }
    out << "    assign out_data = " << data << ";\nendmodule\n\n";
}

/// Writes them with all modules that they are made of to a file, whole or not at all.
/// \throws std::invalid_argument as above, or if the file cannot be written
inline void write_verilog_network(const std::filesystem::path& file, const std::string& name,
    std::span<const verilog_layer> layers)
{
    std::ostringstream text;
    write_verilog_primitives(text);
    write_verilog_network(text, name, layers);
    write_whole_file(file, text.str());
}

} // namespace espalier
