// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/constant.hpp>
#include <espalier/model/device.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

// What a layer needs before anything is pruned. DSPs and block RAMs are counted (one product for
// each multiplier, one column for each slice of the memory word) and checked against a real
// synthesiser; LUTs and flip-flops are estimates, good for telling an adder tree from a soft
// multiplier array and no more. docs/model.md gives the source of every formula and how far each is
// from known figures.

namespace espalier {

/// Every choice about which tools and papers disagree; the defaults are the paper's.
struct cost_policy {
    dsp_family dsp = dsp_family::dsp48e2;
    /// Products with an operand narrower than this go to LUTs (the paper: 10).
    int lut_below = 10;
    /// Products with weights narrower than this do, whatever the data (hls4ml: 9).
    int lut_below_weight = 0;
    /// Products whose operands have fewer bits than this together do (Yosys: 9).
    int lut_below_sum = 0;
    memory_policy memory{};
    constant_policy constants{};

    friend constexpr bool operator==(const cost_policy&, const cost_policy&) = default;

    static const cost_policy paper; ///< the defaults
    static const cost_policy yosys; ///< what Yosys 0.23 does unless told otherwise
};

inline constexpr cost_policy cost_policy::paper{};
inline constexpr cost_policy cost_policy::yosys{
    .lut_below = 2, .lut_below_sum = 9, .memory = {.shapes = memory_shapes::best_aspect_ratio}};

/// The policy for a device: its own DSP blocks, whatever the policy says. `fits` and reports apply
/// it by themselves; a pruner is told once, by `selection_options{.costs = costs_on(device)}`.
[[nodiscard]] constexpr cost_policy costs_on(const device& d, cost_policy policy = {})
{
    policy.dsp = d.dsp;
    return policy;
}

/// DSP blocks of one multiplier of a matrix; 0 blocks where it is built from LUTs.
[[nodiscard]] constexpr product_cost product_of(
    const weight_matrix& m, const cost_policy& policy = {})
{
    if (std::min(m.weight.width, m.data.width) < policy.lut_below ||
        m.weight.width < policy.lut_below_weight ||
        m.weight.width + m.data.width < policy.lut_below_sum)
        return {0, 1};
    return product_on(policy.dsp, m.weight, m.data);
}

namespace detail {

/// Accumulation, input selection, registers, and the products and words that go to LUTs.
/// \param terms          products of one copy that are added up, by multipliers or by adders
/// \param soft_products  those of one copy that are multiplied in LUTs
constexpr void add_fabric(resources& need, const weight_matrix& m, const cost_policy& policy,
    std::int64_t terms, std::int64_t soft_products)
{
    const std::int64_t multipliers = terms * m.copies;
    need.lut += soft_products * m.copies * lut_product(m.weight.width, m.data.width);
    // One accumulator-wide addition for each product, one LUT and carry bit for each bit of it.
    need.lut += multipliers * m.accum.width;
    // In front of each shared multiplier a selector over the inputs it meets: a 6-input LUT selects
    // one of 4, so n inputs take ⌈(n - 1)/3⌉ for each bit.
    const std::int64_t met = std::min(m.reuse_factor, m.n_in());
    need.lut += multipliers * m.data.width * ceil_div(met - 1, 3);
    // A ROM below the block-RAM threshold: a LUT is a 64×1 ROM.
    const weight_memory memory = memory_of(m, policy.memory);
    if (memory.bram18_per_column == 0)
        need.lut += memory.word_bits * ceil_div(memory.depth, 64);
    // The operands of each multiplier and the accumulator of each output are registered.
    need.ff += multipliers * (m.weight.width + m.data.width) + m.n_out() * m.copies * m.accum.width;
}

} // namespace detail

/// Need of one matrix, every multiplier counted as a full product.
[[nodiscard]] constexpr resources cost(const weight_matrix& m, const cost_policy& policy = {})
{
    const product_cost product = product_of(m, policy);
    resources need{.dsp = product.dsp_for(m.multipliers()) * m.copies,
        .bram18 = memory_of(m, policy.memory).bram18()};
    detail::add_fabric(need, m, policy, m.multipliers(), product.blocks == 0 ? m.multipliers() : 0);
    return need;
}

/// Need of one matrix at reuse factor 1 when synthesis knows the weights (policy.constants).
/// \param weights  all weights of the matrix, in any order
/// \throws std::invalid_argument if the count is wrong, a weight is not finite, or the reuse factor
///         is not 1 (a shared multiplier cannot be specialised)
[[nodiscard]] inline resources cost(
    const weight_matrix& m, std::span<const float> weights, const cost_policy& policy)
{
    ensure(static_cast<std::int64_t>(weights.size()) == m.weights(),
        "the cost of constants needs every weight of the matrix", given{"given", weights.size()},
        given{"weights", m.weights()});
    ensure(m.reuse_factor == 1, "weights are constants at reuse factor 1 only",
        given{"reuse_factor", m.reuse_factor});
    if (policy.constants.rule == constant_rule::one_product_each)
        return cost(m, policy);
    std::int64_t terms = 0;     // weights that are not zero
    std::int64_t products = 0;  // of them, those that are multiplied
    std::int64_t additions = 0; // of shifted operands, in those that are not
    for (const float weight : weights) {
        const int digits = signed_digits(quantized(static_cast<double>(weight), m.weight));
        const bool by_adders = policy.constants.rule == constant_rule::signed_digits &&
                               digits <= policy.constants.max_digits;
        if (digits == 0)
            continue;
        ++terms;
        if (by_adders)
            additions += digits - 1;
        else
            ++products;
    }
    const product_cost product = product_of(m, policy);
    resources need{.dsp = product.dsp_for(products) * m.copies};
    detail::add_fabric(need, m, policy, terms, product.blocks == 0 ? products : 0);
    need.lut += additions * m.copies * (m.data.width + m.weight.width);
    return need;
}

/// Need of a layer: the sum over its matrices.
/// \throws std::invalid_argument if the layer is not sound or not legal
[[nodiscard]] constexpr resources cost(const layer_spec& s, const cost_policy& policy = {})
{
    ensure_sound_and_legal(s);
    resources need;
    for (const weight_matrix& m : matrices_of(s))
        need += cost(m, policy);
    return need;
}

/// Need of several layers together.
[[nodiscard]] constexpr resources cost(
    std::span<const layer_spec> layers, const cost_policy& policy = {})
{
    resources need;
    for (const layer_spec& s : layers)
        need += cost(s, policy);
    return need;
}

} // namespace espalier
