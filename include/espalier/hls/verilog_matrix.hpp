// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/adder_tree.hpp>
#include <espalier/hls/circuit_plan.hpp>
#include <espalier/hls/detail/circuit_text.hpp>
#include <espalier/hls/detail/verilog_text.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/hls/verilog_primitives.hpp>
#include <espalier/hls/verilog_rom.hpp>
#include <espalier/hls/whole_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <span>
#include <sstream>
#include <string>

// One matrix at a reuse factor above 1 as Verilog. The module has a clock, a synchronous reset, and
// vectors in and out that are handed over in the cycles in which valid and ready are both set:
//
//     module name(input clk, rst, in_valid, output in_ready, input [n_in·D-1:0] in_data,
//                 output out_valid, input out_ready, output [n_out·A-1:0] out_data);
//
// It takes a vector every RF cycles and hands the result on circuit_latency cycles later; while a
// result waits, everything stands still. A product is cut to the accumulator's fraction and added
// up modulo 2^A, as ap_fixed does by default; the bias is what adding up begins with.

namespace espalier {

/// Writes the modules of a circuit; their names are `name` and `name`_….
/// \param weights  raw integers in the matrix's weight format, all of them, in hardware order
/// \param biases   raw integers in the accumulator's format, one for each output or none at all
/// \throws std::invalid_argument if the name is not one, a count is wrong, a number leaves its
///         format, or the reuse factor is 1 (see write_verilog_constants)
inline void write_verilog_matrix(std::ostream& out, const std::string& name,
    const matrix_schedule& schedule, std::span<const std::int64_t> weights,
    std::span<const std::int64_t> biases = {})
{
    const weight_matrix& m = schedule.matrix();
    detail::ensure_module_name(name);
    detail::ensure_circuit_weights(m, weights);
    detail::ensure_circuit_biases(m, biases);
    const circuit_plan plan = plan_of(schedule);
    const detail::circuit_text text{out, name, schedule, plan, biases};
    if (schedule.multipliers() > 0)
        write_verilog_rom(out, name, schedule, weights);
    text.write_select();
    text.write_starts();
    text.write_top();
}

/// Writes them with all modules that they are made of to a file, whole or not at all.
/// \throws std::invalid_argument as above, or if the file cannot be written
inline void write_verilog_matrix(const std::filesystem::path& file, const std::string& name,
    const matrix_schedule& schedule, std::span<const std::int64_t> weights,
    std::span<const std::int64_t> biases = {})
{
    std::ostringstream text;
    write_verilog_primitives(text);
    write_verilog_matrix(text, name, schedule, weights, biases);
    write_whole_file(file, text.str());
}

} // namespace espalier
