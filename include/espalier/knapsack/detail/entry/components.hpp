// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/budget.hpp>
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

// Items that share units, cut into components that share nothing with each other: at fixed prices
// the components do not feel each other.
//
// Units of hardware come in the order of their users. Then the units fall into blocks, none of
// which uses an item of another, and most blocks look like the one before but for the place where
// they begin; such a block is recognised by a comparison and costs no more than that. Any other
// block is taken apart: units joined by a user are found by union and find, and the items of each
// component are put in an order, by its units as they are numbered or, if that makes the frontier
// narrower, breadth first.

namespace espalier::detail {

/// The components of one problem, and where their items are.
struct components {
    std::vector<pattern> patterns;
    std::vector<std::uint32_t> pattern_of; ///< by component
    std::vector<std::size_t> first{0};     ///< component → position of its first item; one more
    std::vector<std::uint32_t> item;       ///< by position
    std::vector<double> value; ///< by position, scaled; −∞: cannot be kept. The caller's to fill
    bool is_narrow = true;     ///< no frontier has more than `pattern::widest` units

    [[nodiscard]] std::size_t size() const { return pattern_of.size(); }
    [[nodiscard]] std::size_t items() const { return item.size(); }
    [[nodiscard]] std::size_t items(std::size_t c) const { return first[c + 1] - first[c]; }
    [[nodiscard]] const pattern& look(std::size_t c) const { return patterns[pattern_of[c]]; }

    void close(std::uint32_t its_pattern)
    {
        first.push_back(item.size());
        pattern_of.push_back(its_pattern);
    }
};

/// What an item must be worth to be kept at all.
struct value_range {
    std::vector<double> least{}; ///< by class; empty: anything
    double most = std::numeric_limits<double>::infinity();

    [[nodiscard]] bool holds(const knapsack_problem& problem, std::size_t item) const
    {
        const double value = problem.values[item];
        return value <= most && (least.empty() || value >= least[problem.class_of[item]]);
    }
};

class component_finder {
public:
    /// \param begin  what is decided and paid
    /// \param kept   items that are kept already; those that are not decided use no units
    component_finder(const knapsack_problem& problem, const decided& begin, budget& limits,
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

    /// Finds the components of all items that are free. Whether the budget was enough for that.
    bool find(components& result)
    {
        const shared_units& shared = problem_.shared;
        found_.item.reserve(problem_.size());
        const bool in_order = is_in_order();
        for (std::size_t begin = 0; begin < shared.size();) {
            const std::size_t end = in_order ? end_of_block(begin) : shared.size();
            if (!std::any_of(models_.begin(), models_.end(),
                    [&](const model& m) { return repeats(m, begin, end); }))
                take_apart(begin, end);
            if (!limits_.spend(4 * (shared.first[end] - shared.first[begin])))
                return false;
            begin = end;
        }
        std::vector<std::uint32_t> alone(problem_.classes(), none_);
        for (std::uint32_t i = 0; i < problem_.size(); ++i)
            if (!has_unit_[i] && is_free(i)) {
                std::uint32_t& number = alone[problem_.class_of[i]];
                if (number == none_) {
                    pattern one;
                    one.add_item(problem_.class_of[i], 0);
                    number = number_of(std::move(one));
                }
                found_.item.push_back(i);
                found_.close(number);
            }
        result = std::move(found_);
        return limits_.spend(problem_.size());
    }

private:
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::size_t most_transitions_ = std::size_t{1} << 24; // of one pattern
    static constexpr std::size_t most_models_ = 4;

    /// A block that was taken apart.
    struct model {
        std::size_t begin; ///< unit
        std::size_t end;
        std::size_t component; ///< the first that it has
        std::size_t parts;     ///< the number of its components
    };

    const knapsack_problem& problem_;
    const decided& begin_;
    const std::vector<std::uint8_t>& paid_;
    budget& limits_;
    value_range worth_;
    components found_;
    std::vector<std::uint8_t> costs_nothing_;                   ///< by kind of unit
    std::vector<std::uint8_t> has_unit_;                        ///< by item
    std::map<std::vector<std::uint32_t>, std::uint32_t> known_; ///< key → pattern
    std::vector<model> models_;                                 ///< the last few
    std::size_t oldest_model_ = 0;

    [[nodiscard]] bool is_free(std::size_t i) const { return begin_.of(i) == decision::free; }
    [[nodiscard]] bool matters(std::size_t unit) const
    {
        return !costs_nothing_[problem_.shared.kind[unit]] && (paid_.empty() || !paid_[unit]);
    }

    [[nodiscard]] bool is_in_order() const
    {
        const shared_units& shared = problem_.shared;
        std::uint32_t last = 0;
        for (std::size_t unit = 0; unit < shared.size(); ++unit) {
            if (shared.first[unit] == shared.first[unit + 1])
                continue;
            const std::uint32_t front = shared.users[shared.first[unit]];
            if (front < last)
                return false;
            last = front;
        }
        return true;
    }

    /// The first unit from `begin` on that begins beyond all users of the units before.
    [[nodiscard]] std::size_t end_of_block(std::size_t begin) const
    {
        const shared_units& shared = problem_.shared;
        std::uint32_t reach = 0;
        bool any = false;
        for (std::size_t unit = begin; unit < shared.size(); ++unit) {
            if (shared.first[unit] == shared.first[unit + 1])
                continue;
            if (any && shared.users[shared.first[unit]] > reach)
                return unit;
            reach = std::max(reach, shared.users[shared.first[unit + 1] - 1]);
            any = true;
        }
        return shared.size();
    }

    /// Appends a block that looks like the model. Whether it does.
    bool repeats(const model& m, std::size_t begin, std::size_t end)
    {
        const shared_units& shared = problem_.shared;
        const std::size_t count = end - begin;
        if (m.end - m.begin != count)
            return false;
        const std::size_t at = shared.first[begin];
        const std::size_t from = shared.first[m.begin];
        const std::size_t uses = shared.first[end] - at;
        if (shared.first[m.end] - from != uses || uses == 0)
            return false;
        for (std::size_t u = 0; u < count; ++u)
            if (shared.kind[begin + u] != shared.kind[m.begin + u] ||
                shared.first[begin + u] - at != shared.first[m.begin + u] - from)
                return false;
        const std::uint32_t offset = shared.users[at] - shared.users[from];
        for (std::size_t k = 0; k < uses; ++k) {
            const std::uint32_t user = shared.users[from + k];
            if (shared.users[at + k] != user + offset ||
                problem_.class_of[user + offset] != problem_.class_of[user] ||
                begin_.of(user + offset) != begin_.of(user))
                return false; // with equal decisions, equal units are paid
        }
        for (std::size_t c = m.component; c < m.component + m.parts; ++c) {
            for (std::size_t k = found_.first[c]; k < found_.first[c + 1]; ++k) {
                found_.item.push_back(found_.item[k] + offset);
                has_unit_[found_.item.back()] = 1;
            }
            found_.close(found_.pattern_of[c]);
        }
        return true;
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

    void take_apart(std::size_t begin, std::size_t end)
    {
        if (end - begin > 1 && is_simple(begin, end))
            return take_units(begin, end);
        block b = look_at(begin, end);
        const std::size_t component = found_.size();
        if (!b.uses.empty())
            split(b, end - begin);
        if (b.is_long())
            return; // what is in it depends on the values
        const model made{begin, end, component, found_.size() - component};
        if (models_.size() < most_models_)
            models_.push_back(made);
        else
            models_[oldest_model_++ % most_models_] = made;
    }

    /// Whether no item uses two units, and no unit has so many users that its pattern is too large.
    [[nodiscard]] bool is_simple(std::size_t begin, std::size_t end) const
    {
        const auto& users = problem_.shared.users;
        const auto from = users.begin() + static_cast<std::ptrdiff_t>(problem_.shared.first[begin]);
        const auto to = users.begin() + static_cast<std::ptrdiff_t>(problem_.shared.first[end]);
        if (from == to || static_cast<std::size_t>(to - from) > most_transitions_ / 4)
            return false;
        const auto [low, high] = std::minmax_element(from, to);
        std::vector<std::uint8_t> seen(*high - *low + 1, 0);
        return std::none_of(from, to, [&](std::uint32_t user) { return seen[user - *low]++ != 0; });
    }

    /// The same for units none of which shares a user with another, as the two states of a million
    /// weights do: each is a component, and most look like one of the last few.
    void take_units(std::size_t begin, std::size_t end)
    {
        std::vector<std::uint32_t> last; // patterns
        for (std::size_t unit = begin; unit < end && limits_.spend(20); ++unit) {
            if (!matters(unit))
                continue;
            const std::size_t mark = found_.item.size();
            for (const std::uint32_t user : problem_.shared.users_of(unit))
                if (is_free(user) && worth_.holds(problem_, user)) {
                    found_.item.push_back(user);
                    has_unit_[user] = 1;
                }
            const std::span its_items = std::span{found_.item}.subspan(mark);
            if (its_items.empty())
                continue;
            const std::uint32_t kind = problem_.shared.kind[unit];
            const auto is_its = [&](std::uint32_t number) {
                const pattern& look = found_.patterns[number];
                return look.links.front().kind == kind &&
                       std::equal(look.class_of.begin(), look.class_of.end(), its_items.begin(),
                           its_items.end(), [&](std::uint32_t c, std::uint32_t i) {
                               return c == problem_.class_of[i];
                           });
            };
            auto known = std::find_if(last.begin(), last.end(), is_its);
            if (known == last.end()) {
                pattern one;
                one.slots = 1;
                for (const std::uint32_t i : its_items) {
                    one.add_link(0, kind);
                    one.add_item(problem_.class_of[i], i == its_items.back() ? 1 : 0);
                }
                if (last.size() == most_models_)
                    last.erase(last.begin());
                known = last.insert(last.end(), number_of(std::move(one)));
            }
            found_.close(*known);
        }
    }

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
