// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/integer_kernel.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
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
// serve the same output in every cycle. Multipliers that take any of several inputs of a cycle
// (structure_kind::n_of_m) have streams of their own, each with a second selector behind those of
// the streams that bring the inputs to all rows, and a table says which it takes in which cycle:
//
//   inputs ─► selector of each stream that is brought ─► selector of each multiplier ─► register
//   counter ─► table of choices ─────────────────────────┘ In the paper's schedule a lane is a row
//   of the matrix, or,
// if the reuse factor is a multiple of n_in, several rows one after the other (its segments); then
// the sum of each but the last is captured in a register when its row ends.

namespace espalier {

/// What one selector hands out: inputs, again and again, or in each cycle one of several streams.
struct circuit_stream {
    std::vector<std::int64_t> inputs;  ///< of one period, which divides the reuse factor; or none
    std::vector<std::int64_t> from{};  ///< streams, one of which is taken in each cycle; or none
    std::vector<std::size_t> choice{}; ///< the tables of the bits that say which, lowest first

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
    std::vector<circuit_stream> streams;   ///< first the operands of multipliers
    std::int64_t operands = 0;             ///< streams that multipliers take, and registers hold
    std::vector<std::int64_t> stream_of;   ///< for each multiplier
    std::vector<std::vector<bool>> tables; ///< bits of choices, cycle by cycle; no two the same
    std::vector<circuit_lane> lanes;
    std::vector<std::vector<circuit_part>>
        outputs;                       ///< the parts whose sum is an output; may be none
    std::vector<std::int64_t> periods; ///< of the counters beside that of the cycles, rising
    int product_bits = 0; ///< of a full product, unsigned operands with a bit for their sign
    int dropped_bits = 0; ///< right of the accumulator's fraction; negative: zeros appended
    int term_bits = 0;    ///< of a product as it is added up

    /// The period of the slowest counter, beside that of the cycles, that is at its last step in a
    /// cycle, or 0. There are `period` cycles between two such, which therefore differ in their
    /// bits from low_bits(period) on.
    [[nodiscard]] std::int64_t period_that_ends(std::int64_t cycle) const
    {
        const auto ends = [cycle](std::int64_t period) { return (cycle + 1) % period == 0; };
        const auto found = std::find_if(periods.rbegin(), periods.rend(), ends);
        return found == periods.rend() ? 0 : *found;
    }
    /// ⌊log2(period)⌋, or 0 without a period.
    [[nodiscard]] static std::int64_t low_bits(std::int64_t period)
    {
        return period < 2 ? 0 : ceil_log2(period + 1) - 1;
    }
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

/// What multipliers take in each cycle where it is one of the inputs that the streams of dense
/// hardware bring then: stream s brings input s·RF + c in cycle c. Empty where it is not.
inline std::vector<std::int64_t> brought_by(
    const weight_matrix& m, std::span<const std::int64_t> inputs)
{
    std::vector<std::int64_t> streams;
    for (std::int64_t cycle = 0; cycle < m.reuse_factor; ++cycle) {
        const std::int64_t input = inputs[static_cast<std::size_t>(cycle)];
        if (m.n_in() % m.reuse_factor != 0 || input % m.reuse_factor != cycle)
            return {};
        streams.push_back(input / m.reuse_factor);
    }
    return streams;
}

/// Makes streams that choose from those of dense hardware, where that takes fewer LUTs than to
/// choose from the inputs themselves.
class stream_chooser {
public:
    stream_chooser(const weight_matrix& m, circuit_plan& plan) : m_(m), plan_(plan) {}

    void choose()
    {
        std::map<std::int64_t, std::int64_t>
            known; // streams of dense hardware that multipliers take
        std::set<std::int64_t> lacking;
        std::vector<std::size_t> choosing;
        std::vector<std::vector<std::int64_t>> taken(plan_.streams.size());
        std::int64_t saved = 0;
        for (std::size_t s = 0; s < plan_.streams.size(); ++s) {
            taken[s] = brought_by(m_, plan_.streams[s].inputs);
            const std::set<std::int64_t> from(taken[s].begin(), taken[s].end());
            if (from.size() == 1)
                known.emplace(*from.begin(), static_cast<std::int64_t>(s));
            const std::int64_t gain =
                m_.data.width * selector_luts(m_.reuse_factor) -
                chosen_selector_luts(m_, static_cast<std::int64_t>(from.size()));
            if (from.size() < 2 || gain <= 0)
                continue;
            choosing.push_back(s);
            saved += gain;
            lacking.insert(from.begin(), from.end());
        }
        for (const auto& [stream, at] : known)
            lacking.erase(stream);
        if (saved <= static_cast<std::int64_t>(lacking.size()) * m_.data.width *
                         selector_luts(m_.reuse_factor))
            return;
        for (const std::int64_t stream : lacking) {
            known.emplace(stream, static_cast<std::int64_t>(plan_.streams.size()));
            std::vector<std::int64_t> inputs(static_cast<std::size_t>(m_.reuse_factor));
            std::iota(inputs.begin(), inputs.end(), stream * m_.reuse_factor);
            plan_.streams.push_back({std::move(inputs)});
        }
        for (const std::size_t s : choosing)
            plan_.streams[s] = chosen(taken[s], known);
    }

private:
    circuit_stream chosen(
        const std::vector<std::int64_t>& taken, const std::map<std::int64_t, std::int64_t>& known)
    {
        const std::set<std::int64_t> from(taken.begin(), taken.end());
        circuit_stream stream;
        for (const std::int64_t s : from)
            stream.from.push_back(known.at(s));
        for (std::int64_t bit = 0; bit < ceil_log2(static_cast<std::int64_t>(from.size())); ++bit) {
            std::vector<bool> table;
            table.reserve(taken.size());
            for (const std::int64_t s : taken)
                table.push_back((std::distance(from.begin(), from.find(s)) >> bit & 1) != 0);
            const auto [at, is_new] = table_.emplace(table, plan_.tables.size());
            if (is_new)
                plan_.tables.push_back(std::move(table));
            stream.choice.push_back(at->second);
        }
        return stream;
    }

    const weight_matrix& m_;
    circuit_plan& plan_;
    std::map<std::vector<bool>, std::size_t> table_;
};

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
            plan.streams.push_back({std::move(inputs)});
        }
        const auto [at, is_new] = lane_of.emplace(std::move(outputs), plan.lanes.size());
        if (is_new)
            plan.lanes.emplace_back();
        plan.lanes[at->second].multipliers.push_back(k);
    }
    plan.operands = static_cast<std::int64_t>(plan.streams.size());
    detail::stream_chooser(m, plan).choose();
    for (circuit_stream& s : plan.streams) {
        if (s.inputs.empty())
            continue;
        s.inputs.resize(static_cast<std::size_t>(detail::period_of(s.inputs)));
        if (s.period() > 1 && s.period() < m.reuse_factor)
            periods.insert(s.period());
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
