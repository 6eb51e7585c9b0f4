// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/integer_kernel.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

// How a schedule becomes a circuit, for the one who writes it as text and the one who counts it:
//
//   inputs ─► selector of each stream ─► register ─┐
//   counter ─► ROM ─► register ────────────────────┴► multiplier ─► register ─► adder tree of each
//                                                    lane ─► accumulator ─► outputs
//
// A stream is what multipliers that meet the same inputs share, a lane what multipliers share that
// serve the same output in every cycle. In the paper's schedule a lane is a row of the matrix, or,
// if the reuse factor is a multiple of n_in, several rows one after the other (its segments); then
// the sum of each but the last is captured in a register when its row ends.

namespace espalier {

/// The inputs that one selector hands out, again and again.
struct circuit_stream {
    std::vector<std::int64_t> inputs; ///< of one period, which divides the reuse factor

    [[nodiscard]] std::int64_t period() const { return static_cast<std::int64_t>(inputs.size()); }
};

/// Cycles [first, last) in which a lane adds up one output.
struct circuit_segment {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t output = 0;
    bool used = false; ///< whether a weight is met at all
};

/// One accumulator and what is added into it.
struct circuit_lane {
    std::vector<std::int64_t> multipliers; ///< positions in the schedule
    std::vector<circuit_segment> segments; ///< in the order of the cycles

    /// Whether the sum of a segment moves to a register of its own, because the accumulator goes
    /// on.
    [[nodiscard]] bool is_captured(std::size_t segment) const
    {
        return segments[segment].used && segment + 1 < segments.size();
    }
};

/// A part of an output: the sum of one segment of a lane.
struct circuit_part {
    std::size_t lane = 0;
    std::size_t segment = 0;
};

/// The circuit of one schedule at a reuse factor above 1.
struct circuit_plan {
    std::vector<circuit_stream> streams;
    std::vector<std::int64_t> stream_of; ///< for each multiplier
    std::vector<circuit_lane> lanes;
    std::vector<std::vector<circuit_part>>
        outputs;                       ///< the parts whose sum is an output; may be none
    std::vector<std::int64_t> periods; ///< of the counters beside that of the cycles, rising
    int product_bits = 0; ///< of a full product, unsigned operands with a bit for their sign
    int dropped_bits = 0; ///< right of the accumulator's fraction; negative: zeros appended
    int term_bits = 0;    ///< of a product as it is added up
};

/// Clock cycles from the edge that takes a vector to the edge that hands its result on: a selected
/// operand, a product and a sum are registered. A vector is taken every RF cycles.
[[nodiscard]] inline std::int64_t circuit_latency(const matrix_schedule& schedule)
{
    return schedule.cycles() + 3;
}

namespace detail {

/// The shortest period of a sequence that divides its length.
inline std::int64_t period_of(std::span<const std::int64_t> sequence)
{
    const auto length = static_cast<std::int64_t>(sequence.size());
    for (std::int64_t p = 1; p < length; ++p)
        if (length % p == 0 && std::equal(sequence.begin() + p, sequence.end(), sequence.begin()))
            return p;
    return length;
}

inline std::vector<circuit_segment> segments_of(
    const matrix_schedule& schedule, std::span<const std::int64_t> multipliers)
{
    std::vector<circuit_segment> segments;
    for (std::int64_t cycle = 0; cycle < schedule.cycles(); ++cycle) {
        const auto c = static_cast<std::size_t>(cycle);
        const std::int64_t output = schedule.slots(multipliers.front())[c].output;
        if (segments.empty() || segments.back().output != output)
            segments.push_back({cycle, cycle, output, false});
        segments.back().last = cycle + 1;
        for (const std::int64_t k : multipliers)
            segments.back().used |= schedule.slots(k)[c].weight != schedule_slot::idle;
    }
    return segments;
}

/// Refuses weights that are not those of a matrix.
inline void ensure_circuit_weights(const weight_matrix& m, std::span<const std::int64_t> weights)
{
    ensure(static_cast<std::int64_t>(weights.size()) == m.weights(),
        "a circuit is emitted with every weight of its matrix", given{"given", weights.size()},
        given{"weights", m.weights()});
    ensure_within(weights, m.weight);
}

/// Right shift from the fraction of the products to that of the accumulator.
constexpr int dropped_bits(const weight_matrix& m)
{
    const auto fraction = [](const precision& p) { return p.width - p.integer; };
    return fraction(m.weight) + fraction(m.data) - fraction(m.accum);
}

} // namespace detail

/// The circuit of a schedule.
/// \throws std::invalid_argument at reuse factor 1, where weights are constants in logic
[[nodiscard]] inline circuit_plan plan_of(const matrix_schedule& schedule)
{
    const weight_matrix& m = schedule.matrix();
    ensure(m.reuse_factor > 1, "multipliers are shared at a reuse factor above 1 only",
        given{"reuse_factor", m.reuse_factor});
    circuit_plan plan;
    plan.stream_of = schedule.streams();
    std::map<std::vector<std::int64_t>, std::size_t> lane_of;
    std::set<std::int64_t> periods;
    for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
        std::vector<std::int64_t> inputs, outputs;
        for (const schedule_slot& s : schedule.slots(k)) {
            inputs.push_back(s.input);
            outputs.push_back(s.output);
        }
        if (plan.stream_of[static_cast<std::size_t>(k)] ==
            static_cast<std::int64_t>(plan.streams.size())) {
            inputs.resize(static_cast<std::size_t>(detail::period_of(inputs)));
            if (inputs.size() > 1 && static_cast<std::int64_t>(inputs.size()) < m.reuse_factor)
                periods.insert(static_cast<std::int64_t>(inputs.size()));
            plan.streams.push_back({std::move(inputs)});
        }
        const auto [at, is_new] = lane_of.emplace(std::move(outputs), plan.lanes.size());
        if (is_new)
            plan.lanes.emplace_back();
        plan.lanes[at->second].multipliers.push_back(k);
    }
    plan.periods.assign(periods.begin(), periods.end());
    plan.outputs.resize(static_cast<std::size_t>(m.n_out()));
    for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) {
        circuit_lane& l = plan.lanes[lane];
        l.segments = detail::segments_of(schedule, l.multipliers);
        for (std::size_t s = 0; s < l.segments.size(); ++s)
            if (l.segments[s].used)
                plan.outputs[static_cast<std::size_t>(l.segments[s].output)].push_back({lane, s});
    }
    plan.product_bits = m.weight.width + !m.weight.is_signed + m.data.width + !m.data.is_signed;
    plan.dropped_bits = detail::dropped_bits(m);
    plan.term_bits = std::clamp(plan.product_bits - plan.dropped_bits, 1, m.accum.width);
    return plan;
}

} // namespace espalier
