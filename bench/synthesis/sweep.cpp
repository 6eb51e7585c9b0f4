// SPDX-License-Identifier: Apache-2.0
// What Yosys makes of pruned circuits, beside what the model and the schedule say, as a table with
// tabs. Arguments: xc7 or xcup; counts (DSP and RAMB18 alone), deep (the same at reuse factors from
// 128) or fabric (with LUTs and flip-flops); then the widths of the weights. Or zeroed: half of a
// matrix's multipliers with weights of zero, and removed.
#include "hls/random_circuits.hpp"
#include "hls/synthesis.hpp"

#include <espalier/hls/circuit_fabric.hpp>
#include <espalier/hls/verilog_matrix.hpp>
#include <espalier/model/cost.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace espalier;

struct shape {
    int inputs;
    int outputs;
    int reuse_factor;
};
constexpr shape shallow[] = {{8, 6, 2}, {16, 6, 4}, {16, 12, 8}, {24, 6, 12}, {32, 8, 16},
    {25, 12, 25}, {32, 12, 32}, {32, 16, 64}};
// Deep memories have few multipliers: Yosys needs a second for a thousand words.
constexpr shape deep[] = {
    {32, 12, 128}, {32, 16, 256}, {32, 32, 512}, {64, 32, 1024}, {64, 64, 2048}};
constexpr const char* mask_names[] = {
    "0%", "50%", "90%", "contiguous", "single weights", "everything"};

void run(
    const std::string& family, int width, bool is_deep, bool has_fabric, std::mt19937_64& random)
{
    std::vector<matrix_schedule> all;
    std::vector<int> masks;
    int mask = width;
    const std::span<const shape> shapes = is_deep ? std::span<const shape>(deep) : shallow;
    for (const shape& s : shapes)
        for (const memory_layout memory : {memory_layout::in_place, memory_layout::packed}) {
            const int data = mask % 3 == 0 ? std::clamp(width + mask % 7 - 3, 2, 32) : width;
            const weight_matrix m = matrices_of(dense{.inputs = s.inputs,
                .outputs = s.outputs,
                .reuse_factor = s.reuse_factor,
                .weight = {width, 2},
                .data = {data, 4},
                .accum = {data + 4, 8}})[0];
            mask = (mask + 1) % 5;
            const auto kept =
                random_circuits::kept_by(random, static_cast<random_circuits::mask>(mask), m);
            matrix_schedule schedule = schedule_of(m, std::span<const std::uint8_t>(kept), memory);
            if (schedule.multipliers() == 0)
                continue;
            all.push_back(std::move(schedule));
            masks.push_back(mask);
        }
    // Without the fabric Yosys stops when DSP blocks and block RAMs are mapped.
    const auto counted = synthesis::synthesised(
        all, random, synthesis::xilinx(family, has_fabric ? "" : "-run begin:map_ffram"), 3000);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const matrix_schedule& s = all[i];
        const weight_matrix& m = s.matrix();
        cost_policy policy = cost_policy::yosys;
        policy.dsp = family == "xc7" ? dsp_family::dsp48e1 : dsp_family::dsp48e2;
        const std::int64_t dsp = product_of(m, policy).dsp_for(s.multipliers());
        const std::int64_t bram18 = s.bram18(policy.memory);
        const resources fabric = circuit_fabric(s, policy.dsp);
        const resources& y = counted[i];
        std::cout << family << '\t' << m.n_in() << 'x' << m.n_out() << '\t' << m.reuse_factor
                  << '\t' << m.weight.width << '\t' << m.data.width << '\t' << m.accum.width << '\t'
                  << mask_names[masks[i]] << '\t'
                  << (s.memory() == memory_layout::packed ? "packed" : "in place") << '\t'
                  << s.multipliers() << '\t' << dsp << '\t' << y.dsp << '\t' << bram18 << '\t'
                  << y.bram18 << '\t' << fabric.lut << '\t' << y.lut << '\t' << fabric.ff << '\t'
                  << y.ff << std::endl;
    }
}

/// One matrix unpruned, with half of its multipliers' weights zero, and without these multipliers.
void run_zeroed(const std::string& family, std::mt19937_64& random)
{
    const weight_matrix m = matrices_of(dense{.inputs = 16,
        .outputs = 8,
        .reuse_factor = 4,
        .weight = {18, 2},
        .data = {18, 4},
        .accum = {22, 8}})[0];
    std::vector<std::uint8_t> kept;
    for (std::int64_t flat = 0; flat < m.weights(); ++flat) // whole columns of two multipliers
        kept.push_back(flat / m.reuse_factor / 2 % 2 == 0);
    const matrix_schedule whole = schedule_of(m);
    const matrix_schedule pruned = schedule_of(m, std::span<const std::uint8_t>(kept));
    const auto weights = synthesis::restless_weights(whole, random);
    auto zeroed = weights;
    for (std::size_t i = 0; i < zeroed.size(); ++i)
        zeroed[i] = kept[i] == 0 ? 0 : zeroed[i];
    const std::vector<synthesis::circuit> circuits{{"unpruned", m.n_in() * 18, m.n_out() * 22},
        {"zeroed", m.n_in() * 18, m.n_out() * 22}, {"removed", m.n_in() * 18, m.n_out() * 22}};
    const auto counted = synthesis::synthesised(
        [&](std::ostream& out) {
            write_verilog_matrix(out, "unpruned", whole, weights);
            write_verilog_matrix(out, "zeroed", whole, zeroed);
            write_verilog_matrix(out, "removed", pruned, zeroed);
        },
        circuits, synthesis::xilinx(family), 3000);
    std::cout << "circuit\tDSP\tRAMB18\tLUT\tFF\n";
    for (std::size_t i = 0; i < counted.size(); ++i)
        std::cout << circuits[i].name << '\t' << counted[i].dsp << '\t' << counted[i].bram18 << '\t'
                  << counted[i].lut << '\t' << counted[i].ff << '\n';
}

} // namespace

int main(int count, char** arguments)
{
    const std::string family = count > 1 ? arguments[1] : "", what = count > 2 ? arguments[2] : "";
    std::mt19937_64 random(1);
    if (what == "zeroed") {
        run_zeroed(family, random);
        return 0;
    }
    if (count < 4) {
        std::cerr << "usage: bench_synthesis xc7|xcup counts|deep|fabric width…\n"
                     "       bench_synthesis xc7|xcup zeroed\n";
        return 2;
    }
    std::cout << "family\tshape\tRF\tW\tD\tA\tmask\tlayout\tmultipliers\tDSP\tDSP Yosys\tRAMB18\t"
                 "RAMB18 Yosys\tLUT\tLUT Yosys\tFF\tFF Yosys\n";
    for (int i = 3; i < count; ++i)
        run(family, std::atoi(arguments[i]), what == "deep", what == "fabric", random);
}
