// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/simulation.hpp"

#include <espalier/hls/schedule.hpp>
#include <espalier/hls/verilog_matrix.hpp>
#include <espalier/hls/verilog_primitives.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/resources.hpp>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <ostream>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// Asks Yosys what circuits come to. The hierarchy is kept, so one run maps many circuits, each
// module once, and the cells of each are added up here.

namespace synthesis {

/// A circuit with the widths of its ports.
struct circuit {
    std::string name;
    std::int64_t in_bits = 0;
    std::int64_t out_bits = 0;
};

/// A module that has them all, so that none is dropped.
inline void write_all(std::ostream& out, std::span<const circuit> circuits)
{
    out << "module all(input clk, rst";
    for (std::size_t i = 0; i < circuits.size(); ++i)
        out << ", input v" << i << ", r" << i << ", input [" << circuits[i].in_bits - 1 << ":0] x"
            << i << ", output p" << i << ", q" << i << ", output [" << circuits[i].out_bits - 1
            << ":0] y" << i;
    out << ");\n";
    for (std::size_t i = 0; i < circuits.size(); ++i)
        out << "    " << circuits[i].name << " c" << i << "(clk, rst, v" << i << ", p" << i << ", x"
            << i << ", q" << i << ", r" << i << ", y" << i << ");\n";
    out << "endmodule\n";
}

/// Cells of each module, by their types, as `stat` lists them.
using cells = std::map<std::string, std::map<std::string, std::int64_t>>;

inline cells parsed(const std::string& stat)
{
    cells modules;
    std::istringstream lines(stat);
    std::string line, module;
    bool in_cells = false;
    while (std::getline(lines, line)) {
        if (line.rfind("=== ", 0) == 0) {
            module = line.substr(4, line.rfind(" ===") - 4);
            in_cells = false;
            if (module == "design hierarchy")
                break;
        } else if (line.find("Number of cells:") != std::string::npos) {
            in_cells = true;
        } else if (in_cells) {
            std::istringstream words(line);
            std::string type;
            std::int64_t count = 0;
            if (words >> type >> count)
                modules[module][type] += count;
        }
    }
    return modules;
}

/// LUTs of a memory that is made of them (UG974), or 0 if the cell is none.
inline std::int64_t memory_luts(const std::string& type)
{
    static const std::map<std::string, std::int64_t> luts{{"RAM32X1S", 1}, {"RAM64X1S", 1},
        {"RAM32X1D", 2}, {"RAM64X1D", 2}, {"RAM32X2S", 2}, {"RAM128X1S", 2}, {"RAM128X1D", 4},
        {"RAM256X1S", 4}, {"RAM256X1D", 8}, {"RAM512X1S", 8}, {"RAM32M", 4}, {"RAM64M", 4},
        {"RAM32M16", 8}, {"RAM64M8", 8}};
    const auto found = luts.find(type);
    return found == luts.end() ? 0 : found->second;
}

/// A module and all below it. An inverter or a shift register is a LUT, a carry cell of ECP5 takes
/// the place of two, and a RAMB36 is two RAMB18.
inline espalier::resources total(const cells& modules, const std::string& module)
{
    espalier::resources sum;
    const auto found = modules.find(module);
    if (found == modules.end())
        return sum;
    const auto begins = [](const std::string& type, const char* with) {
        return type.rfind(with, 0) == 0;
    };
    for (const auto& [type, count] : found->second) {
        if (begins(type, "DSP48") || type == "MULT18X18D")
            sum.dsp += count;
        else if (begins(type, "RAMB18") || type == "DP16KD" || type == "PDPW16KD")
            sum.bram18 += count;
        else if (begins(type, "RAMB36"))
            sum.bram18 += 2 * count;
        else if (type == "CCU2C")
            sum.lut += 2 * count;
        else if (begins(type, "LUT") || type == "INV" || begins(type, "SRL"))
            sum.lut += count;
        else if (const std::int64_t luts = memory_luts(type); luts > 0)
            sum.lut += luts * count;
        else if (begins(type, "FD") || type == "TRELLIS_FF")
            sum.ff += count;
        else
            sum += count * total(modules, type);
    }
    return sum;
}

/// The cells of all modules below the top module.
/// \param write    the text of the circuits, without the primitives
/// \param command  of Yosys, for the top module
inline cells cells_of(const std::function<void(std::ostream&)>& write, const std::string& command,
    int seconds = 600, const std::string& top = "all")
{
    const simulation::folder work;
    {
        std::ofstream out(work / "circuits.v");
        espalier::write_verilog_primitives(out);
        write(out);
    }
    const std::string said = simulation::output_of(
        "timeout " + std::to_string(seconds) + " yosys -q -p 'read_verilog " + work / "circuits.v" +
        "; " + command + "; tee -q -o " + work / "stat.txt" + " stat'");
    std::ifstream in(work / "stat.txt");
    std::ostringstream stat;
    stat << in.rdbuf();
    cells modules = parsed(stat.str());
    if (!modules.contains(top))
        throw std::runtime_error("yosys: " + said);
    return modules;
}

/// What each circuit comes to.
/// \param write    their text, without the primitives
/// \param command  of Yosys, for the top module `all`
inline std::vector<espalier::resources> synthesised(const std::function<void(std::ostream&)>& write,
    std::span<const circuit> circuits, const std::string& command, int seconds = 600)
{
    const cells modules = cells_of(
        [&](std::ostream& out) {
            write(out);
            write_all(out, circuits);
        },
        command, seconds);
    std::vector<espalier::resources> result;
    for (const circuit& c : circuits)
        result.push_back(total(modules, c.name));
    return result;
}

/// Yosys' command for a family of Xilinx: xc7 or xcup.
inline std::string xilinx(
    const std::string& family, const std::string& more = "", const std::string& top = "all")
{
    return "synth_xilinx -family " + family + " -top " + top + " -noiopad -noclkbuf " + more;
}

/// Yosys' command that takes the weight memory of a circuit, the module `top`, to block RAMs and no
/// further. Of a circuit with hundreds of memories Yosys 0.23 spends most of its time on these: it
/// evaluates the template of a block RAM anew for each content, and for each module that it looks
/// for enables in, it sets up a table of all modules. So they are counted apart, in one module, as
/// synth_xilinx begins, and the rest of the circuit without them.
inline std::string block_rams(const std::string& family, const std::string& top)
{
    const std::string of_family = family == "xc7" ? "-lib +/xilinx/lutrams_xc5v.txt "
                                                    "-D HAS_CASCADE -D HAS_CONFLICT_BUG"
                                                  : "-lib +/xilinx/lutrams_xcu.txt -D HAS_ADDRCE";
    return xilinx(family, "-flatten -run begin:map_memory", top) +
           "; memory_libmap -logic-cost-rom 0.015625 -lib +/xilinx/brams_xc4v.txt -D HAS_SIZE_36 "
           "-D HAS_MIXWIDTH_SDP " +
           of_family +
           "; chtype -set RAMB18 r:OPTION_MODE=HALF; chtype -set RAMB36 r:OPTION_MODE=FULL";
}

/// Weights under which no bit of the memory stands still, for such bits are dropped: of each
/// multiplier, the second weight is the complement of the first, and a single one has all bits set.
inline std::vector<std::int64_t> restless_weights(
    const espalier::matrix_schedule& schedule, std::mt19937_64& random)
{
    const espalier::precision& p = schedule.matrix().weight;
    const auto mask = static_cast<std::int64_t>(~std::uint64_t{0} >> (64 - p.width));
    const auto in_format = [&](std::int64_t bits) {
        bits &= mask;
        return p.is_signed && (bits >> (p.width - 1) & 1) != 0 ? bits | ~mask : bits;
    };
    std::vector<std::int64_t> weights(static_cast<std::size_t>(schedule.matrix().weights()));
    for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
        std::vector<std::size_t> met;
        for (const espalier::schedule_slot& s : schedule.slots(k))
            if (s.weight != espalier::schedule_slot::idle)
                met.push_back(static_cast<std::size_t>(s.weight));
        for (const std::size_t flat : met)
            weights[flat] = in_format(static_cast<std::int64_t>(random()));
        weights[met.front()] = met.size() == 1 ? in_format(-1) : weights[met.front()];
        if (met.size() > 1)
            weights[met[1]] = in_format(~weights[met[0]]);
    }
    return weights;
}

/// What circuits of schedules come to, all in one run.
inline std::vector<espalier::resources> synthesised(
    std::span<const espalier::matrix_schedule> schedules, std::mt19937_64& random,
    const std::string& command, int seconds = 600)
{
    std::vector<circuit> circuits;
    for (const espalier::matrix_schedule& s : schedules)
        circuits.push_back(
            {"layer" + std::to_string(circuits.size()), s.matrix().n_in() * s.matrix().data.width,
                s.matrix().n_out() * s.matrix().accum.width});
    return synthesised(
        [&](std::ostream& out) {
            for (std::size_t i = 0; i < circuits.size(); ++i)
                espalier::write_verilog_matrix(
                    out, circuits[i].name, schedules[i], restless_weights(schedules[i], random));
        },
        circuits, command, seconds);
}

} // namespace synthesis
