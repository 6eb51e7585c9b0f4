// SPDX-License-Identifier: Apache-2.0
// What Yosys makes of pruned circuits, beside what the model and the schedule say, as a table with
// tabs. Arguments: xc7 or xcup; counts (DSP and RAMB18 alone) or fabric (with LUTs and flip-flops);
// shallow (reuse factors to 64), deep (128 to 2048) or assigned (multipliers that choose their
// weights); then the widths of the weights. Or zeroed: half of a matrix's multipliers with weights
// of zero, and removed.
#include "hls/random_circuits.hpp"
#include "hls/synthesis.hpp"

#include <espalier/hls/circuit_fabric.hpp>
#include <espalier/hls/verilog_matrix.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/prune/assign.hpp>

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
    {32, 16, 128}, {32, 32, 256}, {32, 64, 512}, {64, 64, 1024}, {64, 128, 2048}};
constexpr const char* mask_names[] = {
    "0%", "50%", "90%", "contiguous", "single weights", "everything"};

/// What is synthesised, and how its mask and its structure are called.
struct drawn {
    matrix_schedule schedule;
    const char* mask;
    std::string structure;
};

weight_matrix matrix_of(const shape& s, int width, int data)
{
    return matrices_of(dense{.inputs = s.inputs,
        .outputs = s.outputs,
        .reuse_factor = s.reuse_factor,
        .weight = {width, 2},
        .data = {data, 4},
        .accum = {data + 4, 8}})[0];
}

std::vector<drawn> fixed_maps(std::span<const shape> shapes, int width, std::mt19937_64& random)
{
    std::vector<drawn> all;
    int mask = width;
    for (const shape& s : shapes)
        for (const memory_layout memory : {memory_layout::in_place, memory_layout::packed}) {
            const int data = mask % 3 == 0 ? std::clamp(width + mask % 7 - 3, 2, 32) : width;
            const weight_matrix m = matrix_of(s, width, data);
            mask = (mask + 1) % 5;
            const auto one = [&] {
                const auto kept =
                    random_circuits::kept_by(random, static_cast<random_circuits::mask>(mask), m);
                return schedule_of(m, std::span<const std::uint8_t>(kept), memory);
            };
            matrix_schedule schedule = one();
            while (schedule.multipliers() == 0) // a circuit of biases alone shows nothing
                schedule = one();
            all.push_back({std::move(schedule), mask_names[mask],
                memory == memory_layout::packed ? "packed" : "in place"});
        }
    return all;
}

/// Each block keeps as many of its multipliers as it happens to, and each multiplier most of its
/// weights: the best of normally distributed ones, as a pruner chooses them.
std::vector<drawn> assigned(int width, std::mt19937_64& random)
{
    constexpr shape shapes[] = {{16, 12, 4}, {24, 12, 6}, {32, 12, 8}, {48, 12, 12}, {64, 8, 16},
        {100, 8, 25}, {128, 8, 32}};
    constexpr structure structures[] = {
        structure::n_of(2), structure::n_of(4), structure::n_of(8), structure::free_rows};
    std::vector<drawn> all;
    for (const shape& s : shapes)
        for (const structure& how : structures) {
            const weight_matrix m = matrix_of(s, width, width);
            const grouping groups(m, how);
            std::vector<double> importances;
            for (std::int64_t flat = 0; flat < m.weights(); ++flat)
                importances.push_back(static_cast<double>(random() >> 11));
            const weight_assignment assignment = assign(groups, importances);
            const grouping chosen = groups.assigned(assignment);
            // The first multipliers of each block, which serve the best weights: half or a quarter.
            const std::int64_t of_row = m.n_in() / m.reuse_factor;
            const std::int64_t of_block = how.kind == structure_kind::free_row
                                              ? of_row
                                              : std::min<std::int64_t>(how.streams, of_row);
            const std::int64_t part = all.size() % 2 == 0 ? 2 : 4;
            std::vector<std::uint8_t> kept(static_cast<std::size_t>(m.weights()));
            for (std::int64_t g = 0; g < groups.groups(); ++g)
                if (g % of_row % of_block * part < of_block)
                    for (const std::int64_t flat : chosen.members(g))
                        kept[static_cast<std::size_t>(flat)] = 1;
            std::string name = how.kind == structure_kind::free_row
                                   ? "free rows"
                                   : "N:" + std::to_string(how.streams);
            all.push_back({schedule_of(m, std::span<const std::uint8_t>(kept), how),
                part == 2 ? "50%" : "75%", std::move(name)});
        }
    return all;
}

void run(const std::string& family, const std::vector<drawn>& all, bool has_fabric,
    std::mt19937_64& random)
{
    std::vector<matrix_schedule> schedules;
    for (const drawn& d : all)
        schedules.push_back(d.schedule);
    // Without the fabric Yosys stops when DSP blocks and block RAMs are mapped.
    const auto counted = synthesis::synthesised(schedules, random,
        synthesis::xilinx(family, has_fabric ? "" : "-run begin:map_ffram"), 3000);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const matrix_schedule& s = schedules[i];
        const weight_matrix& m = s.matrix();
        cost_policy policy = cost_policy::yosys;
        policy.dsp = family == "xc7" ? dsp_family::dsp48e1 : dsp_family::dsp48e2;
        const std::int64_t dsp = product_of(m, policy).dsp_for(s.multipliers());
        const std::int64_t bram18 = s.bram18(policy.memory);
        const resources fabric = circuit_fabric(s, policy.dsp);
        const resources& y = counted[i];
        std::cout << family << '\t' << m.n_in() << 'x' << m.n_out() << '\t' << m.reuse_factor
                  << '\t' << m.weight.width << '\t' << m.data.width << '\t' << m.accum.width << '\t'
                  << all[i].mask << '\t' << all[i].structure << '\t' << s.multipliers() << '\t'
                  << dsp << '\t' << y.dsp << '\t' << bram18 << '\t' << y.bram18 << '\t'
                  << fabric.lut << '\t' << y.lut << '\t' << fabric.ff << '\t' << y.ff << std::endl;
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
    const std::string depth = count > 3 ? arguments[3] : "";
    if (count < 5 || (what != "counts" && what != "fabric") ||
        (depth != "shallow" && depth != "deep" && depth != "assigned")) {
        std::cerr << "usage: bench_synthesis xc7|xcup counts|fabric shallow|deep|assigned width…\n"
                     "       bench_synthesis xc7|xcup zeroed\n";
        return 2;
    }
    std::cout
        << "family\tshape\tRF\tW\tD\tA\tmask\tstructure\tmultipliers\tDSP\tDSP Yosys\tRAMB18\t"
           "RAMB18 Yosys\tLUT\tLUT Yosys\tFF\tFF Yosys\n";
    for (int i = 4; i < count; ++i) {
        const int width = std::atoi(arguments[i]);
        run(family,
            depth == "assigned" ? assigned(width, random)
            : depth == "deep"   ? fixed_maps(deep, width, random)
                                : fixed_maps(shallow, width, random),
            what == "fabric", random);
    }
}
