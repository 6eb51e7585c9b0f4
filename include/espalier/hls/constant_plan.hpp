// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/circuit_plan.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/hls/shift_add.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

// How a matrix at reuse factor 1 becomes adders. An accumulator with the fraction of the products
// adds up exactly, so everything is one graph. One with fewer bits cuts every product first, as HLS
// does: then what may be shared is the products of one input, and after the cut their sums.

namespace espalier {

/// The least and the largest value of a signal, and the bits that hold both.
struct signal_range {
    std::int64_t least = 0;
    std::int64_t largest = 0;

    [[nodiscard]] constexpr int bits() const
    {
        const auto needs = [](std::int64_t v) {
            return 1 + static_cast<int>(std::bit_width(static_cast<std::uint64_t>(v < 0 ? ~v : v)));
        };
        return std::max(needs(least), needs(largest));
    }
    friend constexpr bool operator==(const signal_range&, const signal_range&) = default;
};

namespace detail {

/// Any value of so many bits: of what wraps, too.
constexpr signal_range range_of_bits(int bits)
{
    const std::int64_t largest = (std::int64_t{1} << (bits - 1)) - 1;
    return {-largest - 1, largest};
}

/// left ± right · 2^shift, in at most so many bits.
constexpr signal_range added(
    const signal_range& left, const signal_range& right, int shift, bool subtracts, int most_bits)
{
    if (left.bits() >= most_bits || right.bits() + shift >= most_bits)
        return range_of_bits(most_bits);
    const std::int64_t scale = std::int64_t{1} << shift;
    const signal_range sum =
        subtracts
            ? signal_range{left.least - right.largest * scale, left.largest - right.least * scale}
            : signal_range{left.least + right.least * scale, left.largest + right.largest * scale};
    return sum.bits() > most_bits ? range_of_bits(most_bits) : sum;
}

/// Ranges of all signals of a graph, inputs first.
inline std::vector<signal_range> ranges_of(
    const shift_add_graph& graph, std::vector<signal_range> inputs, int most_bits)
{
    for (const shift_adder& a : graph.adders)
        inputs.push_back(added(inputs[static_cast<std::size_t>(a.left)],
            inputs[static_cast<std::size_t>(a.right)], a.shift, a.subtracts, most_bits));
    return inputs;
}

} // namespace detail

/// The circuit of one matrix of constants.
struct constant_plan {
    shift_add_graph products;             ///< of the inputs; the outputs, if nothing is cut
    std::vector<signal_range> ranges;     ///< of its signals
    int dropped_bits = 0;                 ///< of each product; 0 or less: there are no sums below
    shift_add_graph sums;                 ///< of the products, cut; they are its inputs
    std::vector<signal_range> sum_ranges; ///< of its signals
};

/// Clock cycles from the edge that takes a vector to the edge that hands its result on: inputs and
/// outputs are registered. A vector is taken in every cycle.
inline constexpr std::int64_t constant_latency = 2;

/// The circuit of a schedule at reuse factor 1.
/// \param weights  raw, in hardware order
/// \throws std::invalid_argument at a higher reuse factor, for another number of weights, or if
/// data
///         and weights or the accumulator have more than 62 bits
[[nodiscard]] inline constant_plan constants_of(
    const matrix_schedule& schedule, std::span<const std::int64_t> weights)
{
    const weight_matrix& m = schedule.matrix();
    ensure(m.reuse_factor == 1, "weights become adders at reuse factor 1 only",
        given{"reuse_factor", m.reuse_factor});
    detail::ensure_circuit_weights(m, weights);
    constexpr int most = 62;
    ensure(m.weight.width + m.data.width + 2 <= most && m.accum.width <= most,
        "products and accumulators of constants have at most 62 bits",
        given{"weight.width", m.weight.width}, given{"data.width", m.data.width},
        given{"accum.width", m.accum.width});
    constant_plan plan;
    plan.dropped_bits = detail::dropped_bits(m);
    const std::vector<signal_range> inputs(static_cast<std::size_t>(m.n_in()),
        m.data.is_signed ? detail::range_of_bits(m.data.width)
                         : signal_range{0, (std::int64_t{1} << m.data.width) - 1});
    std::vector<std::vector<shift_term>> outputs(static_cast<std::size_t>(m.n_out()));
    std::vector<std::vector<shift_term>> products;
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> product_of; // input, constant
    for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
        const schedule_slot& s = schedule.slots(k).front();
        const std::int64_t weight =
            s.weight == schedule_slot::idle ? 0 : weights[static_cast<std::size_t>(s.weight)];
        if (weight == 0)
            continue;
        auto& terms = outputs[static_cast<std::size_t>(s.output)];
        auto digits = signed_digit_terms(s.input, weight);
        if (plan.dropped_bits <= 0) {
            terms.insert(terms.end(), digits.begin(), digits.end());
            continue;
        }
        const auto [at, is_new] = product_of.emplace(
            std::pair{s.input, weight}, static_cast<std::int64_t>(products.size()));
        if (is_new)
            products.push_back(std::move(digits));
        terms.push_back({at->second, 0, false});
    }
    if (plan.dropped_bits <= 0) {
        const int bits = std::max(1, m.accum.width + std::max(plan.dropped_bits, -most));
        plan.products = share_additions(m.n_in(), std::move(outputs));
        plan.ranges = detail::ranges_of(plan.products, inputs, bits);
        return plan;
    }
    const auto count = static_cast<std::int64_t>(products.size());
    plan.products = share_additions(m.n_in(), std::move(products));
    plan.ranges = detail::ranges_of(plan.products, inputs, most);
    std::vector<signal_range> cut;
    for (const auto& terms : plan.products.outputs) {
        const shift_term& t = terms.front();
        const signal_range whole = detail::added(
            {}, plan.ranges[static_cast<std::size_t>(t.signal)], t.shift, t.negative, most);
        const int shift = std::min(plan.dropped_bits, 63);
        const signal_range here{whole.least >> shift, whole.largest >> shift};
        cut.push_back(here.bits() > m.accum.width ? detail::range_of_bits(m.accum.width) : here);
    }
    plan.sums = share_additions(count, std::move(outputs));
    plan.sum_ranges = detail::ranges_of(plan.sums, std::move(cut), m.accum.width);
    return plan;
}

namespace detail {

/// LUTs of one adder: one for each bit above those that the shift lets pass.
inline std::int64_t adder_luts(
    const shift_adder& a, std::span<const signal_range> ranges, const signal_range& result)
{
    const int left = ranges[static_cast<std::size_t>(a.left)].bits() - a.shift;
    const int right = ranges[static_cast<std::size_t>(a.right)].bits();
    return std::max(0, std::min(result.bits() - a.shift, std::max(left, right)));
}
inline std::int64_t adders_luts(const shift_add_graph& graph, std::span<const signal_range> ranges)
{
    std::int64_t luts = 0;
    for (std::size_t i = 0; i < graph.adders.size(); ++i)
        luts +=
            adder_luts(graph.adders[i], ranges, ranges[static_cast<std::size_t>(graph.inputs) + i]);
    return luts;
}

} // namespace detail

/// LUTs of the adders of a circuit of constants, without biases, negations and the control.
[[nodiscard]] inline std::int64_t adder_luts(const constant_plan& plan)
{
    return detail::adders_luts(plan.products, plan.ranges) +
           detail::adders_luts(plan.sums, plan.sum_ranges);
}

} // namespace espalier
