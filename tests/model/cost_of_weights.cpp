// SPDX-License-Identifier: Apache-2.0
// What known weights cost, against hardware that is written down weight by weight: a set of
// magnitudes for each input, and the bits of each multiplier counted by halving.
#include "framework_order.hpp"
#include "hardware_loops.hpp"
#include "random_layers.hpp"

#include <espalier/model/cost_of_weights.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <vector>

using namespace espalier;
using hardware_loops::integer;

namespace {

/// Bits of a number in two's complement, found by halving it.
int bits_of(integer value)
{
    int bits = 1;
    for (; value != 0 && value != -1; value = value >= 0 ? value / 2 : -((-value + 1) / 2))
        ++bits;
    return bits;
}

/// Non-zero digits of the shortest sum of powers of two with signs, found by trying both signs.
int digits_of(integer value)
{
    if (value < 0)
        return digits_of(-value);
    if (value <= 1)
        return static_cast<int>(value);
    if (value % 2 == 0)
        return digits_of(value / 2);
    return 1 + std::min(digits_of((value - 1) / 2), digits_of((value + 1) / 2));
}

struct drawn {
    weight_matrix m{};
    layout order{};
    std::vector<float> weights{};
    std::vector<integer> stored{}; ///< in the order of the hardware
};

drawn draw(std::mt19937_64& random)
{
    drawn d;
    layer_spec s = random_layers::layer_of(random,
        random_layers::one_of<layer_kind>(
            random, {std::begin(random_layers::kinds), std::end(random_layers::kinds)}),
        16);
    random_layers::draw_reuse_factors(random, s);
    if (random() % 3 == 0)
        s.reuse_factor = s.second_reuse_factor = 1;
    s.strategy = random_layers::one_of<strategy>(
        random, {strategy::latency, strategy::resource, strategy::resource_unrolled});
    s.weight = {random_layers::between(random, 6, 24), random_layers::between(random, 1, 8)};
    s.data = {random_layers::between(random, 4, 24), 4};
    if (random() % 2 == 0) { // the accumulator holds products as they are
        s.accum.width = s.weight.width + s.data.width + 2;
        s.accum.integer = s.weight.integer + s.data.integer + 2;
    }
    d.m = matrices_of(s)[0];
    d.order =
        random_layers::one_of<layout>(random, {layout::hardware, layout::keras, layout::pytorch});
    const std::vector<integer> hardware = framework_order::hardware_numbers(d.m, d.order);
    d.stored.resize(hardware.size());
    const int zeros = random_layers::one_of<int>(random, {0, 50, 95, 100});
    const double steps = std::ldexp(1.0, s.weight.width - s.weight.integer);
    for (const integer flat : hardware) {
        // Small numbers, so that many are equal; some of the multipliers in a row are all zero.
        const integer most = integer{1} << random_layers::between(
                                 random, 1, random() % 2 == 0 ? 5 : s.weight.width - 1);
        integer value =
            static_cast<integer>(random() % static_cast<std::uint64_t>(2 * most)) - most;
        if (random_layers::between(random, 1, 100) <= zeros || (flat / d.m.reuse_factor) % 3 == 1)
            value = 0;
        d.stored[static_cast<std::size_t>(flat)] = value;
        // Between this step and the next: cut off.
        d.weights.push_back(static_cast<float>((static_cast<double>(value) + 0.25) / steps));
    }
    return d;
}

} // namespace

TEST_CASE("constants are counted by input, magnitude and digits")
{
    std::mt19937_64 random(201);
    int differ = 0, shared = 0;
    for (int i = 0; i < 600; ++i) {
        const drawn d = draw(random);
        cost_policy policy;
        policy.constants.share_equal = random() % 2 == 0;
        policy.constants.max_digits = random_layers::between(random, 1, 3);
        constant_counts expected;
        std::set<std::pair<integer, integer>> met; // input and magnitude
        for (integer flat = 0; flat < d.m.weights(); ++flat) {
            const integer value = d.stored[static_cast<std::size_t>(flat)];
            const integer input = d.m.is_depthwise() ? flat : flat % d.m.n_in();
            const integer magnitude = value < 0 ? -value : value;
            if (value == 0) {
                ++expected.zeros;
                continue;
            }
            expected.one_digit += digits_of(value) == 1 ? 1 : 0;
            expected.two_digits += digits_of(value) == 2 ? 1 : 0;
            if (policy.constants.share_equal && !met.insert({input, magnitude}).second) {
                ++shared;
                continue;
            }
            const int digits = digits_of(value);
            if (digits <= policy.constants.max_digits) {
                ++expected.by_adders;
                expected.additions += digits - 1;
                continue;
            }
            ++expected.products;
            const int width = bits_of(policy.constants.share_equal ? magnitude : value);
            const bool soft =
                std::min(width, d.m.data.width) < 5 || std::max(width, d.m.data.width) < 11;
            expected.soft_products += soft ? 1 : 0;
            expected.dsp += soft ? 0 : product_on(policy.dsp, width, d.m.data.width).blocks;
        }
        differ += counts_of(d.m, d.order, d.weights, policy) != expected ? 1 : 0;
    }
    CHECK(differ == 0);
    CHECK(shared > 200);
}

TEST_CASE("weights in a memory cost what their strategy builds, with the bits that they have")
{
    std::mt19937_64 random(202);
    int differ = 0, narrower = 0, left_out = 0, compared = 0, fused_matrices = 0;
    for (int i = 0; i < 2'000; ++i) {
        const drawn d = draw(random);
        if (!has_weight_memory(d.m))
            continue;
        ++compared;
        const cost_policy policy = random_layers::one_of<cost_policy>(
            random, {cost_policy::hls, cost_policy::hls_block_rom, cost_policy::logic_synthesis,
                        cost_policy::paper});
        // Bits of each multiplier that is built; 0 where none is.
        std::vector<int> bits(static_cast<std::size_t>(d.m.multipliers()), 0);
        for (integer flat = 0; flat < d.m.weights(); ++flat) {
            const integer value = d.stored[static_cast<std::size_t>(flat)];
            int& most = bits[static_cast<std::size_t>(flat / d.m.reuse_factor)];
            if (value != 0 || d.m.strategy == strategy::resource)
                most = std::max(most, bits_of(value));
        }
        resources expected;
        integer fused = 0;
        std::vector<bool> word;
        const auto which = policy.memory.sign_bits;
        for (std::size_t g = 0; g < bits.size(); ++g) {
            const bool last = g + 1 == bits.size();
            const bool trimmed_product = last && which != sign_bits::kept;
            if (bits[g] > 0 && is_fused(d.m, policy))
                ++fused;
            else if (bits[g] > 0)
                expected.dsp +=
                    product_of(precision{trimmed_product ? bits[g] : d.m.weight.width, 1}, d.m.data,
                        policy)
                        .blocks *
                    d.m.copies;
            int stored = d.m.weight.width;
            if (which == sign_bits::trimmed || (last && which == sign_bits::trimmed_at_last))
                stored = which == sign_bits::trimmed ? bits[g] : std::max(bits[g], 1);
            word.insert(word.end(), static_cast<std::size_t>(stored), bits[g] > 0);
            narrower += stored > 0 && stored < d.m.weight.width ? 1 : 0;
            left_out += bits[g] == 0 ? 1 : 0;
        }
        // Of two products that are added up one shares its block with the addition.
        expected.dsp += (d.m.reuse_factor < d.m.n_in() ? (fused + 1) / 2 : fused) * d.m.copies;
        fused_matrices += fused > 0 ? 1 : 0;
        const auto words = static_cast<integer>(d.m.reuse_factor);
        const weight_memory memory = detail::memory_with(
            words, static_cast<integer>(word.size()), d.m.weight.width, policy.memory);
        for (const memory_bank& bank : memory.banks)
            for (std::size_t bit = 0; bit < word.size();
                 bit += static_cast<std::size_t>(bank.column_bits)) {
                const auto end =
                    std::min(word.size(), bit + static_cast<std::size_t>(bank.column_bits));
                bool used = false;
                for (std::size_t b = bit; b < end; ++b)
                    used = used || word[b];
                expected.bram18 += used ? bank.bram18 : 0;
            }
        expected.bram18 += index_memory_of(d.m, policy.memory).bram18();
        const resources need = cost(d.m, d.order, d.weights, policy);
        differ += need.dsp != expected.dsp || need.bram18 != expected.bram18 ? 1 : 0;
    }
    CHECK(compared > 400);
    CHECK(narrower > 500);
    CHECK(left_out > 500);
    CHECK(fused_matrices > 20);
    CHECK(differ == 0);
}

TEST_CASE("under the latency strategy products share what hls4ml leaves of multipliers")
{
    std::mt19937_64 random(203);
    int differ = 0, limited = 0, by_constants = 0, compared = 0;
    for (int i = 0; i < 2'000; ++i) {
        const drawn d = draw(random);
        if (d.m.strategy != strategy::latency || d.m.reuse_factor == 1)
            continue;
        ++compared;
        const constant_counts counts = counts_of(d.m, d.order, d.weights);
        // hls4ml's template: DIV_ROUNDUP(n_in·n_out, RF) - n_zeros / RF.
        const integer limit = (d.m.weights() + d.m.reuse_factor - 1) / d.m.reuse_factor -
                              counts.zeros / d.m.reuse_factor;
        const integer blocks = product_of(d.m).blocks;
        const integer expected =
            counts.zeros == d.m.weights() ? 0 : std::min(limit * blocks, counts.dsp);
        differ += cost(d.m, d.order, d.weights).dsp != expected * d.m.copies ? 1 : 0;
        limited += expected < counts.dsp ? 1 : 0;
        by_constants += counts.dsp > 0 && counts.dsp < limit * blocks ? 1 : 0;
    }
    CHECK(compared > 300);
    CHECK(limited > 50);
    CHECK(by_constants > 10);
    CHECK(differ == 0);
}

TEST_CASE("pruned and unpruned twins cost the same under the strategy resource")
{
    // Reported of a network with 46 % zeros: the same DSP, BRAM, LUT and FF.
    const weight_matrix m =
        matrices_of(dense{.inputs = 16, .outputs = 12, .reuse_factor = 4, .weight = {16, 6}})[0];
    std::vector<float> full(192, 0.75F);
    std::vector<float> half = full;
    for (std::size_t k = 0; k < half.size() - 4; k += 2)
        half[k] = 0;
    CHECK(cost(m, layout::keras, half) == cost(m, layout::keras, full));
    weight_matrix unrolled = m;
    unrolled.strategy = strategy::resource_unrolled;
    std::fill(half.begin(), half.begin() + 96, 0.0F); // of the hardware's order the first half
    CHECK(cost(unrolled, layout::hardware, half).dsp == 24);
    CHECK(cost(unrolled, layout::hardware, full).dsp == 48);
}

TEST_CASE("without weights a matrix costs what the widest weights below 1 cost")
{
    for (const strategy how : {strategy::resource, strategy::resource_unrolled})
        for (const int reuse : {2, 4, 8, 16})
            for (const int width : {12, 16, 20, 32})
                for (const cost_policy& policy : {cost_policy::hls, cost_policy::logic_synthesis,
                         cost_policy::paper, cost_policy::yosys}) {
                    const weight_matrix m = matrices_of(dense{.inputs = 16,
                        .outputs = 8,
                        .strategy = how,
                        .reuse_factor = reuse,
                        .weight = {width, 6}})[0];
                    const std::vector<float> weights(128, 0.999F);
                    const resources need = cost(m, layout::keras, weights, policy);
                    CHECK(need.dsp == cost(m, policy).dsp);
                    CHECK(need.bram18 == cost(m, policy).bram18);
                }
}
