// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/detail/tangled/closure.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solving.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

// What the decisions about some units leave to choose: the items whose units are not ruled out, and
// the units about which nothing is decided; as a knapsack problem, and as a graph (closure.hpp).

namespace espalier::detail {

/// About a unit: nothing yet; it may be used, and its cost is taken from the room; or none of its
/// users is kept.
enum class unit_decision : std::uint8_t { open, paid, unpaid };

class open_part {
public:
    std::vector<std::uint32_t> items;
    std::vector<std::uint32_t> units; ///< that are open and have users
    resource_vector room;

    /// \param state  of each unit
    /// \param left   of the capacities, beside all that is kept and paid
    open_part(const knapsack_problem& problem, const decided& begin, const units_of_items& units_of,
        const std::vector<unit_decision>& state, const resource_vector& left)
        : room(left), problem_(problem), begin_(begin), units_of_(units_of)
    {
        // An item that needs more than is left, with all of its open units, is in no choice; and
        // one of no value is in none that is needed, unless a floor asks for its class.
        place_.assign(state.size(), none_);
        for (std::uint32_t i = 0; i < problem.size(); ++i) {
            const std::uint32_t its_class = problem.class_of[i];
            const bool has_floor = !begin.missing.empty() && begin.missing[its_class] > 0;
            if (begin.of(i) != decision::free || !(problem.values[i] > 0 || has_floor))
                continue;
            resource_vector after = less(room, problem.class_costs[its_class], problem.resources);
            bool is_possible = true;
            for (const std::uint32_t u : units_of.of(i)) {
                is_possible = is_possible && state[u] != unit_decision::unpaid;
                if (state[u] == unit_decision::open)
                    after = less(after, unit_cost(u), problem.resources);
            }
            if (!is_possible || !is_within(after, problem.resources))
                continue;
            items.push_back(i);
            for (const std::uint32_t u : units_of.of(i))
                if (state[u] == unit_decision::open && place_[u] == none_) {
                    place_[u] = static_cast<std::uint32_t>(units.size());
                    units.push_back(u);
                }
        }
    }

    [[nodiscard]] const resource_vector& unit_cost(std::uint32_t unit) const
    {
        return problem_.shared.costs[problem_.shared.kind[unit]];
    }
    [[nodiscard]] const resource_vector& item_cost(std::uint32_t item) const
    {
        return problem_.class_costs[problem_.class_of[item]];
    }

    /// Which item here uses which of the open units, both by their places here.
    [[nodiscard]] sharing_graph graph() const
    {
        sharing_graph result;
        std::vector<std::uint32_t> its_units;
        for (const std::uint32_t i : items) {
            its_units.clear();
            for (const std::uint32_t u : units_of_.of(i))
                if (place_[u] != none_)
                    its_units.push_back(place_[u]);
            result.add_item(its_units);
        }
        result.finish(units.size());
        return result;
    }

    /// Items and units in the order in which they are here, with the floors that are not met yet.
    /// \param is_out  by unit of this part: whether it is left out; empty: none is
    [[nodiscard]] knapsack_problem problem(const std::vector<std::uint8_t>& is_out = {}) const
    {
        knapsack_problem part;
        part.resources = problem_.resources;
        part.class_costs = problem_.class_costs;
        part.capacity = room;
        part.floors = begin_.missing;
        std::vector<std::uint32_t> item_place(problem_.size(), none_);
        for (const std::uint32_t i : items) {
            item_place[i] = static_cast<std::uint32_t>(part.values.size());
            part.values.push_back(problem_.values[i]);
            part.class_of.push_back(problem_.class_of[i]);
        }
        shared_units shared;
        shared.costs = problem_.shared.costs;
        shared.first.push_back(0);
        for (std::size_t k = 0; k < units.size(); ++k) {
            if (!is_out.empty() && is_out[k] != 0)
                continue;
            for (const std::uint32_t user : problem_.shared.users_of(units[k]))
                if (item_place[user] != none_)
                    shared.users.push_back(item_place[user]);
            shared.kind.push_back(problem_.shared.kind[units[k]]);
            shared.first.push_back(shared.users.size());
        }
        if (!shared.empty())
            part.shared = std::move(shared);
        return part;
    }

private:
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();

    const knapsack_problem& problem_;
    const decided& begin_;
    const units_of_items& units_of_;
    std::vector<std::uint32_t> place_; ///< of each unit of the problem, in `units`
};

} // namespace espalier::detail
