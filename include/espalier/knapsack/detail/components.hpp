// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/start.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

// Items that share units, cut into components that share nothing with each other, and each solved
// exactly for fixed prices λ.
//
// At fixed prices the components do not feel each other. Within one, the items are decided one
// after the other, and all that must be remembered of the past is which of the units that later
// items use are already paid: the frontier. Where multipliers straddle memory columns the
// components are chains and the frontier is one or two units, so a component costs a few additions
// per item. Units are ordered by index or, if that is narrower, breadth first; a component whose
// frontier would exceed `widest` units is refused by `components::is_narrow`.
//
// The best two choices are carried along. The distance between them is the loss of the cheapest
// change, and a component in which it exceeds the gap of the whole problem is decided.

namespace espalier::detail {

class components {
public:
    static constexpr std::size_t widest = 8; ///< units in a frontier: 256 states

    struct link {
        std::uint8_t slot;  ///< place of the unit in the frontier
        std::uint32_t kind; ///< of the unit
    };

    // Items in the order in which they are decided, component by component.
    std::vector<std::uint32_t> item;
    std::vector<std::uint32_t> class_of;
    std::vector<double> value;
    std::vector<std::size_t> first_link; ///< one entry more than items
    std::vector<link> links;
    std::vector<std::uint8_t> forget; ///< slots that no later item uses
    std::vector<std::size_t> first;   ///< component → first item; one entry more
    std::vector<std::uint8_t> slots;  ///< component → width of its frontier
    bool is_narrow = true;

    [[nodiscard]] std::size_t size() const { return slots.size(); }
    [[nodiscard]] std::size_t items() const { return item.size(); }
    [[nodiscard]] std::span<const link> links_of(std::size_t position) const
    {
        return std::span{links}.subspan(
            first_link[position], first_link[position + 1] - first_link[position]);
    }

    components() = default;
    /// \param wanted  the items to choose from; the others must not use the units that cost
    /// \param paid    units that are paid already, or empty
    components(const knapsack_problem& problem, const std::vector<std::uint8_t>& wanted,
        const std::vector<std::uint8_t>& paid, double scale)
    {
        const shared_units& shared = problem.shared;
        const std::size_t count = shared.size();
        std::vector<std::uint8_t> costs_nothing(shared.costs.size());
        for (std::size_t k = 0; k < shared.costs.size(); ++k)
            costs_nothing[k] = shared.costs[k] == resource_vector{};
        const auto matters = [&](std::size_t unit) {
            return !costs_nothing[shared.kind[unit]] && (paid.empty() || !paid[unit]);
        };
        // Units joined by a common user are in one component (union and find, on units).
        std::vector<std::uint32_t> parent(count);
        std::iota(parent.begin(), parent.end(), std::uint32_t{0});
        std::vector<std::uint32_t> unit_of(problem.size(), none_);
        for (std::size_t unit = 0; unit < count; ++unit) {
            if (!matters(unit))
                continue;
            for (const std::uint32_t user : shared.users_of(unit)) {
                if (!wanted[user])
                    continue;
                if (unit_of[user] == none_)
                    unit_of[user] = static_cast<std::uint32_t>(unit);
                else
                    join(parent, unit_of[user], static_cast<std::uint32_t>(unit));
            }
        }
        arrange(problem, wanted, matters, parent, unit_of, scale);
    }

private:
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();

    static std::uint32_t root(std::vector<std::uint32_t>& parent, std::uint32_t unit)
    {
        while (parent[unit] != unit) {
            parent[unit] = parent[parent[unit]];
            unit = parent[unit];
        }
        return unit;
    }
    static void join(std::vector<std::uint32_t>& parent, std::uint32_t a, std::uint32_t b)
    {
        const std::uint32_t to = root(parent, a);
        const std::uint32_t from = root(parent, b);
        parent[std::max(to, from)] = std::min(to, from);
    }

    template <class Matters>
    void arrange(const knapsack_problem& problem, const std::vector<std::uint8_t>& wanted,
        const Matters& matters, std::vector<std::uint32_t>& parent,
        const std::vector<std::uint32_t>& unit_of, double scale)
    {
        const shared_units& shared = problem.shared;
        // Number the components by their first unit; then items that use nothing, one each.
        std::vector<std::uint32_t> component_of(shared.size(), none_);
        std::vector<std::vector<std::uint32_t>::size_type> unit_begin;
        std::uint32_t found = 0;
        for (std::size_t unit = 0; unit < shared.size(); ++unit) {
            if (!matters(unit))
                continue;
            const std::uint32_t top = root(parent, static_cast<std::uint32_t>(unit));
            if (component_of[top] == none_)
                component_of[top] = found++;
            component_of[unit] = component_of[top];
        }
        std::vector<std::size_t> unit_first(found + 1, 0);
        for (const std::uint32_t c : component_of)
            if (c != none_)
                ++unit_first[c + 1];
        std::partial_sum(unit_first.begin(), unit_first.end(), unit_first.begin());
        std::vector<std::uint32_t> units(unit_first.back());
        std::vector<std::size_t> next(unit_first.begin(), unit_first.end() - 1);
        for (std::size_t unit = 0; unit < shared.size(); ++unit)
            if (component_of[unit] != none_)
                units[next[component_of[unit]]++] = static_cast<std::uint32_t>(unit);

        const units_of_items uses(problem);
        item.reserve(problem.size());
        first.push_back(0);
        first_link.push_back(0);
        layout_scratch scratch(shared.size(), problem.size());
        for (std::uint32_t c = 0; c < found; ++c) {
            const auto members = std::span<std::uint32_t>{units}.subspan(
                unit_first[c], unit_first[c + 1] - unit_first[c]);
            lay_out(problem, wanted, matters, uses, members, scratch);
        }
        for (std::size_t i = 0; i < problem.size(); ++i)
            if (wanted[i] && unit_of[i] == none_) {
                push(problem, static_cast<std::uint32_t>(i));
                close(0);
            }
        value.resize(item.size());
        class_of.resize(item.size());
        for (std::size_t k = 0; k < item.size(); ++k) {
            value[k] = problem.values[item[k]] * scale;
            class_of[k] = problem.class_of[item[k]];
        }
    }

    struct layout_scratch {
        std::vector<std::uint32_t> position; ///< of a unit in the order
        std::vector<std::uint32_t> slot;
        std::vector<std::uint32_t> last_step;
        std::vector<std::uint8_t> seen;   ///< items
        std::vector<std::uint32_t> order; ///< items
        std::vector<std::uint32_t> queue; ///< units, breadth first
        layout_scratch(std::size_t units, std::size_t items)
            : position(units), slot(units, none_), last_step(units), seen(items, 0)
        {}
    };

    void push(const knapsack_problem&, std::uint32_t index)
    {
        item.push_back(index);
        forget.push_back(0);
        first_link.push_back(links.size());
    }
    void close(std::size_t width)
    {
        first.push_back(item.size());
        slots.push_back(static_cast<std::uint8_t>(width));
    }

    /// Appends one component.
    template <class Matters>
    void lay_out(const knapsack_problem& problem, const std::vector<std::uint8_t>& wanted,
        const Matters& matters, const units_of_items& uses, std::span<std::uint32_t> members,
        layout_scratch& scratch)
    {
        const std::size_t item_mark = item.size();
        const std::size_t link_mark = links.size();
        std::size_t width = place(problem, wanted, matters, uses, members, scratch);
        if (width > 3) {
            breadth_first(problem, wanted, matters, uses, members, scratch);
            item.resize(item_mark);
            forget.resize(item_mark);
            first_link.resize(item_mark + 1);
            links.resize(link_mark);
            const std::size_t other = place(problem, wanted, matters, uses, scratch.queue, scratch);
            if (other > width) {
                item.resize(item_mark);
                forget.resize(item_mark);
                first_link.resize(item_mark + 1);
                links.resize(link_mark);
                place(problem, wanted, matters, uses, members, scratch);
            }
            width = std::min(width, other);
        }
        is_narrow = is_narrow && width <= widest;
        if (item.size() > item_mark)
            close(width);
    }

    /// Appends the items of one component in the order of its units. The width of the frontier.
    template <class Matters>
    std::size_t place(const knapsack_problem& problem, const std::vector<std::uint8_t>& wanted,
        const Matters& matters, const units_of_items& uses, std::span<const std::uint32_t> members,
        layout_scratch& scratch)
    {
        // Items by their last unit in the order.
        scratch.order.clear();
        for (std::size_t at = members.size(); at-- > 0;) {
            scratch.position[members[at]] = static_cast<std::uint32_t>(at);
            const auto users = problem.shared.users_of(members[at]);
            for (std::size_t k = users.size(); k-- > 0;)
                if (wanted[users[k]] && !scratch.seen[users[k]]) {
                    scratch.seen[users[k]] = 1;
                    scratch.order.push_back(users[k]);
                }
        }
        std::reverse(scratch.order.begin(), scratch.order.end());
        for (std::size_t step = 0; step < scratch.order.size(); ++step) {
            scratch.seen[scratch.order[step]] = 0;
            for (const std::uint32_t unit : uses.of(scratch.order[step]))
                if (matters(unit))
                    scratch.last_step[unit] = static_cast<std::uint32_t>(step);
        }
        std::size_t width = 0;
        std::uint64_t free_slots = ~std::uint64_t{0};
        for (std::size_t step = 0; step < scratch.order.size(); ++step) {
            const std::uint32_t index = scratch.order[step];
            std::uint64_t leaving = 0;
            for (const std::uint32_t unit : uses.of(index)) {
                if (!matters(unit))
                    continue;
                if (scratch.slot[unit] == none_) {
                    const int slot = std::countr_zero(free_slots);
                    if (slot >= 63)
                        return give_up(uses, matters, scratch);
                    scratch.slot[unit] = static_cast<std::uint32_t>(slot);
                    free_slots &= ~(std::uint64_t{1} << slot);
                    width = std::max(width, static_cast<std::size_t>(slot) + 1);
                }
                links.push_back(
                    {static_cast<std::uint8_t>(scratch.slot[unit]), problem.shared.kind[unit]});
                if (scratch.last_step[unit] == step)
                    leaving |= std::uint64_t{1} << scratch.slot[unit];
            }
            push(problem, index);
            forget.back() = static_cast<std::uint8_t>(leaving);
            free_slots |= leaving;
            for (const std::uint32_t unit : uses.of(index))
                if (matters(unit) && scratch.last_step[unit] == step)
                    scratch.slot[unit] = none_;
        }
        return width;
    }

    template <class Matters>
    std::size_t give_up(
        const units_of_items& uses, const Matters& matters, layout_scratch& scratch) const
    {
        for (const std::uint32_t index : scratch.order)
            for (const std::uint32_t unit : uses.of(index))
                if (matters(unit))
                    scratch.slot[unit] = none_;
        return 64;
    }

    template <class Matters>
    void breadth_first(const knapsack_problem& problem, const std::vector<std::uint8_t>& wanted,
        const Matters& matters, const units_of_items& uses, std::span<const std::uint32_t> members,
        layout_scratch& scratch) const
    {
        std::vector<std::uint32_t>& queue = scratch.queue;
        // From the farthest unit of a first search, which is near an end of the component.
        std::uint32_t from = members.front();
        for (int pass = 0; pass < 2; ++pass) {
            queue.assign(1, from);
            for (const std::uint32_t unit : members)
                scratch.last_step[unit] = 0;
            scratch.last_step[from] = 1;
            for (std::size_t at = 0; at < queue.size(); ++at)
                for (const std::uint32_t user : problem.shared.users_of(queue[at]))
                    if (wanted[user])
                        for (const std::uint32_t unit : uses.of(user))
                            if (matters(unit) && scratch.last_step[unit] == 0) {
                                scratch.last_step[unit] = 1;
                                queue.push_back(unit);
                            }
            from = queue.back();
        }
    }
};

} // namespace espalier::detail
