// SPDX-License-Identifier: Apache-2.0
// Yosys on a few small circuits; bench/synthesis has hundreds.
#include "hls/random_circuits.hpp"
#include "hls/synthesis.hpp"

#include <espalier/hls/circuit_fabric.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/hls/verilog_constants.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/prune/recount.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <vector>

using namespace espalier;
using random_circuits::mask;

namespace {

struct configuration {
    int inputs;
    int outputs;
    int reuse_factor;
    int width;
    mask pruned;
    structure how;
};
constexpr auto in_place = structure::multipliers;
constexpr auto packed = structure::packed_multipliers;
constexpr configuration configurations[] = {
    {4, 4, 2, 16, mask::none, in_place},
    {4, 4, 2, 10, mask::half, packed},
    {8, 4, 4, 16, mask::half, in_place},
    {8, 4, 4, 18, mask::contiguous, in_place},
    {8, 4, 8, 18, mask::none, packed},
    {12, 4, 12, 16, mask::half, in_place},
    {16, 4, 16, 10, mask::single_weights, in_place},
    {16, 4, 16, 16, mask::contiguous, packed},
    {32, 2, 32, 18, mask::none, packed},
    {16, 8, 64, 16, mask::none, in_place},
    {12, 8, 96, 16, mask::none, packed}, // rows whose ends have no bits in common
    {1, 8, 8, 16, mask::none, in_place}, // every cycle begins a row
    {32, 4, 8, 16, mask::single_weights, structure::n_of(4)}, // from streams, by a table
    {16, 4, 4, 16, mask::single_weights, structure::n_of(4)}, // from its inputs, by the counter
    {18, 3, 6, 16, mask::single_weights, structure::free_rows},
};

/// LUTs with which nextpnr begins and ends the carry chains of a circuit on ECP5.
std::int64_t chain_ends(const matrix_schedule& schedule)
{
    std::int64_t chains = schedule.multipliers(); // an adder or an accumulator for each
    chains += schedule.cycles() > 16 ? 1 : 0;     // a counter of five bits or more
    for (const auto& parts : plan_of(schedule).outputs)
        chains += std::max<std::int64_t>(1, static_cast<std::int64_t>(parts.size())) - 1;
    return 4 * chains;
}

/// What Yosys counts beside `recount` of the mask and the formulas of the schedule.
void compare(const std::string& command, cost_policy policy)
{
    const bool is_ecp5 = policy == cost_policy::ecp5;
    std::mt19937_64 random(1);
    std::vector<matrix_schedule> schedules;
    std::vector<resources> foretold;
    for (const configuration& c : configurations) {
        // What chooses weights is the same logic on both families of Xilinx.
        if (policy.dsp == dsp_family::dsp48e1 && is_assignable(c.how.kind))
            continue;
        const weight_matrix m = matrices_of(dense{.inputs = c.inputs,
            .outputs = c.outputs,
            .reuse_factor = c.reuse_factor,
            .weight = {c.width, 2},
            .data = {16, 4}, // one width, so that most modules are mapped once
            .accum = {20, 8}})[0];
        const auto kept = random_circuits::kept_by(random, c.pruned, m);
        const std::vector<float> weights(kept.begin(), kept.end());
        schedules.push_back(schedule_of(m, std::span<const std::uint8_t>(kept), c.how));
        foretold.push_back(recount(m, layout::hardware, weights, policy, c.how));
        REQUIRE(schedules.back().multipliers() > 0);
    }
    const auto counted = synthesis::synthesised(schedules, random, command, 300);
    for (std::size_t i = 0; i < schedules.size(); ++i) {
        CAPTURE(i);
        CHECK(counted[i].dsp == foretold[i].dsp);
        CHECK(counted[i].bram18 == foretold[i].bram18);
        resources fabric = circuit_fabric(schedules[i], policy.dsp);
        if (is_ecp5)
            fabric.lut -= chain_ends(schedules[i]);
        CAPTURE(counted[i].lut);
        CAPTURE(fabric.lut);
        // Exact for six-input LUTs. On ECP5 2 %, and at least the 4 LUTs by which the control of so
        // small a circuit may differ.
        CHECK(std::abs(counted[i].lut - fabric.lut) <=
              (is_ecp5 ? std::max<std::int64_t>(4, counted[i].lut / 50) : 0));
        if (policy.dsp != dsp_family::dsp48e1) // which takes registers into its DSP blocks
            CHECK(counted[i].ff == fabric.ff);
    }
}

} // namespace

TEST_CASE(
    "Yosys maps pruned matrices to the DSP blocks, block RAMs and LUTs of the model: 7-series")
{
    cost_policy policy = cost_policy::yosys;
    policy.dsp = dsp_family::dsp48e1;
    compare(synthesis::xilinx("xc7"), policy);
}

TEST_CASE(
    "Yosys maps pruned matrices to the DSP blocks, block RAMs and LUTs of the model: UltraScale+")
{
    compare(synthesis::xilinx("xcup"), cost_policy::yosys);
}

TEST_CASE("Yosys maps pruned matrices to the DSP blocks, block RAMs and LUTs of the model: ECP5")
{
    compare("synth_ecp5 -noflatten -top all", cost_policy::ecp5);
}

TEST_CASE("memories that are counted apart are the block RAMs of the whole circuit")
{
    std::mt19937_64 random(3);
    // Columns of their own, and one memory of 2,048 words, which takes RAMB36 as well.
    const configuration shallow{8, 4, 4, 18, mask::half, in_place};
    const configuration deep{64, 64, 2048, 16, mask::none, packed};
    const auto compare_memory = [&](const configuration& c, const std::string& family) {
        const weight_matrix m = matrices_of(dense{.inputs = c.inputs,
            .outputs = c.outputs,
            .reuse_factor = c.reuse_factor,
            .weight = {c.width, 2},
            .data = {16, 4}})[0];
        const auto kept = random_circuits::kept_by(random, c.pruned, m);
        const matrix_schedule s = schedule_of(m, std::span<const std::uint8_t>(kept), c.how);
        const auto weights = synthesis::restless_weights(s, random);
        const std::string top = "layer_rom";
        const resources counted = synthesis::total(
            synthesis::cells_of(
                [&](std::ostream& out) { write_verilog_matrix(out, "layer", s, weights); },
                synthesis::block_rams(family, top), 300, top),
            top);
        CAPTURE(family);
        CHECK(counted == resources{.bram18 = s.bram18(cost_policy::yosys.memory)});
    };
    compare_memory(shallow, "xcup");
    compare_memory(deep, "xcup");
    compare_memory(deep, "xc7");
}

TEST_CASE("Yosys maps constants to the LUTs and flip-flops that are foretold")
{
    std::mt19937_64 random(4);
    std::vector<synthesis::circuit> circuits;
    std::vector<resources> foretold;
    std::ostringstream text;
    // Products that are cut, that are as long as the accumulator, and that are shorter; the last
    // without biases, and each with rows of zeros.
    for (const precision accum : {precision{14, 8}, precision{16, 8}, precision{20, 8}}) {
        const weight_matrix m = matrices_of(dense{.inputs = 6,
            .outputs = 5,
            .strategy = strategy::latency,
            .weight = {8, 4},
            .data = {8, 4},
            .accum = accum})[0];
        std::vector<std::int64_t> weights, biases;
        for (std::int64_t i = 0; i < m.weights(); ++i)
            weights.push_back(
                i / m.n_in() == 2 ? 0 : static_cast<std::int64_t>(random() % 256) - 128);
        for (std::int64_t o = 0; o < m.n_out() && accum.width < 20; ++o)
            biases.push_back(static_cast<std::int64_t>(random() % 3) - 1);
        const matrix_schedule s = schedule_of(m, std::span<const std::int64_t>(weights));
        const std::string name = "constants" + std::to_string(circuits.size());
        write_verilog_constants(text, name, s, weights, biases);
        circuits.push_back({name, m.n_in() * m.data.width, m.n_out() * m.accum.width});
        foretold.push_back(constant_fabric(s, weights, biases));
    }
    const auto counted = synthesis::synthesised(
        [&](std::ostream& out) { out << text.str(); }, circuits, synthesis::xilinx("xcup"));
    CHECK(counted == foretold);
}
