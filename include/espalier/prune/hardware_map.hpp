// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/index_range.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/weight_state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Which multipliers and memory columns of a matrix a mask frees, one by one: what `recount` counts,
// with a place for everything that it counts. It is for looking at: the map of a report.

namespace espalier {

/// What has become of a multiplier or of a memory column.
enum class unit_state : std::uint8_t {
    freed,
    kept,
    two_digits, ///< a multiplier that became an adder (structure_kind::constant)
};

/// Every multiplier and every memory column of one copy of a matrix.
struct hardware_map {
    std::vector<unit_state> multipliers{}; ///< as the hardware numbers them
    std::vector<unit_state> columns{};     ///< of all banks of the memory, one bank after the other

    friend bool operator==(const hardware_map&, const hardware_map&) = default;
};

namespace detail {

/// The multipliers that a mask keeps.
inline std::vector<unit_state> kept_multipliers(
    const grouping& groups, layout framework, std::span<const std::uint8_t> mask)
{
    const weight_matrix& m = groups.matrix();
    std::vector<unit_state> multipliers(
        static_cast<std::size_t>(m.multipliers()), unit_state::freed);
    if (m.strategy == strategy::latency && m.reuse_factor > 1) {
        const auto pruned = std::count(mask.begin(), mask.end(), std::uint8_t{0});
        std::fill_n(
            multipliers.begin(), pooled_multipliers(m, m.weights() - pruned), unit_state::kept);
        return multipliers;
    }
    const bool chosen = is_assignable(groups.how().kind);
    for (std::int64_t offset = 0; offset < m.weights(); ++offset) {
        const auto state = static_cast<weight_state>(mask[static_cast<std::size_t>(offset)]);
        if (state == weight_state::pruned)
            continue;
        const std::int64_t flat = to_hardware(m, framework, offset);
        unit_state& of = multipliers[static_cast<std::size_t>(
            chosen ? groups.group_of(flat) : flat / m.reuse_factor)];
        of = state == weight_state::two_digits ? unit_state::two_digits : unit_state::kept;
    }
    return multipliers;
}

} // namespace detail

/// What of the hardware of a matrix is left. Where nothing has a fixed place, what is left comes
/// first: multipliers under the latency strategy, columns of a packed memory.
/// \param groups  as the pruner has them (`selection::groups_of`), with what multipliers chose
/// \param mask    a weight_state for each weight, in the framework's order (`pruner::masks`)
/// \throws std::invalid_argument if the mask has not an entry for every weight
[[nodiscard]] inline hardware_map hardware_map_of(const grouping& groups, layout framework,
    std::span<const std::uint8_t> mask, const cost_policy& policy = {})
{
    const weight_matrix& m = groups.matrix();
    ensure(static_cast<std::int64_t>(mask.size()) == m.weights(),
        "a mask has an entry for every weight", given{"given", mask.size()},
        given{"weights", m.weights()});
    hardware_map map{.multipliers = detail::kept_multipliers(groups, framework, mask)};
    const bool packed = groups.how().memory == memory_layout::packed;
    const weight_memory memory =
        packed ? packed_memory_of(m, policy.memory) : memory_of(m, policy.memory);
    const auto is_kept = [](unit_state state) { return state != unit_state::freed; };
    const auto kept = std::count_if(map.multipliers.begin(), map.multipliers.end(), is_kept);
    for (std::size_t bank = 0; bank < memory.banks.size(); ++bank)
        for (std::int64_t column = 0; column < memory.columns(bank); ++column) {
            const index_range on = multipliers_of_column(memory, column, bank);
            const bool used = packed ? on.first < kept
                                     : std::any_of(map.multipliers.begin() + on.first,
                                           map.multipliers.begin() + on.last, is_kept);
            map.columns.push_back(used ? unit_state::kept : unit_state::freed);
        }
    return map;
}

} // namespace espalier
