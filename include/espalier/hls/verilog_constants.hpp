// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/constant_plan.hpp>
#include <espalier/hls/detail/circuit_text.hpp>
#include <espalier/hls/detail/verilog_text.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/hls/shift_add.hpp>
#include <espalier/hls/verilog_primitives.hpp>
#include <espalier/hls/whole_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// One matrix at reuse factor 1 as Verilog: no multiplier and no memory, but adders of shifted
// inputs. The ports are those of verilog_matrix.hpp.

namespace espalier {

namespace detail {

/// A signal times ± 2^shift as an expression, which is made of a wire where it is negative.
class constant_text {
public:
    constant_text(std::ostream& out, const weight_matrix& m) : out_(out), m_(m) {}

    /// Declares a signed wire.
    void wire(const std::string& name, int bits) const
    {
        out_ << "    wire signed " << range(bits) << " " << name << ";\n";
    }
    /// Writes the adders of a graph, whose signals are prefix0, prefix1, …
    void write_adders(const shift_add_graph& graph, std::span<const signal_range> ranges,
        std::string_view prefix) const
    {
        std::int64_t number = graph.inputs;
        for (const shift_adder& a : graph.adders) {
            const std::string id = numbered(prefix, number);
            const auto bits = [&](std::int64_t s) {
                return ranges[static_cast<std::size_t>(s)].bits();
            };
            wire(id, bits(number));
            out_ << "    espalier_shift_add #(" << bits(a.left) << ", " << bits(a.right) << ", "
                 << a.shift << ", " << int{a.subtracts} << ", " << bits(number) << ") add_" << id
                 << "(" << numbered(prefix, a.left) << ", " << numbered(prefix, a.right) << ", "
                 << id << ");\n";
            ++number;
        }
    }
    /// Writes `name` = start ± signal · 2^shift in so many bits.
    void write_sum(const std::string& name, std::int64_t start,
        const std::vector<shift_term>& terms, std::span<const signal_range> ranges,
        std::string_view prefix, int bits) const
    {
        wire(name, bits);
        bit_string constant;
        constant.push(start, bits);
        if (terms.empty()) {
            out_ << "    assign " << name << " = " << constant.literal() << ";\n";
            return;
        }
        const shift_term& t = terms.front();
        const std::string signal = numbered(prefix, t.signal);
        if (start == 0 && !t.negative) {
            out_ << "    espalier_scale #(" << ranges[static_cast<std::size_t>(t.signal)].bits()
                 << ", " << t.shift << ", " << bits << ") scale_" << name << "(" << signal << ", "
                 << name << ");\n";
            return;
        }
        out_ << "    espalier_shift_add #(" << bits << ", "
             << ranges[static_cast<std::size_t>(t.signal)].bits() << ", " << t.shift << ", "
             << int{t.negative} << ", " << bits << ") add_" << name << "(" << constant.literal()
             << ", " << signal << ", " << name << ");\n";
    }

    void write(const std::string& name, const constant_plan& plan,
        std::span<const std::int64_t> biases) const
    {
        const int data = m_.data.width, accum = m_.accum.width;
        out_ << "module " << name << "_sums(input " << range(m_.n_in() * data) << " x, output "
             << range(m_.n_out() * accum) << " y);\n";
        for (std::int64_t i = 0; i < m_.n_in(); ++i) {
            const std::string id = numbered("x", i);
            wire(id, plan.ranges[static_cast<std::size_t>(i)].bits());
            out_ << "    assign " << id << " = " << (m_.data.is_signed ? "" : "{1'b0, ")
                 << element("x", i, data) << (m_.data.is_signed ? "" : "}") << ";\n";
        }
        write_adders(plan.products, plan.ranges, "x");
        const bool cuts = plan.dropped_bits > 0;
        if (cuts)
            write_cuts(plan);
        const auto& graph = cuts ? plan.sums : plan.products;
        const auto& ranges = cuts ? plan.sum_ranges : plan.ranges;
        if (cuts)
            write_adders(graph, ranges, "p");
        std::vector<std::string> sums;
        for (std::int64_t o = 0; o < m_.n_out(); ++o) {
            const auto row = static_cast<std::size_t>(o);
            std::vector<shift_term> terms = graph.outputs[row];
            if (!cuts && !terms.empty())
                terms.front().shift -= plan.dropped_bits;
            const std::string id = numbered("y", o);
            write_sum(id, biases.empty() ? 0 : biases[row], terms, ranges, cuts ? "p" : "x", accum);
            sums.push_back(id);
        }
        out_ << "    assign y = " << concatenation(sums) << ";\n";
        out_
            << "endmodule\n\nmodule " << name
            << "(input clk, rst, in_valid, output in_ready, input " << range(m_.n_in() * data)
            << " in_data,\n    output out_valid, input out_ready, output reg "
            << range(m_.n_out() * accum) << " out_data);\n    wire take, en;\n    reg "
            << range(m_.n_in() * data) << " x;\n    wire " << range(m_.n_out() * accum)
            << " y;\n    " << name
            << "_sums sums(x, y);\n    espalier_flow flow(clk, rst, in_valid, in_ready, out_valid, "
               "out_ready, take, en);\n    always @(posedge clk) begin\n        if (take) x <= "
               "in_data;\n"
               "        if (en) out_data <= y;\n    end\nendmodule\n\n";
    }

private:
    std::ostream& out_;
    const weight_matrix& m_;

    /// The products, cut to the accumulator's fraction: p0, p1, …
    void write_cuts(const constant_plan& plan) const
    {
        for (std::size_t i = 0; i < plan.products.outputs.size(); ++i) {
            const shift_term& t = plan.products.outputs[i].front();
            const signal_range whole =
                added({}, plan.ranges[static_cast<std::size_t>(t.signal)], t.shift, t.negative, 62);
            const auto number = static_cast<std::int64_t>(i);
            const std::string full = numbered("full", number), id = numbered("p", number);
            write_sum(full, 0, {t}, plan.ranges, "x", whole.bits());
            const int bits = plan.sum_ranges[i].bits();
            wire(id, bits);
            out_ << "    assign " << id << " = " << full << " >>> " << plan.dropped_bits << ";\n";
        }
    }
};

} // namespace detail

/// Writes the modules of a matrix of constants; their names are `name` and `name`_….
/// \param weights  raw integers in the matrix's weight format, all of them, in hardware order
/// \param biases   raw integers in the accumulator's format, one for each output or none at all
/// \throws std::invalid_argument if the name is not one, a count is wrong, a number leaves its
///         format, the reuse factor is not 1, or there are products of more than 62 bits
inline void write_verilog_constants(std::ostream& out, const std::string& name,
    const matrix_schedule& schedule, std::span<const std::int64_t> weights,
    std::span<const std::int64_t> biases = {})
{
    detail::ensure_module_name(name);
    detail::ensure_circuit_biases(schedule.matrix(), biases);
    const constant_plan plan = constants_of(schedule, weights);
    detail::constant_text(out, schedule.matrix()).write(name, plan, biases);
}

/// Writes them with all modules that they are made of to a file, whole or not at all.
/// \throws std::invalid_argument as above, or if the file cannot be written
inline void write_verilog_constants(const std::filesystem::path& file, const std::string& name,
    const matrix_schedule& schedule, std::span<const std::int64_t> weights,
    std::span<const std::int64_t> biases = {})
{
    std::ostringstream text;
    write_verilog_primitives(text);
    write_verilog_constants(text, name, schedule, weights, biases);
    write_whole_file(file, text.str());
}

} // namespace espalier
