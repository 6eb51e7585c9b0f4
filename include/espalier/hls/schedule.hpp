// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

// What the hardware of one matrix does: for each multiplier that is built and for each cycle, which
// input meets which weight and which output takes the product. Everything that leaves for hardware
// (kernels, Verilog, their simulation, counts of selectors and adders) reads this value and knows
// nothing of structures and masks, so a new structure is a new way to make a schedule.
//
// Multipliers keep the order of the dense hardware. A slot without a weight is idle: it has the
// input and the output that the hardware's map gives it, so that multipliers that meet the same
// inputs still do, and multiplies by zero.

namespace espalier {

/// What one multiplier does in one cycle.
struct schedule_slot {
    static constexpr std::int64_t idle = -1;

    std::int64_t weight = idle; ///< flat hardware index, or idle
    std::int64_t input = 0;     ///< below n_in; a depthwise kernel's counts (row, column, channel)
    std::int64_t output = 0;    ///< below n_out

    friend constexpr bool operator==(const schedule_slot&, const schedule_slot&) = default;
};

/// The work of the multipliers of one copy of a matrix.
class matrix_schedule {
public:
    /// \param numbers  of the multipliers that are built, in the dense hardware; rising
    /// \param slots    their work: slot c of the k-th is at k·reuse_factor + c
    /// \throws std::invalid_argument if a slot leaves the matrix, if a weight is met twice, or if
    /// the
    ///         numbers do not rise or do not fit the slots
    matrix_schedule(const weight_matrix& m, memory_layout memory, std::vector<std::int64_t> numbers,
        std::vector<schedule_slot> slots)
        : matrix_(m), memory_(memory), numbers_(std::move(numbers)), slots_(std::move(slots))
    {
        ensure(slots_.size() == numbers_.size() * static_cast<std::size_t>(m.reuse_factor),
            "a schedule has a slot for each multiplier and cycle", given{"slots", slots_.size()},
            given{"multipliers", numbers_.size()}, given{"reuse_factor", m.reuse_factor});
        std::int64_t last = -1;
        for (const std::int64_t number : numbers_) {
            ensure(number > last && number < m.multipliers(),
                "the multipliers of a schedule rise and are those of the matrix",
                given{"multiplier", number}, given{"after", last},
                given{"multipliers", m.multipliers()});
            last = number;
        }
        std::vector<bool> met(static_cast<std::size_t>(m.weights()));
        for (const schedule_slot& s : slots_) {
            ensure(s.input >= 0 && s.input < m.n_in() && s.output >= 0 && s.output < m.n_out(),
                "a slot of a schedule has an input and an output of the matrix",
                given{"input", s.input}, given{"output", s.output}, given{"n_in", m.n_in()},
                given{"n_out", m.n_out()});
            if (s.weight == schedule_slot::idle)
                continue;
            ensure(
                s.weight >= 0 && s.weight < m.weights() && !met[static_cast<std::size_t>(s.weight)],
                "a schedule meets weights of the matrix, each once", given{"weight", s.weight},
                given{"weights", m.weights()});
            met[static_cast<std::size_t>(s.weight)] = true;
        }
    }

    [[nodiscard]] const weight_matrix& matrix() const { return matrix_; }
    [[nodiscard]] memory_layout memory() const { return memory_; }
    /// Cycles of one matrix-vector product.
    [[nodiscard]] std::int64_t cycles() const { return matrix_.reuse_factor; }
    /// Multipliers that are built, of one copy.
    [[nodiscard]] std::int64_t multipliers() const
    {
        return static_cast<std::int64_t>(numbers_.size());
    }
    /// Their numbers in the dense hardware.
    [[nodiscard]] std::span<const std::int64_t> numbers() const { return numbers_; }
    /// What the k-th of them does, cycle by cycle.
    [[nodiscard]] std::span<const schedule_slot> slots(std::int64_t k) const
    {
        return std::span(slots_).subspan(
            static_cast<std::size_t>(k * cycles()), static_cast<std::size_t>(cycles()));
    }

    /// First bit of the k-th multiplier's weight in each memory word.
    [[nodiscard]] std::int64_t first_bit(std::int64_t k) const
    {
        const bool packed = memory_ == memory_layout::packed;
        return (packed ? k : numbers_[static_cast<std::size_t>(k)]) * matrix_.weight.width;
    }
    /// Memory columns of a bank that hold a bit of a multiplier that is built.
    [[nodiscard]] std::vector<std::int64_t> columns(
        const memory_policy& policy = {}, std::size_t bank = 0) const
    {
        std::vector<std::int64_t> used;
        const weight_memory memory = weights_in(policy);
        for (std::int64_t k = 0; k < multipliers(); ++k) {
            const std::int64_t place = first_bit(k) / matrix_.weight.width;
            const index_range on = columns_of(memory, {place, place + 1}, bank);
            for (std::int64_t j = on.first; j < on.last; ++j)
                if (used.empty() || used.back() < j)
                    used.push_back(j);
        }
        return used;
    }
    /// Block RAMs of the weights, in halves of 36-Kb blocks.
    [[nodiscard]] std::int64_t bram18(const memory_policy& policy = {}) const
    {
        const weight_memory memory = weights_in(policy);
        std::int64_t sum = 0;
        for (std::size_t bank = 0; bank < memory.banks.size(); ++bank)
            sum +=
                static_cast<std::int64_t>(columns(policy, bank).size()) * memory.banks[bank].bram18;
        return sum;
    }

    /// For each multiplier the number of its stream. Multipliers of one stream meet the same input
    /// in every cycle, so one selector serves them all; streams are numbered in the order in which
    /// they are met first.
    [[nodiscard]] std::vector<std::int64_t> streams() const
    {
        std::map<std::vector<std::int64_t>, std::int64_t> known;
        std::vector<std::int64_t> result;
        result.reserve(numbers_.size());
        std::vector<std::int64_t> inputs(static_cast<std::size_t>(cycles()));
        for (std::int64_t k = 0; k < multipliers(); ++k) {
            std::ranges::transform(slots(k), inputs.begin(), &schedule_slot::input);
            result.push_back(
                known.emplace(inputs, static_cast<std::int64_t>(known.size())).first->second);
        }
        return result;
    }

    friend bool operator==(const matrix_schedule&, const matrix_schedule&) = default;

private:
    [[nodiscard]] weight_memory weights_in(const memory_policy& policy) const
    {
        return memory_ == memory_layout::packed ? packed_memory_of(matrix_, policy)
                                                : memory_of(matrix_, policy);
    }

    weight_matrix matrix_;
    memory_layout memory_;
    std::vector<std::int64_t> numbers_;
    std::vector<schedule_slot> slots_;
};

/// The schedule of the strategies with a fixed map (mapping.hpp): multiplier g works on the flat
/// weights [g·RF, (g+1)·RF), and is built if one of them is kept.
/// \param kept  for each weight in hardware order, whether it is kept
/// \throws std::invalid_argument if the count is wrong or if the strategy has no fixed map
template <class Kept>
[[nodiscard]] matrix_schedule schedule_of(const weight_matrix& m, std::span<const Kept> kept,
    memory_layout memory = memory_layout::in_place)
{
    ensure(static_cast<std::int64_t>(kept.size()) == m.weights(),
        "a schedule needs to know of every weight of the matrix whether it is kept",
        given{"given", kept.size()}, given{"weights", m.weights()});
    std::vector<std::int64_t> numbers;
    std::vector<schedule_slot> slots;
    for (std::int64_t g = 0; g < m.multipliers(); ++g) {
        const index_range weights = weights_of_multiplier(m, g);
        const auto is_kept = [&](std::int64_t flat) {
            return flat < weights.last && kept[static_cast<std::size_t>(flat)] != Kept{};
        };
        bool built = false;
        for (std::int64_t flat = weights.first; flat < weights.last; ++flat)
            built = built || is_kept(flat);
        if (!built)
            continue;
        numbers.push_back(g);
        for (std::int64_t cycle = 0; cycle < m.reuse_factor; ++cycle) {
            const std::int64_t flat = flat_index(m, g, cycle);
            // The last multiplier may have fewer weights than cycles; it then waits at the last.
            const placement at = place(m, std::min(flat, weights.last - 1));
            slots.push_back({is_kept(flat) ? flat : schedule_slot::idle, at.input, at.output});
        }
    }
    return {m, memory, std::move(numbers), std::move(slots)};
}

namespace detail {

/// For each block of multipliers that may take one another's weights, the kept weights in the order
/// in which its multipliers take them: `visit(first multiplier, cycle, weights)`. Under `free_row`
/// a block is a row, and its weights are dealt out RF at a time.
template <class Kept, class Visit>
void visit_assigned(
    const weight_matrix& m, const structure& how, std::span<const Kept> kept, Visit&& visit)
{
    const std::int64_t streams = m.n_in() / m.reuse_factor; // of a row, as many as multipliers
    const bool is_free = how.kind == structure_kind::free_row;
    const std::int64_t of_block = is_free ? streams : std::min<std::int64_t>(how.streams, streams);
    std::vector<std::vector<std::int64_t>> of_cycle(static_cast<std::size_t>(m.reuse_factor));
    for (std::int64_t row = 0; row < m.n_out(); ++row)
        for (std::int64_t first = 0; first < streams; first += of_block) {
            for (auto& weights : of_cycle)
                weights.clear();
            std::size_t dealt = 0;
            for (std::int64_t in = first * m.reuse_factor;
                 in < std::min(first + of_block, streams) * m.reuse_factor; ++in) {
                const std::int64_t flat = row * m.n_in() + in;
                if (kept[static_cast<std::size_t>(flat)] == Kept{})
                    continue;
                const auto cycle = static_cast<std::size_t>(in % m.reuse_factor);
                of_cycle[is_free ? dealt++ % of_cycle.size() : cycle].push_back(flat);
            }
            visit(row * streams + first, std::as_const(of_cycle));
        }
}

} // namespace detail

/// The schedule of the multipliers that a structure keeps. Where it leaves open which weights they
/// take (n_of_m and free_row), each block has as many as its fullest cycle needs.
/// \param kept  for each weight in hardware order, whether it is kept
/// \throws std::invalid_argument if the count is wrong, if the structure does not suit the matrix,
///         or if the strategy has no fixed map
template <class Kept>
[[nodiscard]] matrix_schedule schedule_of(
    const weight_matrix& m, std::span<const Kept> kept, const structure& how)
{
    if (!is_assignable(how.kind))
        return schedule_of(m, kept, how.memory);
    (void)grouping(m, how); // says what does not suit
    ensure(static_cast<std::int64_t>(kept.size()) == m.weights(),
        "a schedule needs to know of every weight of the matrix whether it is kept",
        given{"given", kept.size()}, given{"weights", m.weights()});
    std::vector<std::int64_t> numbers;
    std::vector<schedule_slot> slots;
    detail::visit_assigned(m, how, kept, [&](std::int64_t first, const auto& of_cycle) {
        std::size_t multipliers = 0;
        for (const auto& weights : of_cycle)
            multipliers = std::max(multipliers, weights.size());
        for (std::size_t k = 0; k < multipliers; ++k) {
            numbers.push_back(first + static_cast<std::int64_t>(k));
            for (std::size_t cycle = 0; cycle < of_cycle.size(); ++cycle) {
                const bool works = k < of_cycle[cycle].size();
                const placement at = place(
                    m, works ? of_cycle[cycle][k]
                             : flat_index(m, numbers.back(), static_cast<std::int64_t>(cycle)));
                slots.push_back(
                    {works ? of_cycle[cycle][k] : schedule_slot::idle, at.input, at.output});
            }
        }
    });
    return {m, how.memory, std::move(numbers), std::move(slots)};
}

/// The schedule of the dense hardware, before anything is pruned.
[[nodiscard]] inline matrix_schedule schedule_of(const weight_matrix& m)
{
    const std::vector<std::uint8_t> all(static_cast<std::size_t>(m.weights()), 1);
    return schedule_of(m, std::span<const std::uint8_t>(all));
}

} // namespace espalier
