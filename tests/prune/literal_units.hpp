// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/prune/resource_units.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

// The resource units of a matrix found the slow way: every weight is asked for its place, and its
// group is noted at the DSP block and the memory columns there.

namespace literal_units {

struct unit {
    std::size_t kind = 0; ///< of resource_units::kinds
    std::set<std::uint32_t> users{};
};

/// Products before columns, bank by bank, each in the order of the hardware.
inline std::vector<unit> of(const espalier::grouping& groups, const espalier::cost_policy& costs)
{
    using namespace espalier;
    const weight_matrix& m = groups.matrix();
    const bool pooled = m.strategy == strategy::latency && m.reuse_factor > 1;
    const weight_memory memory = memory_of(m, costs.memory);
    const bool packed = groups.how().memory == memory_layout::packed && memory.is_in_block_ram();
    std::map<std::int64_t, std::set<std::uint32_t>> products;
    std::map<std::pair<std::size_t, std::int64_t>, std::set<std::uint32_t>> columns;
    for (std::int64_t flat = 0; flat < m.weights(); ++flat) {
        const auto group = static_cast<std::uint32_t>(groups.group_of(flat));
        // Pooled weights fill one multiplier after the other, the first perhaps in part; without
        // that one nothing is left at all.
        const std::int64_t from_the_end = (m.weights() - 1 - flat) / m.reuse_factor;
        const placement at = pooled ? placement{.multiplier = m.multipliers() - 1 - from_the_end}
                                    : place(m, flat, costs.memory);
        products[at.multiplier / product_of(m, costs).sharing].insert(group);
        if (pooled && m.weights() % m.reuse_factor != 0)
            products[0].insert(group);
        for (std::size_t bank = 0; bank < memory.banks.size(); ++bank)
            for (std::int64_t bit = at.first_bit;
                 bit < (packed ? at.first_bit + memory.weight_bits : at.end_bit); ++bit)
                columns[{bank, bit / memory.banks[bank].column_bits}].insert(group);
    }
    // The last product is of a kind of its own where it is built for fewer bits and costs less.
    const bool last_differs = last_product_of(m, costs) != product_of(m, costs);
    const std::size_t product_kinds = last_differs && m.multipliers() > 1 ? 2 : 1;
    std::vector<unit> units;
    for (const auto& [index, users] : products)
        units.push_back(
            {last_differs && index + 1 == m.multipliers() ? product_kinds - 1 : 0, users});
    for (const auto& [where, users] : columns)
        units.push_back({product_kinds + where.first, users});
    return units;
}

} // namespace literal_units
