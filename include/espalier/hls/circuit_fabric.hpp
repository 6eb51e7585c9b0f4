// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/adder_tree.hpp>
#include <espalier/hls/circuit_plan.hpp>
#include <espalier/hls/constant_plan.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/fabric.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

// LUTs and flip-flops of the circuit of a schedule, term by term as it is emitted. The hierarchy is
// kept, so each module costs what it costs alone: an adder a LUT for each bit of its longer
// operand, an accumulator one for each bit, a selector of up to four inputs likewise. Held against
// Yosys in docs/synthesis.md.

namespace espalier {

/// LUTs that add up the tiles of a product that takes several DSP blocks. On UltraScale Yosys adds
/// in logic; on 7-series it packs the first addition of each row into the blocks.
/// \param bits  the product's bits up to the last that is used
[[nodiscard]] constexpr std::int64_t tile_luts(dsp_family family, int a, int b, int bits)
{
    // All tiles but the last of an operand are 17 bits wide, and their low bits pass by the adder.
    const auto [narrow, wide] = std::minmax(a, b);
    const int native = family == dsp_family::dsp48e1 ? 25 : 27;
    std::int64_t luts = 0;
    const bool in_rows = narrow > 18 && wide > native;
    if (narrow > 18 || wide > native)
        luts +=
            family == dsp_family::dsp48e1 && !in_rows ? 0 : std::max(0, std::min(bits, a + b) - 17);
    return luts;
}

/// LUTs of a counter of the circuits, by its bits: what Yosys 0.23 makes of the module, whose logic
/// it minimises as a whole, so that more bits may take fewer. On ECP5 with the ends of the carry
/// chain. Up to 11 bits were measured, more are taken to cost 2 each.
[[nodiscard]] constexpr std::int64_t counter_luts(std::int64_t bits, int lut_inputs = 6)
{
    constexpr std::int64_t measured = 11;
    constexpr std::int64_t of_six[measured + 1]{0, 1, 3, 5, 6, 12, 14, 9, 10, 11, 14, 16};
    constexpr std::int64_t of_four[measured + 1]{0, 1, 3, 4, 6, 52, 20, 27, 31, 54, 58, 64};
    const std::int64_t known = std::min(bits, measured);
    return (lut_inputs < 6 ? of_four : of_six)[known] + 2 * (bits - known);
}

/// LUTs of a comparison of so many bits with a constant. Yosys joins LUTs by the multiplexers
/// beside them, up to 9 bits on UltraScale and 8 on 7-series, where it counts one LUT, and up to 7
/// on ECP5. Above that it shares what comparisons have in common, and two are no more than an
/// estimate.
[[nodiscard]] constexpr std::int64_t comparison_luts(std::int64_t bits, dsp_family family)
{
    if (lut_inputs_of(family) < 6 && bits <= 7)
        return std::int64_t{1} << std::max<std::int64_t>(bits - 4, 0);
    return bits <= (family == dsp_family::dsp48e2 ? 9 : 8) ? 1 : 2;
}

/// LUTs of a bit that a counter of the cycles tells: none where it is a bit of the counter.
[[nodiscard]] inline std::int64_t table_luts(const std::vector<bool>& table, int lut_inputs = 6)
{
    for (std::size_t bit = 1; bit < table.size(); bit *= 2) {
        bool is_bit = true;
        for (std::size_t cycle = 0; cycle < table.size(); ++cycle)
            is_bit = is_bit && table[cycle] == ((cycle & bit) != 0);
        if (is_bit)
            return 0;
    }
    return ceil_div(static_cast<std::int64_t>(table.size()), std::int64_t{1} << lut_inputs);
}

/// LUTs and flip-flops of one copy of a circuit at a reuse factor above 1; flip-flops as on
/// UltraScale, where Yosys packs none into DSP blocks. Exact but for comparisons that are shared
/// (comparison_luts), products without a DSP block and those of more than two tiles. On ECP5, where
/// a product is to have one tile, LUTs are what nextpnr packs, and the control is within 10.
/// \throws std::invalid_argument at reuse factor 1
[[nodiscard]] inline resources circuit_fabric(
    const matrix_schedule& schedule, dsp_family family = dsp_family::dsp48e2)
{
    const weight_matrix& m = schedule.matrix();
    const circuit_plan plan = plan_of(schedule);
    const int width = m.accum.width;
    const int inputs = lut_inputs_of(family);
    resources need;
    // Counter, hand-over and the marks of the first and the last cycle.
    const std::int64_t counter_bits = ceil_log2(m.reuse_factor);
    need.lut += (inputs < 6 ? 10 : 6) + comparison_luts(counter_bits, family) +
                counter_luts(counter_bits, inputs);
    need.ff += counter_bits + 6;
    for (const std::int64_t p : plan.periods) {
        need.lut += counter_luts(ceil_log2(p), inputs);
        need.ff += ceil_log2(p);
    }
    for (const circuit_stream& s : plan.streams)
        need.lut +=
            m.data.width *
            selector_luts(
                s.from.empty() ? s.period() : static_cast<std::int64_t>(s.from.size()), inputs);
    for (const std::vector<bool>& table : plan.tables)
        need.lut += table_luts(table, inputs);
    // All inputs, selected or not, and the operands.
    need.ff += plan.operands == 0 ? 0 : m.data.width * (m.n_in() + plan.operands);
    std::set<std::int64_t> ends; // cycles whose sums are captured: a mark each, in a shift register
    bool has_begins = false;     // of lanes with several segments: a mark in two registers
    const int product_bits = std::max(plan.dropped_bits, 0) + plan.term_bits;
    need.lut += schedule.multipliers() * tile_luts(family, m.weight.width + !m.weight.is_signed,
                                             m.data.width + !m.data.is_signed, product_bits);
    need.ff += schedule.multipliers() *
               (m.weight.width + std::clamp(plan.product_bits - std::max(plan.dropped_bits, 0), 1,
                                     plan.term_bits));
    for (const circuit_lane& lane : plan.lanes) {
        const auto leaves = static_cast<std::int64_t>(lane.multipliers.size());
        for (const tree_adder& a : adder_tree(leaves, plan.term_bits, width))
            need.lut += inputs < 6 ? addition_luts(a.bits, inputs)
                                   : std::min(a.bits, std::max(a.left_bits, a.right_bits));
        need.lut += addition_luts(width, inputs) + accumulator_luts(width, inputs);
        need.ff += width;
        has_begins = has_begins || lane.segments.size() > 1;
        for (std::size_t s = 0; s < lane.segments.size(); ++s)
            if (lane.is_captured(s)) {
                need.ff += width;
                ends.insert(lane.segments[s].last);
            }
    }
    // A mark of an end enables the registers of all lanes, and comes three clocks later: in a LUT
    // as a shift register, or in flip-flops.
    for (const std::int64_t last : ends) {
        const std::int64_t low = circuit_plan::low_bits(plan.period_that_ends(last - 1));
        need.lut += 1 + (inputs < 6 ? 0 : 1) +
                    comparison_luts(counter_bits - low + (low > 0 ? 1 : 0), family);
        need.ff += inputs < 6 ? 3 : 0;
    }
    need.lut += has_begins && m.n_in() > 1 ? 1 : 0; // of one input, every cycle is a beginning
    need.ff += has_begins ? 2 : 0;
    for (const auto& parts : plan.outputs)
        need.lut += addition_luts(width, inputs) *
                    std::max<std::int64_t>(0, static_cast<std::int64_t>(parts.size()) - 1);
    return need;
}

/// LUTs and flip-flops of one copy of a circuit of constants (reuse factor 1), with LUTs of six
/// inputs: of its adders, of the signs of products that are cut before they could be subtracted, of
/// the biases, and of the hand-over, whose 3 LUTs and 2 flip-flops were measured. Exact under Yosys
/// 0.23.
/// \param weights  raw integers in hardware order
/// \param biases   raw integers, one for each output or none at all
/// \throws std::invalid_argument as constants_of does
[[nodiscard]] inline resources constant_fabric(const matrix_schedule& schedule,
    std::span<const std::int64_t> weights, std::span<const std::int64_t> biases = {})
{
    const weight_matrix& m = schedule.matrix();
    const constant_plan plan = constants_of(schedule, weights);
    const bool cuts = plan.dropped_bits > 0;
    resources need{
        .lut = adder_luts(plan) + 3, .ff = m.n_in() * m.data.width + m.n_out() * m.accum.width + 2};
    if (cuts)
        for (const auto& product : plan.products.outputs) {
            const shift_term& t = product.front();
            const signal_range& signal = plan.ranges[static_cast<std::size_t>(t.signal)];
            if (t.negative)
                need.lut += detail::added({}, signal, t.shift, true, 62).bits() - t.shift;
        }
    const auto& rows = cuts ? plan.sums.outputs : plan.products.outputs;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (rows[row].empty())
            continue;
        const shift_term& t = rows[row].front();
        const std::int64_t shift = t.shift - (cuts ? 0 : plan.dropped_bits);
        if (t.negative || (!biases.empty() && biases[row] != 0))
            need.lut += std::max<std::int64_t>(0, m.accum.width - shift);
    }
    return need;
}

} // namespace espalier
