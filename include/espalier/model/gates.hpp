// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/integer.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <cstdint>

namespace espalier {

namespace detail {

/// Addresses of tables, sums and registers of the state: 13 LUTs for each bit of each gate, the
/// median of the recurrent layers whose reports are known (docs/model.md).
constexpr std::int64_t fabric_of_gates(const layer_spec& s, const cost_policy& policy)
{
    if (policy.fabric.rule != fabric_rule::c_synthesis)
        return 0;
    const std::int64_t units = std::int64_t{s.outputs} * (s.bidirectional ? 2 : 1);
    return 13 * s.data.width * gates_of(s.kind) * units * policy.fabric.lut_percent / 100;
}

} // namespace detail

/// What a recurrent layer needs beside its matrices, whatever is pruned: each unit has three
/// products of its state and its gates (GRU: reset·candidate, update·candidate, update·state;
/// LSTM: input·candidate, forget·cell, output·cell), and each gate of each unit reads an activation
/// table of 1,024 words of 18 bits, a RAMB18 that answers two of them. Nothing for other layers, or
/// where the policy does not count gates.
[[nodiscard]] constexpr resources gates_cost(const layer_spec& s, const cost_policy& policy = {})
{
    if (!policy.gates || !is_recurrent(s.kind))
        return {};
    const std::int64_t units = std::int64_t{s.outputs} * (s.bidirectional ? 2 : 1);
    const std::int64_t products = 3 * units;
    const product_cost product = product_of(s.data, s.data, policy);
    return {.dsp = product.dsp_for(products),
        .bram18 = ceil_div(detail::gates_of(s.kind) * units, 2),
        .lut = detail::fabric_of_gates(s, policy) +
               (product.blocks == 0 ? products * lut_product(s.data.width, s.data.width) : 0)};
}

} // namespace espalier
