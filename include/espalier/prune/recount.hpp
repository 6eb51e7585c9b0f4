// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/resource_units.hpp>
#include <espalier/prune/weight_state.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <vector>

// What a network needs, read from its weights alone: no mask, no group, no solver. A multiplier is
// needed if one of its weights is not zero, a memory column if one of the multipliers on it is. It
// goes weight by weight through `place`, on purpose: it is the check on everything faster.

namespace espalier {

namespace detail {

/// Marks the multipliers that the blocks of a structure need whose multipliers choose their
/// weights: as many as the fullest cycle of the block has weights, and free rows one for every RF
/// of them.
inline void mark_assigned(std::vector<bool>& multiplier_used, const weight_matrix& m,
    layout framework, std::span<const float> weights, const structure& how)
{
    const std::int64_t of_row = m.n_in() / m.reuse_factor;
    const bool is_free = how.kind == structure_kind::free_row;
    const std::int64_t of_block = is_free ? of_row : how.streams;
    std::map<std::array<std::int64_t, 2>, std::vector<std::int64_t>> found; // of row and block
    for (std::int64_t offset = 0; offset < m.weights(); ++offset) {
        if (weights[static_cast<std::size_t>(offset)] == 0)
            continue;
        const placement at = place(m, framework, offset);
        auto& of_cycle = found[{at.output, at.input / m.reuse_factor / of_block}];
        of_cycle.resize(static_cast<std::size_t>(m.reuse_factor));
        ++of_cycle[static_cast<std::size_t>(at.cycle)];
    }
    for (const auto& [block, of_cycle] : found) {
        const std::int64_t needed =
            is_free ? ceil_div(std::accumulate(of_cycle.begin(), of_cycle.end(), std::int64_t{0}),
                          m.reuse_factor)
                    : *std::max_element(of_cycle.begin(), of_cycle.end());
        std::fill_n(
            multiplier_used.begin() + block[0] * of_row + block[1] * of_block, needed, true);
    }
}

} // namespace detail

/// DSP blocks, block RAM, and LUTs of soft multipliers and of selectors that multipliers have to
/// themselves, that the non-zero weights of a matrix need when everything else is removed from the
/// hardware; of the LUTs what the policy leaves of each. Every weight that stays at reuse factor 1
/// counts as a product, for training moves its value; `cost` with weights counts digits. Where
/// weights may stay with two signed digits (structure_kind::constant), those that have no more are
/// not products.
/// \param weights  all weights of the matrix in the framework's order
/// \param how  says whether the memory is packed and whether multipliers choose their weights
[[nodiscard]] inline resources recount(const weight_matrix& m, layout framework,
    std::span<const float> weights, const cost_policy& policy = {},
    const structure& how = structure::multipliers)
{
    ensure(static_cast<std::int64_t>(weights.size()) == m.weights(),
        "a recount needs every weight of the matrix", given{"given", weights.size()},
        given{"weights", m.weights()});
    const product_cost product = product_of(m, policy);
    const product_cost last = last_product_of(m, policy);
    std::vector<bool> multiplier_used(static_cast<std::size_t>(m.multipliers()));
    resources need;
    if (m.strategy == strategy::latency && m.reuse_factor > 1) {
        const std::int64_t zeros = std::count(weights.begin(), weights.end(), 0.0F);
        std::fill_n(multiplier_used.begin(), pooled_multipliers(m, m.weights() - zeros), true);
    } else {
        const weight_memory memory = how.memory == memory_layout::packed
                                         ? packed_memory_of(m, policy.memory)
                                         : memory_of(m, policy.memory);
        std::vector<bool> bit_used(static_cast<std::size_t>(memory.word_bits));
        for (std::int64_t offset = 0; offset < m.weights(); ++offset) {
            if (weights[static_cast<std::size_t>(offset)] == 0)
                continue;
            const placement at = place(m, framework, offset, policy.memory);
            multiplier_used[static_cast<std::size_t>(at.multiplier)] = true;
            for (auto bit = at.first_bit; bit < at.end_bit; ++bit)
                bit_used[static_cast<std::size_t>(bit)] = true;
        }
        // At reuse factor 1 there is nothing to choose, and every multiplier has its place.
        if (is_assignable(how.kind) && m.reuse_factor > 1) {
            std::fill(multiplier_used.begin(), multiplier_used.end(), false);
            detail::mark_assigned(multiplier_used, m, framework, weights, how);
        }
        if (how.memory == memory_layout::packed) {
            const auto kept = std::count(multiplier_used.begin(), multiplier_used.end(), true);
            const auto bits = bits_of(memory, {0, kept}).last;
            std::fill(bit_used.begin(), bit_used.end(), false);
            std::fill_n(bit_used.begin(), bits, true);
            if (product.sharing > 1 && has_weight_memory(m)) {
                std::fill(multiplier_used.begin(), multiplier_used.end(), false);
                std::fill_n(multiplier_used.begin(), kept, true);
            }
        }
        // A column is needed while one of its bits is.
        for (const memory_bank& bank : memory.banks) {
            std::int64_t counted = -1; // the last column that is
            for (std::int64_t bit = 0; bit < memory.word_bits; ++bit)
                if (bit_used[static_cast<std::size_t>(bit)] && bit / bank.column_bits != counted) {
                    counted = bit / bank.column_bits;
                    need.bram18 += bank.bram18;
                }
        }
    }
    if (how.kind == structure_kind::constant)
        for (std::int64_t offset = 0; offset < m.weights(); ++offset) {
            const std::int64_t value =
                stored_as(static_cast<double>(weights[static_cast<std::size_t>(offset)]), m.weight,
                    weight_state::kept);
            need.lut += value != 0 ? lut_constant(m, policy.fabric) : 0;
            multiplier_used[static_cast<std::size_t>(to_hardware(m, framework, offset))] =
                signed_digits(value) > 2;
        }
    // A block that serves several multipliers is needed while one of them is, and so is what is
    // built from LUTs beside it.
    std::int64_t counted = -1;
    for (std::int64_t g = 0; g < m.multipliers(); ++g) {
        if (!multiplier_used[static_cast<std::size_t>(g)])
            continue;
        need.lut += part_of_luts(
            lut_own_selector(m, how, lut_inputs_of(policy.dsp)) * m.copies, policy.fabric);
        const bool is_last = g + 1 == m.multipliers() && last != product;
        const product_cost& its = is_last ? last : product;
        if (g / product.sharing != counted) {
            const int width = is_last ? without_sign_bits(m.weight).width : m.weight.width;
            need.dsp += its.blocks * m.copies;
            need.lut += part_of_luts(
                its.soft_in_unit() * lut_product(width, m.data.width) * m.copies, policy.fabric);
        }
        counted = g / product.sharing;
    }
    return need;
}

/// The same of multipliers with their own weights, in a memory of either kind.
[[nodiscard]] inline resources recount(const weight_matrix& m, layout framework,
    std::span<const float> weights, const cost_policy& policy, memory_layout memory_use)
{
    return recount(m, framework, weights, policy,
        structure{.kind = structure_kind::multiplier, .memory = memory_use});
}

} // namespace espalier
