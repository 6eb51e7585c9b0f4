// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/constant.hpp>
#include <espalier/model/cost_without_matrices.hpp>
#include <espalier/model/fabric.hpp>
#include <espalier/model/gates.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/stream.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

// What a layer needs before anything is pruned, or with weights that are known. DSPs and block RAMs
// are counted (one product for each multiplier, one column for each slice of the memory word) and
// checked against a real synthesiser and against public synthesis reports; LUTs and flip-flops are
// estimates, good for telling an adder tree from a soft multiplier array and no more. docs/model.md
// gives the source of every formula and how far each is from known figures.

namespace espalier {

/// Need of one matrix, every multiplier counted as a full product.
[[nodiscard]] constexpr resources cost(const weight_matrix& m, const cost_policy& policy = {})
{
    const product_cost product = product_of(m, policy);
    const product_cost last = last_product_of(m, policy);
    const std::int64_t alike = m.multipliers() - (last == product ? 0 : 1);
    resources need{
        .dsp = (product.dsp_for(alike) + last.dsp_for(m.multipliers() - alike)) * m.copies,
        .bram18 =
            memory_of(m, policy.memory).bram18() + index_memory_of(m, policy.memory).bram18()};
    const std::int64_t soft = product.soft_of(m.multipliers());
    return need + fabric_of(m,
                      {.full = has_weight_memory(m) ? m.multipliers() : m.weights(),
                          .soft_products = soft,
                          .dsp_products = m.multipliers() - soft},
                      policy);
}

/// Need of one matrix when synthesis knows the weights and puts them into logic: at reuse factor 1,
/// and under the latency strategy, where products share what hls4ml's limit leaves of multipliers.
/// \throws std::invalid_argument if the weights are read from a memory
[[nodiscard]] constexpr resources cost(
    const weight_matrix& m, const constant_counts& counts, const cost_policy& policy = {})
{
    ensure(!has_weight_memory(m),
        "weights are constants at reuse factor 1 and under the latency strategy only",
        given{"reuse_factor", m.reuse_factor});
    const bool pooled = m.reuse_factor > 1;
    const std::int64_t nonzero = m.weights() - counts.zeros;
    const bool all = policy.constants.rule == constant_rule::one_product_each;
    const std::int64_t summed = all ? m.weights() : nonzero;
    const std::int64_t most = pooled ? pooled_multipliers(m, nonzero) : counts.products;
    const std::int64_t dsp =
        pooled ? std::min(counts.dsp, product_of(m, policy).dsp_for(most)) : counts.dsp;
    const std::int64_t soft = std::min(counts.soft_products, most);
    return resources{.dsp = dsp * m.copies} +
           fabric_of(m,
               {.one_digit = counts.one_digit,
                   .two_digits = counts.two_digits,
                   .full = summed - counts.one_digit - counts.two_digits,
                   .shifted_additions = counts.additions,
                   .soft_products = soft,
                   .dsp_products = std::min(counts.products - counts.soft_products, most - soft)},
               policy);
}

/// Need of a layer: the sum over its matrices, of a recurrent one its gates, and of a streamed
/// convolution its window; or what a layer without matrices takes.
/// \throws std::invalid_argument if the layer is not sound or not legal
[[nodiscard]] constexpr resources cost(const layer_spec& s, const cost_policy& policy = {})
{
    ensure_sound_and_legal(s);
    if (!has_matrices(s.kind))
        return detail::cost_without_matrices(s, policy);
    resources need;
    for (const weight_matrix& m : matrices_of(s))
        need += cost(m, policy);
    return need + gates_cost(s, policy) + window_cost(s, policy);
}

/// Need of layers in a row and, if the policy says so, of the FIFOs between them.
[[nodiscard]] constexpr resources cost(
    std::span<const layer_spec> layers, const cost_policy& policy = {})
{
    resources need;
    for (const layer_spec& s : layers)
        need += cost(s, policy);
    return policy.streams ? need + cost_of_streams(layers, policy.memory.shapes) : need;
}

/// What of it pruning cannot remove: layers without matrices, the gates of recurrent ones, the
/// windows of convolutions, ROMs of output indices, FIFOs.
[[nodiscard]] constexpr resources cost_beyond_matrices(
    std::span<const layer_spec> layers, const cost_policy& policy = {})
{
    resources need;
    for (const layer_spec& s : layers) {
        ensure_sound(s);
        if (!has_matrices(s.kind)) {
            need += cost(s, policy);
            continue;
        }
        need += gates_cost(s, policy) + window_cost(s, policy);
        for (const weight_matrix& m : matrices_of(s))
            need.bram18 += index_memory_of(m, policy.memory).bram18();
    }
    return policy.streams ? need + cost_of_streams(layers, policy.memory.shapes) : need;
}

} // namespace espalier
