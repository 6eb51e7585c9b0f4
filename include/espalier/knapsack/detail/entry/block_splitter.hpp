// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/component_set.hpp>
#include <espalier/knapsack/detail/entry/pattern.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

// Units that look like none before, taken apart: units joined by a user are found by union and
// find, and the items of each component are put in an order, by its units as they are numbered or,
// if that makes the frontier narrower, breadth first.

namespace espalier::detail {

class block_splitter {
public:
    /// \param begin  what is decided and paid
    /// \param kept   items that are kept already; those that are not decided use no units
    block_splitter(const knapsack_problem& problem, const decided& begin, budget& limits,
        value_range worth = {}, const std::vector<std::uint32_t>& kept = {})
        : problem_(problem),
          begin_(begin),
          paid_(begin.paid),
          limits_(limits),
          worth_(std::move(worth)),
          has_unit_(problem.size(), 0)
    {
        for (const std::uint32_t item : kept)
            has_unit_[item] = 1; // so that it is not alone
        for (const resource_vector& cost : problem.shared.costs)
            costs_nothing_.push_back(cost == resource_vector{});
    }

protected:
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::size_t most_transitions_ = std::size_t{1} << 24; // of one pattern

    const knapsack_problem& problem_;
    const decided& begin_;
    const std::vector<std::uint8_t>& paid_;
    budget& limits_;
    value_range worth_;
    components found_;
    std::vector<std::uint8_t> costs_nothing_;                   ///< by kind of unit
    std::vector<std::uint8_t> has_unit_;                        ///< by item
    std::map<std::vector<std::uint32_t>, std::uint32_t> known_; ///< key → pattern

    [[nodiscard]] bool is_free(std::size_t i) const { return begin_.of(i) == decision::free; }
    [[nodiscard]] bool matters(std::size_t unit) const
    {
        return !costs_nothing_[problem_.shared.kind[unit]] && (paid_.empty() || !paid_[unit]);
    }

    std::uint32_t number_of(pattern&& one)
    {
        const auto [at, is_new] =
            known_.try_emplace(one.key(), static_cast<std::uint32_t>(found_.patterns.size()));
        if (is_new) {
            one.prepare();
            limits_.spend(2'000 * one.size() + 4 * one.transitions.size());
            found_.patterns.push_back(std::move(one));
        }
        return at->second;
    }

    /// Finds the components of the units of a block. Whether they are few items long, so that what
    /// is in them does not depend on the values.
    bool split(std::size_t begin, std::size_t end)
    {
        block b = look_at(begin, end);
        if (!b.uses.empty())
            split(b, end - begin);
        return !b.is_long();
    }

private:
    // Taking a block apart. Units and items are numbered from the first of the block.

    struct block {
        std::size_t begin = 0;                  ///< unit
        std::uint32_t first_item = none_;       ///< of the lowest index
        std::vector<std::size_t> first_use{};   ///< item → its units that matter
        std::vector<std::uint32_t> uses{};      ///< units
        std::vector<std::uint8_t> seen{};       ///< items
        std::vector<std::uint8_t> reached{};    ///< units
        std::vector<std::uint32_t> slot{};      ///< of a unit
        std::vector<std::uint8_t> is_in{};      ///< items that take part
        std::vector<std::uint32_t> last_step{}; ///< that uses a unit

        [[nodiscard]] bool is_long() const { return is_in.size() > pattern::items_per_word; }
        [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t i) const
        {
            return std::span{uses}.subspan(first_use[i], first_use[i + 1] - first_use[i]);
        }
    };

    void split(block& b, std::size_t count)
    {
        // Units joined by a common user, by union and find.
        std::vector<std::uint32_t> parent(count);
        std::iota(parent.begin(), parent.end(), std::uint32_t{0});
        for (std::uint32_t i = 0; i + 1 < b.first_use.size(); ++i)
            for (const std::uint32_t unit : b.of(i))
                join(parent, b.of(i).front(), unit);
        std::vector<std::size_t> start(count + 1, 0);
        for (std::uint32_t unit = 0; unit < count; ++unit)
            ++start[root(parent, unit) + 1];
        std::partial_sum(start.begin(), start.end(), start.begin());
        std::vector<std::uint32_t> units(count);
        std::vector<std::size_t> next(start.begin(), start.end() - 1);
        for (std::uint32_t unit = 0; unit < count; ++unit)
            units[next[root(parent, unit)]++] = unit;
        for (std::size_t top = 0; top < count && limits_.spend(20); ++top)
            lay_out(b, std::span{units}.subspan(start[top], start[top + 1] - start[top]));
    }

    /// The units that matter to each item.
    block look_at(std::size_t begin, std::size_t end)
    {
        const shared_units& shared = problem_.shared;
        block b;
        b.begin = begin;
        std::uint32_t last_item = 0;
        for (std::size_t k = shared.first[begin]; k < shared.first[end]; ++k) {
            b.first_item = std::min(b.first_item, shared.users[k]);
            last_item = std::max(last_item, shared.users[k]);
        }
        if (b.first_item == none_)
            return b;
        b.first_use.assign(last_item - b.first_item + 2, 0);
        b.is_in.assign(last_item - b.first_item + 1, 0);
        // In a short block, items that cannot be kept stay, for the sake of the pattern. A long one
        // they leave, because it may fall into pieces without them.
        for (std::size_t k = shared.first[begin]; k < shared.first[end]; ++k) {
            const std::uint32_t user = shared.users[k];
            b.is_in[user - b.first_item] =
                is_free(user) && (!b.is_long() || worth_.holds(problem_, user));
        }
        const auto each_use = [&](auto use) {
            for (std::size_t unit = begin; unit < end; ++unit)
                if (matters(unit))
                    for (const std::uint32_t user : shared.users_of(unit))
                        if (b.is_in[user - b.first_item])
                            use(user - b.first_item, static_cast<std::uint32_t>(unit - begin));
        };
        each_use([&](std::uint32_t i, std::uint32_t) { ++b.first_use[i + 1]; });
        std::partial_sum(b.first_use.begin(), b.first_use.end(), b.first_use.begin());
        b.uses.resize(b.first_use.back());
        std::vector<std::size_t> next(b.first_use.begin(), b.first_use.end() - 1);
        each_use([&](std::uint32_t i, std::uint32_t unit) {
            b.uses[next[i]++] = unit;
            has_unit_[b.first_item + i] = 1;
        });
        b.reached.resize(end - begin);
        b.slot.assign(end - begin, none_);
        b.last_step.resize(end - begin);
        b.seen.assign(b.first_use.size() - 1, 0);
        return b;
    }

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

    /// Appends the component of some units.
    void lay_out(block& b, std::span<const std::uint32_t> units)
    {
        std::vector<std::uint32_t> order;
        pattern one = place(b, units, order);
        if (order.empty())
            return;
        if (one.slots > 3) {
            std::vector<std::uint32_t> other_order;
            pattern other = place(b, breadth_first(b, units), other_order);
            if (other.slots < one.slots) {
                one = std::move(other);
                order.swap(other_order);
            }
        }
        const std::size_t most = most_transitions_ >> std::min<std::size_t>(one.slots, 24);
        if (one.slots > pattern::widest || 2 * order.size() > most) {
            found_.is_narrow = false;
            return;
        }
        for (const std::uint32_t i : order)
            found_.item.push_back(b.first_item + i);
        found_.close(number_of(std::move(one)));
    }

    [[nodiscard]] std::span<const std::uint32_t> users_of(const block& b, std::uint32_t unit) const
    {
        return problem_.shared.users_of(b.begin + unit);
    }

    /// The items of one component in the order of its units, and its pattern in that order.
    pattern place(
        block& b, std::span<const std::uint32_t> units, std::vector<std::uint32_t>& order) const
    {
        // Items by their last unit in the order.
        for (std::size_t at = units.size(); at-- > 0;) {
            if (!matters(b.begin + units[at]))
                continue;
            const auto users = users_of(b, units[at]);
            for (std::size_t k = users.size(); k-- > 0;) {
                const std::uint32_t i = users[k] - b.first_item;
                if (b.is_in[i] && !b.seen[i]) {
                    b.seen[i] = 1;
                    order.push_back(i);
                }
            }
        }
        std::reverse(order.begin(), order.end());
        for (std::uint32_t step = 0; step < order.size(); ++step) {
            b.seen[order[step]] = 0;
            for (const std::uint32_t unit : b.of(order[step]))
                b.last_step[unit] = step;
        }
        pattern result;
        std::uint64_t free_slots = ~std::uint64_t{0};
        for (std::uint32_t step = 0; step < order.size(); ++step) {
            std::uint64_t leaving = 0;
            for (const std::uint32_t unit : b.of(order[step])) {
                if (b.slot[unit] == none_) {
                    const auto slot = static_cast<std::uint32_t>(std::countr_zero(free_slots));
                    if (slot >= 63) { // far too wide
                        for (const std::uint32_t one : units)
                            b.slot[one] = none_;
                        result.slots = 64;
                        return result;
                    }
                    b.slot[unit] = slot;
                    free_slots &= ~(std::uint64_t{1} << slot);
                    result.slots = std::max<std::size_t>(result.slots, slot + 1);
                }
                result.add_link(b.slot[unit], problem_.shared.kind[b.begin + unit]);
                if (b.last_step[unit] == step)
                    leaving |= std::uint64_t{1} << b.slot[unit];
            }
            result.add_item(problem_.class_of[b.first_item + order[step]], leaving);
            free_slots |= leaving;
            for (const std::uint32_t unit : b.of(order[step]))
                if (b.last_step[unit] == step)
                    b.slot[unit] = none_;
        }
        return result;
    }

    /// The units of a component, breadth first from one that is near an end of it: the farthest of
    /// a first search.
    [[nodiscard]] std::vector<std::uint32_t> breadth_first(
        block& b, std::span<const std::uint32_t> units) const
    {
        std::vector<std::uint32_t> queue;
        std::uint32_t from = units.front();
        for (int pass = 0; pass < 2; ++pass) {
            queue.assign(1, from);
            for (const std::uint32_t unit : units)
                b.reached[unit] = 0;
            b.reached[from] = 1;
            for (std::size_t at = 0; at < queue.size(); ++at)
                for (const std::uint32_t user : users_of(b, queue[at]))
                    if (b.is_in[user - b.first_item])
                        for (const std::uint32_t unit : b.of(user - b.first_item))
                            if (b.reached[unit] == 0) {
                                b.reached[unit] = 1;
                                queue.push_back(unit);
                            }
            from = queue.back();
        }
        return queue;
    }
};

} // namespace espalier::detail
