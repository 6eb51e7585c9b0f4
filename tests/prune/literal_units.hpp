// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/prune/resource_units.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

// The resource units of a matrix found the slow way: every weight is asked for its place, and its
// group is noted at the DSP block and the memory columns there.

namespace literal_units {

struct unit {
    espalier::unit_type type = espalier::unit_type::product;
    std::set<std::uint32_t> users;
};

/// Products before columns, both in the order of the hardware.
inline std::vector<unit> of(const espalier::grouping& groups, const espalier::cost_policy& costs)
{
    using namespace espalier;
    const weight_matrix& m = groups.matrix();
    const bool pooled = m.strategy == strategy::latency && m.reuse_factor > 1;
    std::map<std::int64_t, std::set<std::uint32_t>> products, columns;
    for (std::int64_t flat = 0; flat < m.weights(); ++flat) {
        const auto group = static_cast<std::uint32_t>(groups.group_of(flat));
        // Pooled weights fill one multiplier after the other.
        const placement at =
            pooled ? placement{.multiplier = flat / m.reuse_factor} : place(m, flat, costs.memory);
        products[at.multiplier / product_of(m, costs).sharing].insert(group);
        for (auto j = at.first_column; j < at.end_column; ++j)
            columns[j].insert(group);
    }
    std::vector<unit> units;
    for (const auto& [index, users] : products)
        units.push_back({unit_type::product, users});
    for (const auto& [index, users] : columns)
        units.push_back({unit_type::column, users});
    return units;
}

} // namespace literal_units
