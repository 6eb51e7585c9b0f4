// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/adder_tree.hpp>
#include <espalier/model/fabric_policy.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstdint>

// LUTs and flip-flops of one matrix, added up from parts that exist: additions, products in LUTs,
// selectors in front of shared multipliers, the registers of inputs and outputs, ROMs in LUTs.
// What a part takes is what C synthesis was seen to charge for it or, for hardware that follows a
// schedule, what a synthesiser builds. docs/model.md has every constant with its source, and how
// far the sums are from reports.

namespace espalier {

/// What one copy of a matrix multiplies and adds up.
struct fabric_work {
    // Products that are added up, one addition each, by the digits of the weight: constants of few
    // digits have narrow products. All others, and those of weights in a memory, are `full`.
    std::int64_t one_digit = 0;
    std::int64_t two_digits = 0;
    std::int64_t full = 0;
    std::int64_t shifted_additions = 0; ///< that stand for products with constants
    std::int64_t soft_products = 0;     ///< multipliers in LUTs
    std::int64_t dsp_products = 0;      ///< multipliers in DSP blocks

    friend constexpr bool operator==(const fabric_work&, const fabric_work&) = default;
};

/// LUTs for each bit of a selector of one of so many: a tree of selectors of up to four, a LUT
/// each.
/// \param lut_inputs  of 4 inputs: four for a selector of four, which multiplexers beside them
///                    join, two for one of three
[[nodiscard]] constexpr std::int64_t selector_luts(std::int64_t choices, int lut_inputs = 6)
{
    const bool is_small = lut_inputs < 6;
    std::int64_t luts = 0;
    for (; choices > 1; choices = ceil_div(choices, 4)) {
        const std::int64_t last = choices % 4;
        luts += choices / 4 * (is_small ? 4 : 1);
        luts += last < 2 ? 0 : is_small ? last - 1 : 1;
    }
    return luts;
}

/// LUTs of an addition of numbers of so many bits. On ECP5 two bits share a carry cell, which takes
/// the place of two LUTs, and each chain begins and ends in a cell of its own.
[[nodiscard]] constexpr std::int64_t addition_luts(std::int64_t bits, int lut_inputs = 6)
{
    return lut_inputs < 6 ? 2 * ceil_div(bits, 2) + 4 : bits;
}

/// LUTs of an accumulator beside its addition: on ECP5 a carry cell does not begin anew as well.
[[nodiscard]] constexpr std::int64_t accumulator_luts(std::int64_t bits, int lut_inputs = 6)
{
    return lut_inputs < 6 ? bits : 0;
}

/// LUTs of an addition that stands for the product with a constant of two digits: one for each bit
/// of data and weight. Of one copy.
[[nodiscard]] constexpr std::int64_t lut_shifted_addition(const weight_matrix& m)
{
    return std::int64_t{m.data.width} + m.weight.width;
}

namespace detail {

/// A two-input multiplexer of any width in the reports of C synthesis; registers that keep a value
/// from one turn of a pipelined loop to the next have one or more in front of them.
inline constexpr std::int64_t hls_multiplexer = 9;
/// An addition costs 7 LUTs beside one for each bit in the reports of C synthesis.
inline constexpr std::int64_t hls_addition = 7;
/// State machine, counter and handshake of a kernel.
inline constexpr std::int64_t hls_control = 100;

/// Widths of the products of a matrix after the cut to the accumulator's binary point.
struct product_bits {
    std::int64_t data;
    std::int64_t of_weight; ///< bits that a full weight adds to the data
    std::int64_t accum;

    /// An addition of such products: a carry more than they, and no more than the accumulator.
    [[nodiscard]] constexpr std::int64_t added(std::int64_t weight_bits) const
    {
        return std::min(accum, data + weight_bits + 1);
    }
    /// Whether a full product fits into the accumulator, so that the addition behind it is fused
    /// into the DSP block.
    [[nodiscard]] constexpr bool is_fused() const { return data + of_weight <= accum; }
};

constexpr product_bits product_bits_of(const weight_matrix& m)
{
    return {
        m.data.width, std::max<std::int64_t>(m.weight.width - bits_cut_off(m), 0), m.accum.width};
}

/// LUTs that one product takes more where the accumulator rounds or saturates, part by part as
/// reports list them. To round is an addition. To saturate is three multiplexers, a LUT for each
/// bit, and nine gates of two LUTs, once for the product and once for the sum, whose overflow a
/// second addition with a bit more finds out.
constexpr std::int64_t hls_mode_luts(const weight_matrix& m, const fabric_policy& how)
{
    const std::int64_t addition = m.accum.width + hls_addition;
    const bool rounds = bits_cut_off(m) > 0 && how.accum_rounding != rounding::trn;
    const bool saturates = how.accum_overflow != overflow::wrap;
    return (rounds ? addition : 0) +
           (saturates ? 2 * (3 * std::int64_t{m.accum.width} + 9 * 2) + addition + 1 : 0);
}

/// Different selectors: multipliers that read the same inputs in the same cycles share one.
constexpr std::int64_t shared_selectors(const weight_matrix& m, std::int64_t multipliers)
{
    return std::min(std::max<std::int64_t>(m.n_in() / m.reuse_factor, 1), multipliers);
}

/// The selectors of a kernel in the reports of C synthesis, for each bit. Where 4, 8, 16 or 32
/// inputs are chosen from, the index is a slice of bits and every multiplier gets its own selector,
/// a LUT for two inputs and one more; else they are shared. What is done with more than 64 inputs
/// costs no more than with 64.
constexpr std::int64_t hls_selectors(
    const weight_matrix& m, std::int64_t multipliers, const fabric_policy& how)
{
    if (how.own_selectors && m.reuse_factor < m.n_in() && m.reuse_factor > 2 &&
        m.reuse_factor <= 32 && (m.reuse_factor & (m.reuse_factor - 1)) == 0)
        return multipliers * (m.reuse_factor / 2 + 1);
    const std::int64_t choices = std::min<std::int64_t>(std::min(m.reuse_factor, m.n_in()), 64);
    return shared_selectors(m, multipliers) * selector_luts(choices);
}

/// A ROM below the block-RAM threshold, of the multipliers that are built: a LUT is a 64×1 ROM.
constexpr std::int64_t rom_luts(
    const weight_matrix& m, std::int64_t multipliers, const memory_policy& policy)
{
    const weight_memory memory = memory_of(m, policy);
    return memory.is_in_block_ram() ? 0
                                    : std::min(memory.word_bits, multipliers * m.weight.width) *
                                          ceil_div(memory.depth, 64);
}

/// A kernel that reads weights from a memory, in the reports of C synthesis.
constexpr resources hls_shared_fabric(
    const weight_matrix& m, const fabric_work& work, const cost_policy& policy)
{
    const fabric_policy& how = policy.fabric;
    const std::int64_t multipliers = work.full;
    const std::int64_t fused = is_fused(m, policy) ? work.dsp_products : 0;
    if (multipliers == 0)
        return {};
    // A window that a convolution walks through from end to end is not copied.
    const bool walked = is_convolution(m.kind) && m.reuse_factor >= m.n_in();
    const bool outputs_chosen = m.reuse_factor > m.n_in();
    const product_bits bits = product_bits_of(m);
    resources need;
    need.lut =
        (multipliers - fused) * (bits.accum + hls_addition) + multipliers * hls_mode_luts(m, how) +
        hls_selectors(m, multipliers, how) * m.data.width +
        hls_multiplexer * ((walked ? 1 : 4) * m.n_in() + (outputs_chosen ? 4 : 1) * m.n_out()) +
        hls_control;
    need.ff = multipliers * (std::min(bits.accum, bits.data + bits.of_weight) + 4) +
              (walked ? 0 : m.n_in() * m.data.width * 5 / 2) +
              (outputs_chosen ? 2 : 1) * m.n_out() * m.accum.width + hls_control;
    return need;
}

/// A kernel whose weights are constants in logic, in the reports of C synthesis. Additions are not
/// shared, whatever the reuse factor.
constexpr resources hls_constant_fabric(
    const weight_matrix& m, const fabric_work& work, const cost_policy& policy)
{
    const product_bits bits = product_bits_of(m);
    const std::int64_t modes = hls_mode_luts(m, policy.fabric);
    const std::int64_t fused =
        bits.is_fused() && modes == 0 ? std::min(work.dsp_products, work.full) : 0;
    const std::int64_t one = bits.added(0);
    const std::int64_t two = bits.added(bits.of_weight / 2);
    const std::int64_t full = bits.added(bits.of_weight);
    const std::int64_t summands = m.is_depthwise() ? m.n_in() / m.channels : m.n_in();
    return {.lut = work.one_digit * (one + hls_addition) + work.two_digits * (two + hls_addition) +
                   (work.full - fused) * (full + hls_addition) +
                   (work.one_digit + work.two_digits + work.full) * modes,
        .ff = (work.one_digit * one + work.two_digits * two + work.full * full) *
                  registered_per_1024(policy, summands) / 1'024 +
              m.n_in() * m.data.width};
}

/// Hardware that follows a schedule (hls/): operands and products of multipliers are registered,
/// and for each there is an addition, in the tree of its row or to the accumulator. Inputs are
/// registered and go through a selector for each stream; outputs that a multiplier is through with
/// are kept. The rest is the counter, whose logic was measured.
constexpr resources scheduled_fabric(
    const weight_matrix& m, const fabric_work& work, int lut_inputs)
{
    const std::int64_t products = work.one_digit + work.two_digits + work.full;
    const product_bits bits = product_bits_of(m);
    const std::int64_t accumulators = std::min(products, m.n_out());
    resources need{
        .lut = products * addition_luts(bits.accum, lut_inputs) +
               (has_weight_memory(m) ? accumulators : 0) * accumulator_luts(bits.accum, lut_inputs),
        .ff = accumulators * bits.accum};
    if (!has_weight_memory(m) || products == 0)
        return need;
    const std::int64_t choices = std::min(m.reuse_factor, m.n_in());
    const std::int64_t selectors = shared_selectors(m, products);
    const std::int64_t counter = ceil_log2(m.reuse_factor);
    const std::int64_t kept =
        m.reuse_factor > m.n_in() ? products * (m.reuse_factor / m.n_in() - 1) : 0;
    need.lut += selectors * m.data.width * selector_luts(choices, lut_inputs) + 10 + counter +
                kept * (1 + ceil_div(counter, 6));
    need.ff += products * (m.weight.width + std::min(bits.accum, bits.data + bits.of_weight)) +
               (m.n_in() + selectors) * m.data.width + kept * (bits.accum + 3) + counter + 6;
    if (kept > 0) { // the inputs are counted as well
        need.lut += 2 + ceil_log2(choices);
        need.ff += ceil_log2(choices);
    }
    return need;
}

} // namespace detail

/// LUTs and flip-flops of one matrix, all copies of it.
[[nodiscard]] constexpr resources fabric_of(
    const weight_matrix& m, const fabric_work& work, const cost_policy& policy = {})
{
    const fabric_policy& how = policy.fabric;
    resources need = how.rule == fabric_rule::schedule
                         ? detail::scheduled_fabric(m, work, lut_inputs_of(policy.dsp))
                     : has_weight_memory(m) ? detail::hls_shared_fabric(m, work, policy)
                                            : detail::hls_constant_fabric(m, work, policy);
    need.lut += work.soft_products * lut_product(m.weight.width, m.data.width) +
                work.shifted_additions * lut_shifted_addition(m);
    const std::int64_t copies = m.copies;
    return {.lut = (need.lut * copies + detail::rom_luts(m, work.full, policy.memory)) *
                   how.lut_percent / 100,
        .ff = need.ff * copies * how.ff_percent / 100};
}

/// What a convolution takes beside its matrices in the reports of C synthesis, to bring each
/// pixel's window to them. Under io_parallel every bit of the window is chosen from all the places
/// that the kernel goes to, a LUT and a register for each. Under io_stream pixels are shifted
/// through lines and a window, and row, column and stride are counted in 32 bits. Nothing for other
/// layers, nor where hardware follows a schedule.
[[nodiscard]] constexpr resources window_cost(const layer_spec& s, const cost_policy& policy = {})
{
    const fabric_policy& how = policy.fabric;
    if (!is_convolution(s.kind) || how.rule == fabric_rule::schedule)
        return {};
    const std::int64_t bits =
        std::int64_t{s.kernel_height} * s.kernel_width * s.channels * s.data.width;
    if (s.io == io_type::io_stream)
        return {.lut = std::int64_t{400} * how.lut_percent / 100,
            .ff = (bits * 3 / 2 + 800) * how.ff_percent / 100};
    const std::int64_t places = std::int64_t{output_height(s)} * output_width(s);
    const std::int64_t chosen = places > s.parallelization_factor ? bits * places : 0;
    return {.lut = chosen * how.lut_percent / 100, .ff = chosen * how.ff_percent / 100};
}

} // namespace espalier
