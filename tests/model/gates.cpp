// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>

#include <check_both.hpp>

using namespace espalier;

namespace {

constexpr resources gru_cost(int inputs, int units, int reuse, int recurrent, precision p)
{
    return cost(gru{.inputs = inputs,
        .units = units,
        .reuse_factor = reuse,
        .recurrent_reuse_factor = recurrent,
        .weight = p});
}

} // namespace

TEST_CASE(
    "GRU layers take the DSP blocks and block RAM of their reports, gates and tables included")
{
    // C synthesis by Vivado HLS 2019.2 (uw-acme/HLS4ML_VS_MANUAL): 1,968 and 897, 132 and 63, 1,872
    // and 852, 1,968 and 984. The first small matrix of the second is at the limit of 1,024 bits.
    CHECK_BOTH(gru_cost(3, 128, 24, 32, {16, 6}).dsp == 1'968);
    CHECK_BOTH(gru_cost(3, 128, 24, 32, {16, 6}).bram18 == 897);
    CHECK_BOTH(gru_cost(6, 20, 30, 20, {16, 6}).dsp == 132);
    CHECK_BOTH(gru_cost(6, 120, 30, 30, {16, 6}).dsp == 1'872);
    CHECK_BOTH(gru_cost(6, 120, 30, 30, {16, 6}).bram18 == 852);
    CHECK_BOTH(gru_cost(3, 128, 24, 32, {18, 8}).dsp == 1'968);
    CHECK_BOTH(gru_cost(3, 128, 24, 32, {18, 8}).bram18 == 984);
}

TEST_CASE("each unit of a recurrent layer has three products and a table for two of its gates")
{
    constexpr layer_spec three_gates = gru{.inputs = 6, .units = 5, .weight = {18, 8}};
    constexpr layer_spec four_gates = lstm{.inputs = 6, .units = 20, .weight = {16, 6}};
    CHECK_BOTH(gates_cost(three_gates).dsp == 15);
    CHECK_BOTH(gates_cost(three_gates).bram18 == 8); // of 7.5 tables
    CHECK_BOTH(gates_cost(four_gates).dsp == 60);
    CHECK_BOTH(gates_cost(four_gates).bram18 == 40);
    constexpr layer_spec both_ways =
        lstm{.inputs = 6, .units = 20, .bidirectional = true, .weight = {16, 6}};
    CHECK_BOTH(gates_cost(both_ways).dsp == 120);
    CHECK_BOTH(gates_cost(both_ways).bram18 == 80);
    // Products of data with data: 8 bits are in LUTs.
    constexpr layer_spec narrow = gru{.inputs = 6, .units = 5, .weight = {18, 8}, .data = {8, 3}};
    CHECK_BOTH(gates_cost(narrow).dsp == 0);
    CHECK_BOTH(gates_cost(narrow).lut >= 15 * lut_product(8, 8));
    CHECK_BOTH(gates_cost(three_gates, cost_policy::paper) == resources{});
    CHECK_BOTH(gates_cost(dense{.inputs = 6, .outputs = 5}) == resources{});
    CHECK_BOTH(cost(three_gates).dsp == 90 + 75 + 15);
}
