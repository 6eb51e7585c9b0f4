// SPDX-License-Identifier: Apache-2.0
// The closed form of model/fabric.hpp for hardware that follows a schedule, against a count of what
// the schedule has.
#include <espalier/hls/circuit_fabric.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <span>
#include <vector>

using namespace espalier;

namespace {

/// A selector as it is built: inputs are joined four at a time until one is left; one alone passes.
std::int64_t joined(std::size_t inputs)
{
    std::int64_t luts = 0;
    while (inputs > 1) {
        std::size_t next = 0;
        for (std::size_t i = 0; i < inputs; i += 4, ++next)
            luts += inputs - i > 1 ? 1 : 0;
        inputs = next;
    }
    return luts;
}

std::int64_t bits_of(std::int64_t states)
{
    std::int64_t bits = 0;
    while (std::int64_t{1} << bits < states)
        ++bits;
    return bits;
}

struct counted {
    std::int64_t lut = 0;
    std::int64_t ff = 0;
};

/// 18-bit weights with 10 places, 14-bit data with 10, 20-bit sums with 12: 8 of the 32 bits of a
/// product are cut off, so 20 are left.
counted count(const matrix_schedule& schedule)
{
    counted result;
    std::map<std::vector<std::int64_t>, std::set<std::int64_t>> streams;
    std::set<std::int64_t> inputs;
    std::map<std::int64_t, std::set<std::int64_t>> finished; // outputs by their last multiplier
    std::set<std::int64_t> accumulators;
    for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
        std::vector<std::int64_t> sequence;
        std::set<std::int64_t> outputs;
        for (const schedule_slot& slot : schedule.slots(k)) {
            sequence.push_back(slot.input);
            inputs.insert(slot.input);
            outputs.insert(slot.output);
        }
        streams[sequence] = {sequence.begin(), sequence.end()};
        result.lut += 20;     // the addition
        result.ff += 18 + 20; // weight and product
        if (outputs.size() == 1) {
            accumulators.insert(*outputs.begin());
        } else {
            // One accumulator for all of them; those before the last are kept, with two marks and a
            // flag each, and found by the counter.
            result.ff += 20;
            const auto kept = static_cast<std::int64_t>(outputs.size()) - 1;
            result.ff += kept * (20 + 3);
            result.lut += kept * (1 + (bits_of(schedule.cycles()) + 5) / 6);
        }
    }
    result.ff += 20 * static_cast<std::int64_t>(accumulators.size());
    bool repeats = false;
    for (const auto& [sequence, met] : streams) {
        result.lut += 14 * joined(met.size());
        repeats = repeats || met.size() < sequence.size();
    }
    result.ff += 14 * static_cast<std::int64_t>(inputs.size() + streams.size());
    result.lut += 10 + bits_of(schedule.cycles());
    result.ff += 6 + bits_of(schedule.cycles());
    if (repeats) {
        const std::int64_t period = schedule.matrix().n_in();
        result.lut += 2 + bits_of(period);
        result.ff += bits_of(period);
    }
    return result;
}

} // namespace

TEST_CASE("the closed form for dense hardware counts what its schedule has")
{
    std::mt19937_64 random(11);
    cost_policy policy = cost_policy::yosys;
    policy.memory.min_bits = policy.memory.min_depth = 0;
    int compared = 0;
    for (int trial = 0; trial < 150; ++trial) {
        const int inputs = 1 + static_cast<int>(random() % 24);
        const int outputs = 1 + static_cast<int>(random() % 24);
        for (int rf = 2; rf <= inputs * outputs; ++rf) {
            // Where the map is regular: legal reuse factors.
            if (!(inputs % rf == 0 || (rf % inputs == 0 && outputs % (rf / inputs) == 0)))
                continue;
            const weight_matrix m = matrices_of(dense{.inputs = inputs,
                .outputs = outputs,
                .reuse_factor = rf,
                .weight = {18, 8},
                .data = {14, 4},
                .accum = {20, 8}})[0];
            const counted literal = count(schedule_of(m));
            const resources closed = cost(m, policy);
            CHECK(closed.lut == literal.lut);
            CHECK(closed.ff == literal.ff);
            // What is emitted, which was held against Yosys. Its adders know their operands' bits,
            // and all its lanes share the marks where rows begin (two flip-flops) and end (a shift
            // register each, in a LUT).
            const resources circuit = circuit_fabric(schedule_of(m));
            const std::int64_t ends = std::max(1, rf / inputs) - 1;
            CHECK(circuit.ff == closed.ff - 3 * ends * m.multipliers() + (ends > 0 ? 2 : 0));
            // Counters differ: here what was measured, there a closed form.
            std::int64_t measured = 7 + counter_luts(bits_of(rf)), formula = 10 + bits_of(rf);
            measured += bits_of(rf) > 9 ? 1 : 0; // the first cycle is told by two LUTs
            if (rf > inputs && inputs > 1) {
                measured += counter_luts(bits_of(inputs));
                formula += 2 + bits_of(inputs);
            }
            // An end is told by the counter of the inputs and the upper bits of that of the cycles,
            // delayed, and enables registers: a LUT each. So is a beginning told by the former;
            // there the closed form has marks for each multiplier.
            measured += 3 * ends + (ends > 0 && inputs > 1 ? 1 : 0);
            formula += m.multipliers() * ends * (1 + (bits_of(rf) + 5) / 6);
            CHECK(circuit.lut - measured <= closed.lut - formula);
            ++compared;
        }
    }
    CHECK(compared > 500);
    for (int choices = 1; choices < 300; ++choices)
        CHECK(selector_luts(choices) == joined(static_cast<std::size_t>(choices)));
}

namespace {

/// Selectors of a schedule whose multipliers choose from the streams of their row, or from their
/// inputs where that is less: of each stream that is brought, of each multiplier, and a table for
/// each bit of a choice. None of equal ones is built twice, and the counter's bits are there.
std::int64_t chosen_selectors(const matrix_schedule& schedule)
{
    const std::int64_t cycles = schedule.cycles();
    const std::int64_t by_counter = 14 * joined(static_cast<std::size_t>(cycles));
    std::set<std::int64_t> brought;
    std::set<std::vector<std::int64_t>> sequences;
    std::set<std::vector<bool>> tables;
    std::int64_t luts = 0;
    for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
        std::vector<std::int64_t> streams;
        for (const schedule_slot& slot : schedule.slots(k))
            streams.push_back(slot.input / cycles);
        if (!sequences.insert(streams).second)
            continue;
        const std::set<std::int64_t> from(streams.begin(), streams.end());
        std::set<std::vector<bool>> its_tables;
        for (std::int64_t bit = 1; bit < static_cast<std::int64_t>(from.size()); bit *= 2) {
            std::vector<bool> table;
            for (const std::int64_t s : streams)
                table.push_back((std::distance(from.begin(), from.find(s)) & bit) != 0);
            its_tables.insert(table);
        }
        const std::int64_t by_table =
            14 * joined(from.size()) +
            bits_of(static_cast<std::int64_t>(from.size())) * ((cycles + 63) / 64);
        if (by_table < by_counter) {
            brought.insert(from.begin(), from.end());
            tables.insert(its_tables.begin(), its_tables.end());
        }
        luts += by_table < by_counter ? 14 * joined(from.size()) : by_counter;
    }
    for (std::int64_t bit = 1; bit < cycles; bit *= 2) {
        std::vector<bool> of_counter;
        for (std::int64_t cycle = 0; cycle < cycles; ++cycle)
            of_counter.push_back((cycle & bit) != 0);
        tables.erase(of_counter);
    }
    return luts + static_cast<std::int64_t>(tables.size()) * ((cycles + 63) / 64) +
           static_cast<std::int64_t>(brought.size()) * by_counter;
}

} // namespace

TEST_CASE("what multipliers choose by is counted from the schedule, and no more than a group costs")
{
    std::mt19937_64 random(4);
    for (const int streams : {2, 3, 4, 7, 9})
        for (const int rf : {9, 12, 25, 70}) {
            const weight_matrix m = matrices_of(dense{.inputs = 8 * rf,
                .outputs = 24,
                .reuse_factor = rf,
                .weight = {18, 8},
                .data = {14, 4},
                .accum = {20, 8}})[0];
            // In each cycle half of the inputs of each block are kept; of the widest, two, so that
            // some multipliers have as many streams as inputs to choose from.
            std::vector<std::uint8_t> kept(static_cast<std::size_t>(m.weights()));
            for (std::int64_t row = 0; row < 24; ++row)
                for (int first = 0; first < 8; first += streams)
                    for (int cycle = 0; cycle < rf; ++cycle) {
                        const int inputs = std::min(streams, 8 - first);
                        for (int n = 0; n < (streams == 9 ? 2 : (inputs + 1) / 2);) {
                            const auto stream = static_cast<std::int64_t>(
                                first + static_cast<int>(random() % static_cast<unsigned>(inputs)));
                            std::uint8_t& one =
                                kept[static_cast<std::size_t>((row * 8 + stream) * rf + cycle)];
                            n += one == 0 ? 1 : 0;
                            one = 1;
                        }
                    }
            const structure how = structure::n_of(streams);
            const matrix_schedule schedule =
                schedule_of(m, std::span<const std::uint8_t>(kept), how);
            const std::int64_t additions = 20 * schedule.multipliers();
            const std::int64_t control = 7 + counter_luts(bits_of(rf)); // measured
            const std::int64_t circuit = circuit_fabric(schedule).lut;
            CAPTURE(streams);
            CAPTURE(rf);
            CHECK(circuit == additions + control + chosen_selectors(schedule));
            // What the knapsack is told: a selector for each, and all streams. The i-th of N
            // multipliers takes the i-th kept input, so it has M - N + 1 of M to choose from, which
            // saves LUTs from more than four on, and where all are kept.
            const std::int64_t model = additions + control +
                                       schedule.multipliers() * lut_own_selector(m, how) +
                                       8 * 14 * selector_luts(rf);
            CHECK(circuit <= model);
            if (streams == 2 || streams == 4)
                CHECK(circuit >= model - model * 3 / 100);
        }
}

TEST_CASE("one of few inputs is chosen by the counter, and no stream is brought")
{
    const weight_matrix m =
        matrices_of(dense{.inputs = 16, .outputs = 2, .reuse_factor = 4, .data = {14, 4}})[0];
    std::vector<std::uint8_t> kept(32);
    for (std::size_t flat = 0; flat < 32; flat += 5) // one of the four inputs of each cycle
        kept[flat] = 1;
    const circuit_plan plan =
        plan_of(schedule_of(m, std::span<const std::uint8_t>(kept), structure::n_of(4)));
    CHECK(plan.tables.empty());
    CHECK(plan.operands == 2);
    CHECK(plan.streams.size() == 2);
    CHECK(plan.streams[0].inputs == std::vector<std::int64_t>{0, 5, 10, 15});
}

TEST_CASE("streams are brought where enough multipliers choose from them")
{
    std::mt19937_64 random(6);
    for (const int rows : {1, 24}) {
        const weight_matrix m = matrices_of(
            dense{.inputs = 96, .outputs = rows, .reuse_factor = 12, .data = {14, 4}})[0];
        std::vector<std::uint8_t> kept(static_cast<std::size_t>(m.weights()));
        for (std::int64_t row = 0; row < rows; ++row)
            for (int block = 0; block < 8; block += 4)
                for (int cycle = 0; cycle < 12; ++cycle) // one of four
                    kept[static_cast<std::size_t>(
                        (row * 8 + block + static_cast<int>(random() % 4)) * 12 + cycle)] = 1;
        const circuit_plan plan =
            plan_of(schedule_of(m, std::span<const std::uint8_t>(kept), structure::n_of(4)));
        // A selector of 12 inputs takes 4 LUTs a bit, one of 4 streams a LUT and two for its table:
        // 14 · 4 - (14 + 2) = 40 are saved by each multiplier, and 8 streams cost 14 · 4 each.
        CHECK(plan.operands == 2 * rows);
        CHECK(plan.tables.empty() == (rows == 1));
        CHECK(plan.streams.size() == static_cast<std::size_t>(rows == 1 ? 2 : 2 * rows + 8));
    }
}
