// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/pattern.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

// Units that look like none before, taken apart: of units joined by users the items are put in an
// order, by the units as they are numbered or, if that makes the frontier narrower, breadth first.

namespace espalier::detail {

/// What an item must be worth to be kept at all.
struct value_range {
    std::vector<double> least{}; ///< by class; empty: anything
    double most = std::numeric_limits<double>::infinity();

    /// Whether an item is worth so much and no more.
    [[nodiscard]] bool holds(const knapsack_problem& problem, std::size_t item) const
    {
        const double value = problem.values[item];
        return value <= most && (least.empty() || value >= least[problem.class_of[item]]);
    }
};

/// The items and units that take part. Items go by their number in the problem, or, once they were
/// put in order, by their place among the users.
class participants {
public:
    const knapsack_problem& problem;
    const decided& begin; ///< what is decided and paid
    value_range worth;
    std::vector<std::uint8_t> costs_nothing; ///< by kind of unit

    /// \param the_problem, settled  must outlive this
    participants(const knapsack_problem& the_problem, const decided& settled, value_range its_worth)
        : problem(the_problem), begin(settled), worth(std::move(its_worth))
    {
        for (const resource_vector& cost : problem.shared.costs)
            costs_nothing.push_back(cost == resource_vector{});
    }

    /// Puts users in the order of their first unit, then of their last, so that units far apart in
    /// the numbering of items, as the slots of assigned weights and the states of a weight are,
    /// repeat like any others.
    void put_in_order()
    {
        const shared_units& shared = problem.shared;
        std::vector<std::uint8_t> is_known(problem.size(), 0);
        if (std::none_of(shared.users.begin(), shared.users.end(),
                [&](std::uint32_t user) { return is_known[user]++ != 0; })) {
            order_ = shared.users; // none has two units
            users_.resize(order_.size());
            std::iota(users_.begin(), users_.end(), std::uint32_t{0});
            return;
        }
        std::vector<whereabouts> where(problem.size());
        for (std::uint32_t unit = 0; unit < shared.size(); ++unit)
            for (const std::uint32_t user : shared.users_of(unit))
                where[user].last = unit;
        order_.reserve(std::min(problem.size(), shared.users.size()));
        users_.reserve(shared.users.size());
        for (std::uint32_t unit = 0; unit < shared.size(); ++unit) {
            const std::size_t new_from = order_.size();
            bool is_sorted = true; // mostly
            std::uint32_t before = 0;
            for (const std::uint32_t user : shared.users_of(unit)) {
                whereabouts& its = where[user];
                if (its.place == none_) {
                    is_sorted &= new_from == order_.size() || its.last >= where[order_.back()].last;
                    its.place = static_cast<std::uint32_t>(order_.size());
                    order_.push_back(user);
                }
                is_sorted &= its.place >= std::exchange(before, its.place);
                users_.push_back(its.place);
            }
            if (!is_sorted)
                sort_from(new_from, shared.users_of(unit), where);
        }
    }

    /// The item of a user, by its number in the problem.
    [[nodiscard]] std::uint32_t item(std::uint32_t user) const
    {
        return order_.empty() ? user : order_[user];
    }
    /// The class of a user.
    [[nodiscard]] std::uint32_t class_of(std::uint32_t user) const
    {
        return problem.class_of[item(user)];
    }
    /// As `shared_units::users`.
    [[nodiscard]] const std::vector<std::uint32_t>& users() const
    {
        return order_.empty() ? problem.shared.users : users_;
    }

    /// What is decided about a user.
    [[nodiscard]] decision decided_of(std::uint32_t user) const { return begin.of(item(user)); }
    /// Whether a unit is to be paid for.
    [[nodiscard]] bool matters(std::size_t unit) const
    {
        return !costs_nothing[problem.shared.kind[unit]] &&
               (begin.paid.empty() || !begin.paid[unit]);
    }

private:
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> order_; ///< items by place; empty: as they are numbered
    std::vector<std::uint32_t> users_; ///< as `shared_units::users`, their places

    /// Of an item, while users are put in order: kept side by side, because both are asked for at
    /// once and in an order of items that no cache foresees.
    struct whereabouts {
        std::uint32_t last = 0; ///< unit
        std::uint32_t place = none_;
    };

    /// Puts what the last unit has added in its order.
    void sort_from(std::size_t new_from, std::span<const std::uint32_t> its_users,
        std::vector<whereabouts>& where)
    {
        std::sort(order_.begin() + static_cast<std::ptrdiff_t>(new_from), order_.end(),
            [&](std::uint32_t a, std::uint32_t b) {
                return where[a].last != where[b].last ? where[a].last < where[b].last : a < b;
            });
        for (std::size_t k = new_from; k < order_.size(); ++k)
            where[order_[k]].place = static_cast<std::uint32_t>(k);
        const auto first = users_.end() - std::ssize(its_users);
        std::transform(its_users.begin(), its_users.end(), first,
            [&](std::uint32_t user) { return where[user].place; });
        std::sort(first, users_.end());
    }
};

/// Consecutive units, none of which uses an item of others. Units and items are numbered from the
/// first of the block.
class unit_block {
public:
    /// \param begin, end  the units of the block
    unit_block(const participants& who, std::size_t begin, std::size_t end)
        : who_(who), shared_(who.problem.shared), begin_(begin), count_(end - begin)
    {
        const auto users = std::span{who.users()}.subspan(
            shared_.first[begin], shared_.first[end] - shared_.first[begin]);
        if (users.empty())
            return;
        const auto [lowest, highest] = std::minmax_element(users.begin(), users.end());
        first_item_ = *lowest;
        is_in_.assign(*highest - *lowest + 1, 0);
        // In a short block, items that cannot be kept stay, for the sake of the pattern. A long one
        // they leave, because it may fall into pieces without them.
        for (const std::uint32_t user : users)
            is_in_[user - first_item_] =
                who.decided_of(user) == decision::free &&
                (!is_long() || who.worth.holds(who.problem, who.item(user)));
        const auto each_use = [&](auto use) {
            for (std::uint32_t unit = 0; unit < count_; ++unit)
                if (who.matters(begin + unit))
                    for (const std::uint32_t user : users_of(unit))
                        if (is_in_[user - first_item_])
                            use(user - first_item_, unit);
        };
        first_use_.assign(is_in_.size() + 1, 0);
        each_use([&](std::uint32_t i, std::uint32_t) { ++first_use_[i + 1]; });
        std::partial_sum(first_use_.begin(), first_use_.end(), first_use_.begin());
        uses_.resize(first_use_.back());
        std::vector<std::size_t> next(first_use_.begin(), first_use_.end() - 1);
        each_use([&](std::uint32_t i, std::uint32_t unit) { uses_[next[i]++] = unit; });
        seen_.assign(is_in_.size(), 0);
        reached_.assign(count_, 0);
        slot_.assign(count_, none_);
        last_step_.resize(count_);
    }

    /// Whether what is in the components depends on what the items are worth.
    [[nodiscard]] bool is_long() const { return is_in_.size() > pattern::items_per_word; }

    /// Calls `found(pattern, users)` for each component of items that use units that matter. Of a
    /// pattern that is much wider than the widest only the width is right.
    template <class Found>
    void each_component(budget& limits, const Found& found)
    {
        if (uses_.empty())
            return;
        for (std::uint32_t unit = 0; unit < count_ && limits.spend(20); ++unit) {
            if (reached_[unit] != 0 || !who_.matters(begin_ + unit))
                continue;
            std::vector<std::uint32_t> units = reached_from(unit);
            const std::uint32_t farthest = units.back();
            std::sort(units.begin(), units.end());
            std::vector<std::uint32_t> order = items_of(units);
            if (order.empty())
                continue;
            // In the order of their numbers units of hardware are narrow: each memory column meets
            // the next. Of units numbered otherwise a breadth-first order from one end is narrower,
            // as the levels of a bandwidth reduction are (Cuthill and McKee 1969).
            pattern look = laid_out(order);
            if (look.slots > 3) { // from near an end of it
                std::vector<std::uint32_t> other_order = items_of(reached_from(farthest));
                pattern other = laid_out(other_order);
                if (other.slots < look.slots) {
                    look = std::move(other);
                    order.swap(other_order);
                }
            }
            for (std::uint32_t& item : order)
                item += first_item_;
            found(std::move(look), order);
        }
    }

private:
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();

    const participants& who_;
    const shared_units& shared_;
    std::size_t begin_; ///< unit
    std::size_t count_;
    std::uint32_t first_item_ = 0;         ///< of the lowest index
    std::vector<std::uint8_t> is_in_;      ///< items that take part
    std::vector<std::size_t> first_use_;   ///< item → its units that matter
    std::vector<std::uint32_t> uses_;      ///< units
    std::uint32_t round_ = 0;              ///< of looking at items or units
    std::vector<std::uint32_t> seen_;      ///< items: the last round that did
    std::vector<std::uint32_t> reached_;   ///< units: the last search that did
    std::vector<std::uint32_t> slot_;      ///< of a unit
    std::vector<std::uint32_t> last_step_; ///< that uses a unit

    /// Those that matter, of an item of the block; ascending.
    [[nodiscard]] std::span<const std::uint32_t> units_of(std::uint32_t i) const
    {
        return std::span{uses_}.subspan(first_use_[i], first_use_[i + 1] - first_use_[i]);
    }
    [[nodiscard]] std::span<const std::uint32_t> users_of(std::uint32_t unit) const
    {
        const std::size_t first = shared_.first[begin_ + unit];
        return std::span{who_.users()}.subspan(first, shared_.first[begin_ + unit + 1] - first);
    }

    /// The units that are joined to one by users, breadth first.
    std::vector<std::uint32_t> reached_from(std::uint32_t from)
    {
        std::vector<std::uint32_t> queue(1, from);
        reached_[from] = ++round_;
        for (std::size_t at = 0; at < queue.size(); ++at)
            for (const std::uint32_t user : users_of(queue[at])) {
                const std::uint32_t i = user - first_item_;
                if (!is_in_[i] || std::exchange(seen_[i], round_) == round_)
                    continue;
                for (const std::uint32_t unit : units_of(i))
                    if (std::exchange(reached_[unit], round_) != round_)
                        queue.push_back(unit);
            }
        return queue;
    }

    /// The items of some units, by their last unit in the order.
    std::vector<std::uint32_t> items_of(const std::vector<std::uint32_t>& units)
    {
        std::vector<std::uint32_t> order;
        ++round_;
        for (std::size_t at = units.size(); at-- > 0;) {
            const auto users = users_of(units[at]);
            for (std::size_t k = users.size(); k-- > 0;) {
                const std::uint32_t i = users[k] - first_item_;
                if (is_in_[i] && std::exchange(seen_[i], round_) != round_)
                    order.push_back(i);
            }
        }
        std::reverse(order.begin(), order.end());
        return order;
    }

    /// The pattern of items in an order: a unit takes the first slot that is free.
    pattern laid_out(const std::vector<std::uint32_t>& order)
    {
        for (std::uint32_t step = 0; step < order.size(); ++step)
            for (const std::uint32_t unit : units_of(order[step])) {
                last_step_[unit] = step;
                slot_[unit] = none_;
            }
        // Slots are reused as soon as the last user of a unit was decided, so their number is the
        // width of the frontier.
        pattern look;
        std::uint64_t free_slots = ~std::uint64_t{0};
        for (std::uint32_t step = 0; step < order.size(); ++step) {
            std::uint64_t leaving = 0;
            for (const std::uint32_t unit : units_of(order[step])) {
                std::uint32_t& slot = slot_[unit];
                if (slot == none_) {
                    slot = static_cast<std::uint32_t>(std::countr_zero(free_slots));
                    look.slots = std::max<std::size_t>(look.slots, slot + 1);
                    if (slot >= 63) // far too wide
                        return look;
                    free_slots &= ~(std::uint64_t{1} << slot);
                }
                look.add_link(slot, who_.problem.shared.kind[begin_ + unit]);
                if (last_step_[unit] == step)
                    leaving |= std::uint64_t{1} << slot;
            }
            look.add_item(who_.class_of(first_item_ + order[step]), leaving);
            free_slots |= leaving;
        }
        return look;
    }
};

} // namespace espalier::detail
