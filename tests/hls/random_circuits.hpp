// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/random_layers.hpp"

#include <espalier/hls/circuit_plan.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/hls/verilog_testbench.hpp>
#include <espalier/model/layers.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <vector>

// Random circuits with masks, weights and the answers that they must give, worked out with integers
// alone: no schedule, no plan.

namespace random_circuits {

using random_layers::between;

/// An integer's last bits in two's complement or without a sign.
inline std::int64_t wrapped(std::int64_t value, const espalier::precision& p)
{
    const int spare = 64 - p.width;
    const std::uint64_t bits = static_cast<std::uint64_t>(value) << spare;
    return p.is_signed ? static_cast<std::int64_t>(bits) >> spare
                       : static_cast<std::int64_t>(bits >> spare);
}

inline std::int64_t raw(std::mt19937_64& random, const espalier::precision& p)
{
    // Now and then the ends of the range, where a carry that is lost shows.
    const auto bits = random() % 8 == 0 ? std::uint64_t{1} << (p.width - 1) : random();
    return wrapped(static_cast<std::int64_t>(bits) - (random() % 8 == 0 ? 1 : 0), p);
}

/// What the matrix makes of one vector: each product is cut to the accumulator's fraction and added
/// up in its width.
inline std::vector<std::int64_t> product(const espalier::weight_matrix& m,
    std::span<const std::int64_t> weights, std::span<const std::int64_t> biases,
    std::span<const std::int64_t> x)
{
    const auto fraction = [](const espalier::precision& p) { return p.width - p.integer; };
    const int drop = fraction(m.weight) + fraction(m.data) - fraction(m.accum);
    std::vector<std::int64_t> y(static_cast<std::size_t>(m.n_out()));
    std::copy(biases.begin(), biases.end(), y.begin());
    for (std::size_t flat = 0; flat < weights.size(); ++flat) {
        const auto inputs = static_cast<std::size_t>(m.n_in());
        const std::size_t in = m.is_depthwise() ? flat : flat % inputs;
        const std::size_t out =
            m.is_depthwise() ? flat % static_cast<std::size_t>(m.channels) : flat / inputs;
        const std::int64_t full = weights[flat] * x[in];
        const std::int64_t cut =
            drop >= 64   ? (full < 0 ? -1 : 0)
            : drop >= 0  ? full >> drop
            : drop > -64 ? static_cast<std::int64_t>(static_cast<std::uint64_t>(full) << -drop)
                         : 0;
        y[out] = wrapped(static_cast<std::int64_t>(
                             static_cast<std::uint64_t>(y[out]) + static_cast<std::uint64_t>(cut)),
            m.accum);
    }
    return y;
}

enum class mask { none, half, most, contiguous, single_weights, everything };

/// Which weights a mask keeps: whole multipliers for all masks but `single_weights`.
inline std::vector<std::uint8_t> kept_by(
    std::mt19937_64& random, mask kind, const espalier::weight_matrix& m)
{
    std::vector<std::uint8_t> kept(static_cast<std::size_t>(m.weights()), 1);
    const std::int64_t from = static_cast<std::int64_t>(random() % 1'000'000) % m.multipliers();
    const std::int64_t to = std::min(m.multipliers(), from + (m.multipliers() + 1) / 2);
    bool keeps = true;
    for (std::int64_t flat = 0; flat < m.weights(); ++flat) {
        const std::int64_t g = flat / m.reuse_factor;
        if (flat % m.reuse_factor == 0 || kind == mask::single_weights)
            keeps = kind == mask::none         ? true
                    : kind == mask::half       ? random() % 2 == 0
                    : kind == mask::most       ? random() % 10 == 0
                    : kind == mask::contiguous ? g < from || g >= to
                    : kind == mask::everything ? false
                                               : random() % 3 == 0;
        kept[static_cast<std::size_t>(flat)] = keeps;
    }
    return kept;
}

/// One circuit, and its test.
struct circuit {
    espalier::matrix_schedule schedule;
    std::vector<std::int64_t> weights;
    std::vector<std::int64_t> biases;
    espalier::verilog_test test;
};

inline espalier::precision precision_of(std::mt19937_64& random, int least, int most)
{
    const int width = between(random, least, most);
    return {width, between(random, -2, width + 2), random() % 4 != 0};
}

/// Weights, biases and a test for a schedule.
template <class Schedule>
circuit with_weights(std::mt19937_64& random, const std::string& name,
    const espalier::weight_matrix& m, std::span<const std::uint8_t> kept, bool has_biases,
    Schedule&& schedule)
{
    std::vector<std::int64_t> weights, biases;
    for (const std::uint8_t k : kept)
        weights.push_back(k != 0 ? raw(random, m.weight) : 0);
    for (std::int64_t o = 0; o < m.n_out() && has_biases; ++o)
        biases.push_back(raw(random, m.accum));
    circuit k{schedule(), weights, biases, {}};
    k.test = {.module = name,
        .inputs = m.n_in(),
        .input_width = m.data.width,
        .outputs = m.n_out(),
        .output_width = m.accum.width,
        .given = {},
        .expected = {}};
    for (std::int64_t v = 0; v < 6; ++v) {
        std::vector<std::int64_t> x(static_cast<std::size_t>(m.n_in()));
        for (std::int64_t& e : x)
            e = raw(random, m.data);
        const auto y = product(m, weights, biases, x);
        k.test.given.insert(k.test.given.end(), x.begin(), x.end());
        k.test.expected.insert(k.test.expected.end(), y.begin(), y.end());
        // A vector every RF cycles. Its result RF + 3 cycles later: operand, product, sum; of
        // constants 2: inputs and outputs.
        k.test.taken_at.push_back(v * m.reuse_factor);
        k.test.handed_at.push_back(
            v * m.reuse_factor + (m.reuse_factor == 1 ? 2 : m.reuse_factor + 3));
    }
    return k;
}

/// \param constants  a reuse factor of 1
inline circuit draw(std::mt19937_64& random, const std::string& name, bool constants = false)
{
    using namespace espalier;
    layer_spec layer = random_layers::layer_of(
        random, random_layers::kinds[random() % std::size(random_layers::kinds)], 20);
    layer.weight = precision_of(random, 2, 32);
    layer.data = precision_of(random, 2, 32);
    layer.accum = precision_of(random, 2, 48);
    random_layers::draw_reuse_factors(random, layer);
    weight_matrix m = matrices_of(layer)[0];
    if (constants)
        m.reuse_factor = 1;
    else if (m.reuse_factor == 1)
        m.reuse_factor = 2;
    const auto kept = kept_by(random, static_cast<mask>(random() % 6), m);
    return with_weights(random, name, m, kept, layer.inputs % 2 == 0, [&] {
        const auto memory = random() % 2 == 0 ? memory_layout::packed : memory_layout::in_place;
        return schedule_of(m, std::span<const std::uint8_t>(kept), memory);
    });
}

/// A matrix whose multipliers choose their weights: N:M or free rows. Reuse factors up to 70, for a
/// table of choices has a LUT for 64 cycles.
inline circuit draw_assigned(std::mt19937_64& random, const std::string& name)
{
    using namespace espalier;
    const int reuse_factor = random() % 8 == 0 ? between(random, 60, 70) : between(random, 2, 24);
    weight_matrix m = matrices_of(dense{.inputs = reuse_factor * between(random, 1, 10),
        .outputs = between(random, 1, 16),
        .reuse_factor = reuse_factor,
        .weight = precision_of(random, 2, 20),
        .data = precision_of(random, 2, 20),
        .accum = precision_of(random, 2, 40)})[0];
    const structure how =
        random() % 3 == 0 ? structure::free_rows : structure::n_of(between(random, 2, 9));
    // Single weights most of the time: of whole multipliers there is little to choose.
    const auto kind = random() % 4 != 0 ? mask::single_weights : static_cast<mask>(random() % 6);
    const auto kept = kept_by(random, kind, m);
    return with_weights(random, name, m, kept, random() % 2 == 0,
        [&] { return schedule_of(m, std::span<const std::uint8_t>(kept), how); });
}

} // namespace random_circuits
