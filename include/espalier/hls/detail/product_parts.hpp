// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/circuit_plan.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

// What a product is written from: sequences of slots, streams and memories of a schedule.

namespace espalier::detail {

/// The distinct sequences of a field of the slots, in the order in which they are met.
struct slot_sequences {
    std::vector<std::int64_t> of;                  ///< for each multiplier
    std::vector<std::vector<std::int64_t>> values; ///< of each sequence, cycle by cycle

    slot_sequences(const matrix_schedule& schedule, std::int64_t schedule_slot::*field)
    {
        std::map<std::vector<std::int64_t>, std::int64_t> known;
        for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
            std::vector<std::int64_t> sequence;
            for (const schedule_slot& slot : schedule.slots(k))
                sequence.push_back(slot.*field);
            const auto [at, is_new] =
                known.emplace(sequence, static_cast<std::int64_t>(known.size()));
            if (is_new)
                values.push_back(std::move(sequence));
            of.push_back(at->second);
        }
    }

    [[nodiscard]] std::int64_t at(std::size_t sequence, std::int64_t cycle) const
    {
        return values[sequence][static_cast<std::size_t>(cycle)];
    }
    [[nodiscard]] bool changes(std::size_t sequence) const
    {
        const auto& s = values[sequence];
        return std::ranges::any_of(s, [&](std::int64_t v) { return v != s.front(); });
    }
    [[nodiscard]] bool any_changes() const
    {
        for (std::size_t i = 0; i < values.size(); ++i)
            if (changes(i))
                return true;
        return false;
    }
};

/// Multipliers [first, last) of a schedule whose weights lie in one memory.
struct memory_part {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t places = 0; ///< weights of a word; more than multipliers if some were pruned
};

/// The memories of a product: one for each run of used columns in place, else a single one; none
/// wider than HLS unrolls.
inline std::vector<memory_part> memory_parts(const matrix_schedule& schedule)
{
    const weight_matrix& m = schedule.matrix();
    const weight_memory memory = memory_of(m);
    const bool in_place = schedule.memory() == memory_layout::in_place && has_weight_memory(m);
    const auto numbers = schedule.numbers();
    const auto number = [&](std::int64_t k) { return numbers[static_cast<std::size_t>(k)]; };
    const auto columns = [&](std::int64_t k) {
        return columns_of(memory, {number(k), number(k) + 1});
    };
    std::vector<memory_part> parts;
    for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
        const auto places = [&] {
            const std::int64_t first = parts.back().first;
            return (in_place ? number(k) - number(first) : k - first) + 1;
        };
        if (parts.empty() || places() > largest_unrolled ||
            (in_place && memory.is_in_block_ram() &&
                columns(k).first > columns(k - 1).last)) // a column that neither uses
            parts.push_back({k, k, 0});
        parts.back().places = places();
        parts.back().last = k + 1;
    }
    return parts;
}

/// What multipliers take: streams of inputs, and streams that choose from these (circuit_plan.hpp).
struct product_streams {
    std::vector<std::int64_t> of; ///< for each multiplier
    std::vector<circuit_stream> streams;
    std::vector<std::vector<bool>> tables; ///< bits of choices, cycle by cycle

    explicit product_streams(const matrix_schedule& schedule)
    {
        if (schedule.cycles() > 1) {
            circuit_plan plan = plan_of(schedule);
            of = std::move(plan.stream_of);
            streams = std::move(plan.streams);
            tables = std::move(plan.tables);
            return;
        }
        slot_sequences sequences(schedule, &schedule_slot::input);
        of = std::move(sequences.of);
        for (std::vector<std::int64_t>& inputs : sequences.values)
            streams.push_back({std::move(inputs)});
    }

    [[nodiscard]] std::int64_t input(std::size_t stream, std::int64_t cycle) const
    {
        const circuit_stream& s = streams[stream];
        return s.inputs[static_cast<std::size_t>(cycle % s.period())];
    }
    /// Which of those that a stream chooses from it takes.
    [[nodiscard]] std::int64_t choice(std::size_t stream, std::int64_t cycle) const
    {
        std::int64_t chosen = 0;
        for (std::size_t bit = 0; bit < streams[stream].choice.size(); ++bit)
            if (tables[streams[stream].choice[bit]][static_cast<std::size_t>(cycle)])
                chosen |= std::int64_t{1} << bit;
        return chosen;
    }
    /// The streams that choose.
    [[nodiscard]] std::vector<std::size_t> choosing() const
    {
        std::vector<std::size_t> some;
        for (std::size_t s = 0; s < streams.size(); ++s)
            if (!streams[s].from.empty())
                some.push_back(s);
        return some;
    }
};

} // namespace espalier::detail
