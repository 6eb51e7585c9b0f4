// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/components.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/detail/tangled/closure.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

// What a node of the search over tangled units leaves to choose: its items and free units, as a
// graph with profits at given prices (closure.hpp), and as a knapsack problem of its own.

namespace espalier::detail {

class tangled_nodes {
public:
    tangled_nodes(const knapsack_problem& problem, const decided& begin, budget& limits)
        : problem_(problem), begin_(begin), limits_(limits), units_(problem)
    {
        double largest = 0;
        for (std::size_t i = 0; i < problem.size(); ++i)
            if (begin.of(i) == decision::free)
                largest = std::max(largest, problem.values[i]);
        scale_ = scale_of(largest);
    }

    enum class unit_state : std::uint8_t { free, paid, unpaid };

    struct node {
        std::vector<unit_state> state; ///< of each unit
        price_vector price{};          ///< per value as the problem has it
        double bound = std::numeric_limits<double>::infinity();
    };

    /// What a node leaves to choose: the items whose units are not ruled out.
    struct rest {
        std::vector<std::uint32_t> items;
        std::vector<std::uint32_t> units;      ///< that are free and have users
        std::vector<std::uint32_t> unit_place; ///< of each unit, in `units`
        resource_vector room{};
        double kept_value = 0; ///< of the items that are decided
        bool fits = true;
    };

    [[nodiscard]] rest rest_of(const node& at) const
    {
        rest result;
        result.room = begin_.left;
        for (std::size_t u = 0; u < at.state.size(); ++u)
            if (at.state[u] == unit_state::paid && (begin_.paid.empty() || begin_.paid[u] == 0))
                result.room = less(result.room, problem_.shared.costs[problem_.shared.kind[u]],
                    problem_.resources);
        result.fits = is_within(result.room, problem_.resources);
        result.unit_place.assign(at.state.size(), none_);
        compensated_sum kept;
        for (std::uint32_t i = 0; i < problem_.size(); ++i) {
            if (begin_.of(i) == decision::keep)
                kept.add(problem_.values[i]);
            if (begin_.of(i) != decision::free || !(problem_.values[i] > 0 || has_floor(i)))
                continue;
            resource_vector need = problem_.class_costs[problem_.class_of[i]];
            bool is_possible = true;
            for (const std::uint32_t u : units_.of(i)) {
                is_possible = is_possible && at.state[u] != unit_state::unpaid;
                if (at.state[u] == unit_state::free)
                    need = less(need, problem_.shared.costs[problem_.shared.kind[u]],
                        problem_.resources, -1);
            }
            if (!is_possible ||
                !is_within(less(result.room, need, problem_.resources), problem_.resources))
                continue;
            result.items.push_back(i);
            for (const std::uint32_t u : units_.of(i))
                if (at.state[u] == unit_state::free && result.unit_place[u] == none_) {
                    result.unit_place[u] = static_cast<std::uint32_t>(result.units.size());
                    result.units.push_back(u);
                }
        }
        result.kept_value = kept.value();
        return result;
    }

    /// The rest of a node as a problem of its own.
    [[nodiscard]] knapsack_problem part_of(const rest& left) const
    {
        knapsack_problem part;
        part.resources = problem_.resources;
        part.class_costs = problem_.class_costs;
        part.capacity = left.room;
        part.shared.costs = problem_.shared.costs;
        std::vector<std::uint32_t> place(problem_.size(), none_);
        std::vector<std::size_t> possible(problem_.classes(), 0);
        for (const std::uint32_t i : left.items) {
            place[i] = static_cast<std::uint32_t>(part.values.size());
            part.values.push_back(problem_.values[i]);
            part.class_of.push_back(problem_.class_of[i]);
            ++possible[problem_.class_of[i]];
        }
        if (!left.units.empty())
            part.shared.first.push_back(0);
        for (const std::uint32_t u : left.units) {
            for (const std::uint32_t user : problem_.shared.users_of(u))
                if (place[user] != none_)
                    part.shared.users.push_back(place[user]);
            part.shared.kind.push_back(problem_.shared.kind[u]);
            part.shared.first.push_back(part.shared.users.size());
        }
        if (part.shared.empty())
            part.shared = {};
        part.floors = begin_.missing;
        for (std::size_t c = 0; c < part.floors.size(); ++c)
            if (part.floors[c] > possible[c])
                part.resources = 0; // no choice keeps the floors
        return part;
    }

    [[nodiscard]] bool is_tangled(const rest& left) const
    {
        if (left.units.size() <= pattern::widest)
            return false;
        const knapsack_problem part = part_of(left);
        if (part.resources == 0)
            return false;
        const decided begin(part);
        if (!begin.reason.empty())
            return false;
        components parts;
        component_finder finder(part, begin, limits_);
        return !finder.find(parts) || !parts.is_narrow;
    }

protected:
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();

    const knapsack_problem& problem_;
    const decided& begin_;
    budget& limits_;
    units_of_items units_;
    double scale_ = 1;
    sharing_graph graph_;
    std::vector<double> profit_;
    std::vector<double> price_of_unit_;

    void make_graph(const rest& left)
    {
        graph_ = {};
        std::vector<std::uint32_t> its_units;
        for (const std::uint32_t i : left.items) {
            its_units.clear();
            for (const std::uint32_t u : units_.of(i))
                if (left.unit_place[u] != none_)
                    its_units.push_back(left.unit_place[u]);
            graph_.add_item(its_units);
        }
        graph_.finish(left.units.size());
    }

    void set_profits(const rest& left, const price_vector& price)
    {
        std::vector<double> class_price(problem_.classes());
        for (std::size_t c = 0; c < problem_.classes(); ++c)
            class_price[c] = price_of(problem_.class_costs[c], price, problem_.resources);
        profit_.resize(left.items.size());
        for (std::size_t k = 0; k < left.items.size(); ++k)
            profit_[k] = problem_.values[left.items[k]] * scale_ -
                         class_price[problem_.class_of[left.items[k]]];
        price_of_unit_.resize(left.units.size());
        for (std::size_t k = 0; k < left.units.size(); ++k)
            price_of_unit_[k] = price_of(problem_.shared.costs[problem_.shared.kind[left.units[k]]],
                price, problem_.resources);
    }

private:
    [[nodiscard]] bool has_floor(std::uint32_t item) const
    {
        return !begin_.missing.empty() && begin_.missing[problem_.class_of[item]] > 0;
    }
};

} // namespace espalier::detail
