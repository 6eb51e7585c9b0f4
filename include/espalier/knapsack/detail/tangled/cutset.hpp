// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/components.hpp>
#include <espalier/knapsack/detail/tangled/closure.hpp>
#include <espalier/knapsack/detail/tangled/open_part.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

// The units that tangle a problem: without them it falls into components whose best choices are
// found fast. (In the words of constraint programming, a cutset for conditioning.)

namespace espalier::detail {

struct cutset {
    std::vector<std::uint32_t> units;   ///< places in the whole's units, those of most value first
    knapsack_problem rest;              ///< the whole without them, and without floors
    std::vector<resource_vector> costs; ///< of the units
    components parts;                   ///< of the rest; without values

    /// At least one unit, unless the budget ends before the components are found.
    /// \param whole  all that is left to choose, with shared units
    /// \param graph  the same as a graph
    cutset(const open_part& whole, const sharing_graph& graph, budget& limits)
    {
        // Units whose users hang on many others first.
        std::vector<std::size_t> meets(graph.size(), 0);
        std::vector<double> worth(graph.size(), 0);
        const knapsack_problem all = whole.problem();
        for (std::size_t i = 0; i < graph.items(); ++i)
            for (std::size_t at = graph.first_unit[i]; at < graph.first_unit[i + 1]; ++at) {
                meets[graph.units[at]] += graph.first_unit[i + 1] - graph.first_unit[i] - 1;
                worth[graph.units[at]] += all.values[i];
            }
        std::vector<std::uint32_t> order(graph.size());
        std::iota(order.begin(), order.end(), std::uint32_t{0});
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return meets[a] != meets[b] ? meets[a] > meets[b] : whole.units[a] < whole.units[b];
        });
        // Doubling, then bisection: how many of them must go until the rest is narrow. It need not
        // be the least such number, as taking more units away may make another frontier wider; it
        // is one.
        std::size_t enough = 1;
        while (enough < order.size() && !is_narrow_without(enough, order, whole, graph, limits))
            enough = std::min(2 * enough, order.size());
        for (std::size_t few = enough / 2; few + 1 < enough;) {
            const std::size_t middle = few + (enough - few) / 2;
            (is_narrow_without(middle, order, whole, graph, limits) ? enough : few) = middle;
        }
        is_narrow_without(enough, order, whole, graph, limits);
        units.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(enough));
        std::sort(units.begin(), units.end(), [&](std::uint32_t a, std::uint32_t b) {
            return worth[a] != worth[b] ? worth[a] > worth[b] : a < b;
        });
        for (const std::uint32_t u : units)
            costs.push_back(whole.unit_cost(whole.units[u]));
    }

private:
    /// Whether the rest without the first so many units falls into components of narrow frontiers.
    /// A quick look at who meets whom says no for most; otherwise the components are found, and
    /// stay in `rest` and `parts`.
    bool is_narrow_without(std::size_t count, const std::vector<std::uint32_t>& order,
        const open_part& whole, const sharing_graph& graph, budget& limits)
    {
        std::vector<std::uint8_t> is_out(order.size(), 0);
        for (std::size_t k = 0; k < count; ++k)
            is_out[order[k]] = 1;
        std::vector<std::size_t> meets(order.size(), 0);
        for (std::size_t i = 0; i < graph.items(); ++i) {
            std::size_t in = 0;
            for (std::size_t at = graph.first_unit[i]; at < graph.first_unit[i + 1]; ++at)
                in += is_out[graph.units[at]] == 0;
            for (std::size_t at = graph.first_unit[i]; at < graph.first_unit[i + 1]; ++at)
                meets[graph.units[at]] += is_out[graph.units[at]] == 0 ? in - 1 : 0;
        }
        if (std::any_of(
                meets.begin(), meets.end(), [](std::size_t n) { return n > tuning::most_met; }))
            return false;
        rest = whole.problem(is_out);
        rest.floors.clear();
        const decided nothing(rest);
        parts = {};
        return component_finder(rest, nothing, limits).find(parts) && parts.is_narrow &&
               std::all_of(parts.patterns.begin(), parts.patterns.end(),
                   [](const pattern& look) { return look.slots <= tuning::narrow_frontier; });
    }
};

} // namespace espalier::detail
