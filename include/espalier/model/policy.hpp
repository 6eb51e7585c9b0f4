// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/constant.hpp>
#include <espalier/model/device.hpp>
#include <espalier/model/fabric_policy.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <string_view>

// Tools disagree about what the same design takes, and so do the stages of one tool. A policy is a
// value that says whose figures are imitated; docs/model.md says where each comes from and how far
// it is from what was reported.

namespace espalier {

/// Every choice about which tools and papers disagree; the defaults are those of `hls`.
struct cost_policy {
    dsp_family dsp = dsp_family::dsp48e2;
    /// Products whose narrower operand has fewer bits than this go to LUTs (HLS: 5, the paper: 10).
    int lut_below = 5;
    /// Products whose wider operand has fewer bits than this do (HLS: 11).
    int lut_below_wide = 11;
    /// Products with weights narrower than this do, whatever the data (hls4ml's own estimate: 9).
    int lut_below_weight = 0;
    /// Products whose operands have fewer bits than this together do (Yosys: 9).
    int lut_below_sum = 0;
    /// Whether a product that goes to LUTs by these rules is built in a DSP block all the same
    /// where the block takes its addition along (`is_fused`).
    bool fused_additions = true;
    memory_policy memory{};
    constant_policy constants{};
    /// Whether the gates of recurrent layers are counted: their products and activation tables.
    bool gates = true;
    /// Whether the FIFOs between streamed layers are counted.
    bool streams = true;
    fabric_policy fabric{};

    friend constexpr bool operator==(const cost_policy&, const cost_policy&) = default;

    /// The reports of Vivado and Vitis C synthesis, with a template that leaves small ROMs to the
    /// tool: hls4ml's for Vitis, and that for Vivado before 1.0.0. The defaults.
    static const cost_policy hls;
    /// The same with a template that forces weights into block RAM: hls4ml's for Vivado
    /// since 1.0.0.
    static const cost_policy hls_block_rom;
    /// The same design after Vivado's logic synthesis.
    static const cost_policy logic_synthesis;
    /// The accounting of the paper's tables: one product for each multiplier, 1K×36 only.
    static const cost_policy paper;
    static const cost_policy yosys; ///< what Yosys 0.23 does unless told otherwise
    static const cost_policy ecp5;  ///< what Yosys 0.23 and nextpnr make of it on Lattice ECP5
};

inline constexpr cost_policy cost_policy::hls{};
inline constexpr cost_policy cost_policy::hls_block_rom{.memory = {.min_bits = 0}};
inline constexpr cost_policy cost_policy::logic_synthesis{
    .memory = {.sign_bits = sign_bits::trimmed, .min_depth = 10},
    .fabric = {.own_selectors = false, .lut_percent = 47, .ff_percent = 79}};
inline constexpr cost_policy cost_policy::paper{.lut_below = 10,
    .lut_below_wide = 0,
    .fused_additions = false,
    .memory = {.shapes = memory_shapes::only_1kx36,
        .sign_bits = sign_bits::kept,
        .min_bits = 0,
        .output_index = false},
    .constants = {.rule = constant_rule::one_product_each, .share_equal = false},
    .gates = false,
    .streams = false};
inline constexpr cost_policy cost_policy::yosys{.lut_below = 2,
    .lut_below_wide = 0,
    .lut_below_sum = 9,
    .fused_additions = false,
    .memory = {.shapes = memory_shapes::best_aspect_ratio,
        .sign_bits = sign_bits::kept,
        .min_bits = 0,
        .output_index = false},
    .constants = {.rule = constant_rule::signed_digits, .max_digits = 1, .share_equal = false},
    .gates = false,
    .streams = false,
    .fabric = {.rule = fabric_rule::schedule}};
inline constexpr cost_policy cost_policy::ecp5{.dsp = dsp_family::mult18x18d,
    .lut_below = 2,
    .lut_below_wide = 0,
    .fused_additions = false,
    .memory = cost_policy::yosys.memory,
    .constants = cost_policy::yosys.constants,
    .gates = false,
    .streams = false,
    .fabric = cost_policy::yosys.fabric};

/// The name of a policy, whatever its DSP family, clock and accumulators; "custom" for one of the
/// user's own.
[[nodiscard]] constexpr std::string_view to_string(cost_policy policy)
{
    policy.dsp = cost_policy{}.dsp;
    policy.fabric.clock_ps = cost_policy{}.fabric.clock_ps;
    policy.fabric.accum_rounding = cost_policy{}.fabric.accum_rounding;
    policy.fabric.accum_overflow = cost_policy{}.fabric.accum_overflow;
    if (policy == cost_policy::hls)
        return "hls";
    if (policy == cost_policy::hls_block_rom)
        return "hls_block_rom";
    if (policy == cost_policy::logic_synthesis)
        return "logic_synthesis";
    if (policy == cost_policy::paper)
        return "paper";
    if (policy == cost_policy::yosys)
        return "yosys";
    cost_policy ecp5 = cost_policy::ecp5;
    ecp5.dsp = policy.dsp;
    if (policy == ecp5)
        return "ecp5";
    return "custom";
}

/// The policy for a device: its own DSP blocks, whatever the policy says. `fits` and reports apply
/// it by themselves; a pruner is told once, by `selection_options{.costs = costs_on(device)}`.
[[nodiscard]] constexpr cost_policy costs_on(const device& d, cost_policy policy = {})
{
    policy.dsp = d.dsp;
    return policy;
}

/// DSP blocks of one product of two formats; 0 blocks where it is built from LUTs.
[[nodiscard]] constexpr product_cost product_of(
    const precision& a, const precision& b, const cost_policy& policy)
{
    const auto [narrow, wide] = std::minmax(a.width, b.width);
    if (narrow < policy.lut_below || wide < policy.lut_below_wide ||
        a.width + b.width < policy.lut_below_sum)
        return {0, 1};
    return product_on(policy.dsp, a, b);
}

namespace detail {

/// A product of a matrix as if nothing were added to it.
constexpr product_cost plain_product_of(const weight_matrix& m, const cost_policy& policy)
{
    if (m.weight.width < policy.lut_below_weight)
        return {0, 1};
    return product_of(m.weight, m.data, policy);
}

/// The narrowest operand that was seen in a fused product.
inline constexpr int narrowest_fused = 4;

} // namespace detail

/// Bits that an accumulator cuts off the right of a product.
[[nodiscard]] constexpr int bits_cut_off(const weight_matrix& m)
{
    return std::max(fraction_bits(m.weight) + fraction_bits(m.data) - fraction_bits(m.accum), 0);
}

/// Whether products that are too narrow for a DSP block are built in one with the addition behind
/// them. HLS does so where product and accumulator have their binary point in one place and the
/// product fits, so that nothing is shifted, cut, rounded or saturated in between; of a block of
/// an AMD device, for weights that are read from a memory and operands of at least 4 bits
/// (docs/model.md). Constants stay in LUTs.
[[nodiscard]] constexpr bool is_fused(const weight_matrix& m, const cost_policy& policy = {})
{
    const bool has_adder = policy.dsp == dsp_family::dsp48e1 || policy.dsp == dsp_family::dsp48e2 ||
                           policy.dsp == dsp_family::dsp58;
    return policy.fused_additions && has_adder && has_weight_memory(m) &&
           policy.fabric.accum_overflow == overflow::wrap &&
           fraction_bits(m.weight) + fraction_bits(m.data) == fraction_bits(m.accum) &&
           m.weight.width + m.data.width <= m.accum.width &&
           std::min(m.weight.width, m.data.width) >= detail::narrowest_fused &&
           detail::plain_product_of(m, policy).blocks == 0 &&
           product_on(policy.dsp, m.weight, m.data).blocks == 1;
}

/// DSP blocks of one multiplier of a matrix; 0 blocks where it is built from LUTs. Of two fused
/// products that are added up one is in the block that adds them, and the other is not.
[[nodiscard]] constexpr product_cost product_of(
    const weight_matrix& m, const cost_policy& policy = {})
{
    if (!is_fused(m, policy))
        return detail::plain_product_of(m, policy);
    return m.reuse_factor < m.n_in() ? product_cost{1, 2, 1} : product_cost{1, 1};
}

/// Whether the last multiplier of a matrix loses the sign bits that its memory does not store.
/// Where blocks hold several products, or products and additions, it stays like the others.
[[nodiscard]] constexpr bool trims_last(const weight_matrix& m, const cost_policy& policy = {})
{
    return has_weight_memory(m) && policy.memory.sign_bits != sign_bits::kept &&
           !is_fused(m, policy) && product_of(m, policy).sharing == 1;
}
/// DSP blocks of the last multiplier of a matrix.
[[nodiscard]] constexpr product_cost last_product_of(
    const weight_matrix& m, const cost_policy& policy = {})
{
    return trims_last(m, policy) ? product_of(without_sign_bits(m.weight), m.data, policy)
                                 : product_of(m, policy);
}

} // namespace espalier
