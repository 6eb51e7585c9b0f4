// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/integer.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/legality_without_matrices.hpp>
#include <espalier/model/lookup_table.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/resources.hpp>

#include <algorithm>
#include <cstdint>

// What a layer without weight matrices takes. Products and tables are counted as hls4ml's kernels
// have them; LUTs and flip-flops are estimates from a handful of reports of Vivado HLS 2019.2 and
// Vitis HLS 2023.2 and 2025.1 (docs/model.md).

namespace espalier::detail {

/// LUTs of a comparison of two values of so many bits and of the choice between them.
constexpr std::int64_t compare_and_choose(int bits)
{
    return 2 * std::int64_t{bits} + 6;
}

constexpr resources cost_of_batch_norm(const layer_spec& s, const cost_policy& policy)
{
    const std::int64_t values = values_at_once(s);
    const std::int64_t products = ceil_div(values, s.reuse_factor);
    const product_cost product = product_of(s.weight, s.data, policy);
    resources need{.dsp = product.dsp_for(products),
        .lut = values * s.accum.width,
        .ff = values * (s.data.width + s.accum.width)};
    if (product.blocks == 0)
        need.lut += products * lut_product(s.weight.width, s.data.width);
    return need;
}

/// Two tables, whose words are multiplied: HLS reads the exponentials of all values at once, one
/// inverse for all.
constexpr resources cost_of_softmax(const layer_spec& s, const cost_policy& policy)
{
    const std::int64_t values = values_at_once(s);
    const std::int64_t at_once = ceil_div(values, s.reuse_factor);
    // hls4ml cuts a table down to what so few bits can address.
    const int address_bits = std::min({s.data.width, s.table.width, 20});
    const std::int64_t words =
        std::min<std::int64_t>(s.table_size, std::int64_t{1} << address_bits);
    const int exponential = table_bits(s.function, s.table);
    const product_cost product =
        product_of(s.table, {.width = exponential, .integer = 1, .is_signed = false}, policy);
    const std::int64_t bits_of_all = values * (s.data.width + s.table.width);
    resources need{.dsp = product.dsp_for(at_once), .lut = 4 * bits_of_all, .ff = 2 * bits_of_all};
    if (product.blocks == 0)
        need.lut += at_once * lut_product(s.table.width, exponential);
    need += cost(lookup_table{words, exponential, at_once}, policy.memory);
    need += cost(lookup_table{words, s.table.width, 1}, policy.memory);
    return need;
}

constexpr resources cost_of_activation(const layer_spec& s, const cost_policy& policy)
{
    const std::int64_t values = values_at_once(s);
    const auto multiplied_by = [&](const precision& factor) {
        const product_cost product = product_of(factor, s.data, policy);
        return resources{.dsp = product.dsp_for(values),
            .lut = product.blocks == 0 ? values * lut_product(factor.width, s.data.width) : 0};
    };
    // What is read from a stream is registered, and so is what is written.
    resources need{.ff = s.io == io_type::io_stream ? 2 * values * s.data.width : 0};
    switch (s.function) {
    case activation_function::linear:
        return need;
    case activation_function::relu:
        need.lut = values * compare_and_choose(s.data.width);
        return need;
    case activation_function::leaky_relu:
        need.lut = values * s.data.width;
        need += multiplied_by(s.data);
        return need;
    case activation_function::softmax:
        return cost_of_softmax(s, policy);
    case activation_function::selu: // what is positive is multiplied by 1.05
        need += multiplied_by({.width = 16, .integer = 1, .is_signed = false});
        break;
    default:
        break;
    }
    // The address, or slope and shift, limited at both ends.
    need.lut += 8 * values * s.data.width;
    if (const int bits = table_bits(s.function, s.table); bits > 0)
        need += cost(lookup_table{s.table_size, bits, values}, policy.memory);
    return need;
}

constexpr resources cost_of_pooling(const layer_spec& s)
{
    const std::int64_t window = std::int64_t{s.kernel_height} * s.kernel_width;
    const bool is_streamed = s.io == io_type::io_stream;
    // Under io_stream a kernel gives a pixel at a time and shares nothing.
    const std::int64_t windows =
        is_streamed ? values_at_once(s) : ceil_div(values_at_once(s), s.reuse_factor);
    resources need;
    if (s.pool == pool_op::max) {
        need.lut = windows * (window - 1) * compare_and_choose(s.data.width);
    } else {
        need.lut = windows * (window - 1) * s.accum.width;
        // Division by a power of two is a shift; else it is built row by row.
        if ((window & (window - 1)) != 0)
            need.lut += windows * s.accum.width * s.accum.width;
    }
    if (is_streamed) {
        // Lines of the image wait in shift registers, the window in flip-flops; counters of row,
        // column and stride are 32 bits wide.
        const std::int64_t lines = std::int64_t{s.kernel_height - 1} * s.channels;
        need.lut += 50 * lines + 600;
        need.ff = 64 * lines + window * s.channels * s.data.width + 300;
    }
    return need;
}

constexpr resources reported_without_matrices(const layer_spec& s, const cost_policy& policy)
{
    switch (s.kind) {
    case layer_kind::batch_norm:
        return cost_of_batch_norm(s, policy);
    case layer_kind::activation:
        return cost_of_activation(s, policy);
    case layer_kind::pool1d:
    case layer_kind::pool2d:
        return cost_of_pooling(s);
    default:
        return {};
    }
}

/// Need of a layer that is sound and legal and has no matrices.
constexpr resources cost_without_matrices(const layer_spec& s, const cost_policy& policy)
{
    resources need = reported_without_matrices(s, policy);
    need.lut = need.lut * policy.fabric.lut_percent / 100;
    need.ff = need.ff * policy.fabric.ff_percent / 100;
    return need;
}

} // namespace espalier::detail
