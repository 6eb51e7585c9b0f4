// SPDX-License-Identifier: Apache-2.0
// Pruned layers for place and route on ECP5 (ecp5.sh): bench_ecp5 FOLDER writes a circuit with a
// harness for each, and layers.tsv with what the model and the schedule say of them.
#include "hls/random_circuits.hpp"
#include "hls/synthesis.hpp"

#include <espalier/hls/circuit_fabric.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/hls/verilog_matrix.hpp>
#include <espalier/hls/verilog_primitives.hpp>
#include <espalier/model/device.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/prune/assign.hpp>
#include <espalier/prune/recount.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace espalier;

struct layer {
    const char* name;
    int inputs;
    int outputs;
    int reuse_factor;
    int width;
    int kept_percent;
    structure how;
};
constexpr layer layers[] = {
    {"dense", 32, 8, 8, 18, 100, structure::packed_multipliers},
    {"75% pruned", 32, 8, 8, 18, 25, structure::packed_multipliers},
    {"75% pruned, N:4", 32, 8, 8, 18, 25, structure::n_of(4)},
    {"dense", 32, 5, 8, 16, 100, structure::packed_multipliers}, // the last of the jet tagger
    {"80% pruned", 32, 5, 8, 16, 20, structure::packed_multipliers},
    {"dense", 32, 16, 64, 12, 100, structure::packed_multipliers},
    {"75% pruned", 32, 16, 64, 12, 25, structure::packed_multipliers},
};

/// The weights of the best multipliers of each row by random importances, as a pruner would keep
/// them.
std::vector<std::uint8_t> kept_by(std::mt19937_64& random, const weight_matrix& m, const layer& l)
{
    std::vector<double> importances;
    for (std::int64_t flat = 0; flat < m.weights(); ++flat)
        importances.push_back(static_cast<double>(random() >> 11));
    const grouping groups(m, l.how);
    const weight_assignment assignment =
        is_assignable(l.how.kind) ? assign(groups, importances) : weight_assignment({});
    const grouping chosen = is_assignable(l.how.kind) ? groups.assigned(assignment) : groups;
    const std::int64_t part = 100 / l.kept_percent;
    std::vector<std::uint8_t> kept(static_cast<std::size_t>(m.weights()));
    for (std::int64_t g = 0; g < groups.groups(); g += part)
        for (const std::int64_t flat : chosen.members(g))
            kept[static_cast<std::size_t>(flat)] = 1;
    return kept;
}

/// A chip of four pins around a circuit: vectors are shifted in and results out.
void write_harness(std::ostream& out, const weight_matrix& m)
{
    const std::int64_t in = m.n_in() * m.data.width, result = m.n_out() * m.accum.width;
    out << "module chip(input clk, rst, d, v, output q);\n    reg [" << in - 1
        << ":0] x;\n    reg [" << result - 1 << ":0] y;\n    reg valid;\n    wire [" << result - 1
        << ":0] out_data;\n    wire in_ready, out_valid;\n    assign q = y[0] ^ in_ready;\n"
           "    always @(posedge clk) begin\n        valid <= v;\n        x <= {x, d};\n"
           "        y <= out_valid ? out_data : y >> 1;\n    end\n"
           "    layer circuit(clk, rst, valid, in_ready, x, out_valid, 1'b1, "
           "out_data);\nendmodule\n";
}

} // namespace

int main(int count, char** arguments)
try {
    const std::filesystem::path folder = count > 1 ? arguments[1] : "ecp5";
    std::filesystem::create_directories(folder);
    std::ofstream table(folder / "layers.tsv");
    std::mt19937_64 random(1);
    int number = 0;
    for (const layer& l : layers) {
        const weight_matrix m = matrices_of(dense{.inputs = l.inputs,
            .outputs = l.outputs,
            .reuse_factor = l.reuse_factor,
            .weight = {l.width, 2},
            .data = {l.width, 4},
            .accum = {l.width + 4, 8}})[0];
        const auto kept = kept_by(random, m, l);
        const matrix_schedule schedule = schedule_of(m, std::span<const std::uint8_t>(kept), l.how);
        std::ofstream file(folder / (std::to_string(number++) + ".v"));
        write_verilog_primitives(file);
        write_verilog_matrix(
            file, "layer", schedule, synthesis::restless_weights(schedule, random));
        write_harness(file, m);
        const cost_policy policy = costs_on(device::lfe5u_45f, cost_policy::ecp5);
        const resources fabric = circuit_fabric(schedule, policy.dsp);
        table << l.inputs << 'x' << l.outputs << '\t' << l.reuse_factor << '\t' << l.width << '\t'
              << l.name << '\t' << product_of(m, policy).dsp_for(schedule.multipliers()) << '\t'
              << schedule.bram18(policy.memory) << '\t' << fabric.lut << '\t' << fabric.ff << '\n';
    }
    return 0;
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
