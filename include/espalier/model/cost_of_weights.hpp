// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/constant.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/model/zeros.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

// What a matrix needs when synthesis knows its weights: those of a trained network, or of a pruned
// one, whose masks left zeros.

namespace espalier {

namespace detail {

/// A weight as an operand: its sign and no more bits than its value has.
[[nodiscard]] constexpr precision format_of(std::int64_t constant)
{
    const auto bits = static_cast<std::uint64_t>(constant < 0 ? -1 - constant : constant);
    const int width = static_cast<int>(std::bit_width(bits)) + 1;
    return {.width = width, .integer = width};
}

/// Weights as the hardware stores them, in its order.
[[nodiscard]] inline std::vector<std::int64_t> stored(
    const weight_matrix& m, layout framework, std::span<const float> weights)
{
    ensure(static_cast<std::int64_t>(weights.size()) == m.weights(),
        "the cost of constants needs every weight of the matrix", given{"given", weights.size()},
        given{"weights", m.weights()});
    std::vector<std::int64_t> values(weights.size());
    for (std::size_t offset = 0; offset < weights.size(); ++offset)
        values[static_cast<std::size_t>(
            to_hardware(m, framework, static_cast<std::int64_t>(offset)))] =
            quantized(static_cast<double>(weights[offset]), m.weight);
    return values;
}

/// The magnitudes that weights multiply one input with; those that share a product once.
[[nodiscard]] inline std::vector<std::int64_t> multiplied(
    const weight_matrix& m, std::span<const std::int64_t> values, std::int64_t input, bool share)
{
    std::vector<std::int64_t> result;
    // Every weight of a depthwise kernel has an input of its own.
    for (std::int64_t flat = input; flat < m.weights(); flat += m.n_in()) {
        const std::int64_t value = values[static_cast<std::size_t>(flat)];
        if (value != 0)
            result.push_back(share && value < 0 ? -value : value);
    }
    if (share) {
        std::sort(result.begin(), result.end());
        result.erase(std::unique(result.begin(), result.end()), result.end());
    }
    return result;
}

} // namespace detail

/// Counts the weights of a matrix as constants.
/// \param weights  all weights of the matrix in the framework's order; 0 where a mask removed one
/// \throws std::invalid_argument if the count is wrong or a weight is not finite
[[nodiscard]] inline constant_counts counts_of(const weight_matrix& m, layout framework,
    std::span<const float> weights, const cost_policy& policy = {})
{
    const std::vector<std::int64_t> values = detail::stored(m, framework, weights);
    const constant_policy& how = policy.constants;
    constant_counts counts;
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> by_blocks;
    const auto multiply = [&](const product_cost& product) {
        ++counts.products;
        counts.soft_products += product.blocks == 0 ? 1 : 0;
        ++by_blocks[{product.blocks, product.sharing}];
    };
    for (const std::int64_t value : values) {
        const int digits = signed_digits(value);
        counts.zeros += digits == 0 ? 1 : 0;
        counts.one_digit += digits == 1 ? 1 : 0;
        counts.two_digits += digits == 2 ? 1 : 0;
    }
    for (std::int64_t input = 0; input < m.n_in(); ++input)
        for (const std::int64_t value : detail::multiplied(m, values, input, how.share_equal)) {
            const int digits = signed_digits(value);
            if (how.rule != constant_rule::signed_digits) {
                multiply(product_of(m, policy));
            } else if (digits > how.max_digits) {
                multiply(product_of(detail::format_of(value), m.data, policy));
            } else {
                ++counts.by_adders;
                counts.additions += digits - 1;
            }
        }
    if (how.rule == constant_rule::one_product_each)
        for (std::int64_t zero = 0; zero < counts.zeros; ++zero)
            multiply(product_of(m, policy));
    for (const auto& [blocks, number] : by_blocks)
        counts.dsp += product_cost{blocks.first, blocks.second}.dsp_for(number);
    return counts;
}

namespace detail {

/// Bits of the widest weight of each multiplier; 0 where no hardware is built for it.
[[nodiscard]] inline std::vector<int> bits_of_multipliers(
    const weight_matrix& m, std::span<const std::int64_t> stored)
{
    std::vector<int> bits(static_cast<std::size_t>(m.multipliers()), 0);
    std::int64_t flat = 0;
    for (const std::int64_t value : stored) {
        int& most = bits[static_cast<std::size_t>(flat++ / m.reuse_factor)];
        if (value != 0 || !saves_zeros(m))
            most = std::max(most, std::min(format_of(value).width, m.weight.width));
    }
    return bits;
}

/// Block RAM for the multipliers that have bits.
[[nodiscard]] inline std::int64_t bram18_for(
    const weight_matrix& m, std::span<const int> bits, const memory_policy& policy)
{
    if (policy.sign_bits == sign_bits::trimmed) {
        const std::int64_t word = std::accumulate(bits.begin(), bits.end(), std::int64_t{0});
        return memory_with(m.reuse_factor, word, m.weight.width, policy).bram18();
    }
    const std::int64_t last =
        policy.sign_bits == sign_bits::kept ? m.weight.width : std::max(bits.back(), 1);
    const weight_memory memory = memory_with(
        m.reuse_factor, (m.multipliers() - 1) * m.weight.width + last, m.weight.width, policy);
    std::int64_t bram18 = 0;
    for (std::size_t bank = 0; bank < memory.banks.size(); ++bank)
        for (std::int64_t column = 0; column < memory.columns(bank); ++column)
            for (const std::int64_t g : multipliers_of_column(memory, column, bank))
                if (bits[static_cast<std::size_t>(g)] > 0) {
                    bram18 += memory.banks[bank].bram18;
                    break;
                }
    return bram18;
}

} // namespace detail

/// Need of one matrix when synthesis knows the weights. Where they are constants in logic,
/// `policy.constants` says what becomes of them. Where they are read from a memory, zeros save what
/// their strategy saves (`saves_zeros`), and sign bits are trimmed that the weights really have.
/// \param weights  all weights of the matrix in the framework's order; 0 where a mask removed one
/// \throws std::invalid_argument if the count is wrong or a weight is not finite
[[nodiscard]] inline resources cost(const weight_matrix& m, layout framework,
    std::span<const float> weights, const cost_policy& policy = {})
{
    if (!has_weight_memory(m))
        return cost(m, counts_of(m, framework, weights, policy), policy);
    const std::vector<int> bits =
        detail::bits_of_multipliers(m, detail::stored(m, framework, weights));
    const std::int64_t multipliers =
        static_cast<std::int64_t>(bits.size()) - std::count(bits.begin(), bits.end(), 0);
    const product_cost product = product_of(m, policy);
    product_cost last = product;
    if (trims_last(m, policy) && bits.back() > 0)
        last = product_of({bits.back(), bits.back()}, m.data, policy);
    const std::int64_t alike = multipliers - (last == product ? 0 : 1);
    resources need{.dsp = (product.dsp_for(alike) + last.dsp_for(multipliers - alike)) * m.copies,
        .bram18 = detail::bram18_for(m, bits, policy.memory) +
                  index_memory_of(m, policy.memory).bram18()};
    const std::int64_t soft = product.soft_of(multipliers);
    return need +
           fabric_of(m,
               {.full = multipliers, .soft_products = soft, .dsp_products = multipliers - soft},
               policy);
}

} // namespace espalier
