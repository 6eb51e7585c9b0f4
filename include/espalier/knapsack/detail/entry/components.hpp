// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/entry/unit_block.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

// Units of hardware come in the order of their users, or their users can be put in the order of the
// units. Then the units fall into blocks, none of which uses an item of another, and most blocks
// look like the one before but for the place where they begin; such a block is recognised by a
// comparison and costs no more than that. Any other block is taken apart (unit_block.hpp).

namespace espalier::detail {

class component_finder {
public:
    /// \param begin  what is decided and paid
    /// \param kept   items that are kept already; those that are not decided use no units
    component_finder(const knapsack_problem& problem, const decided& begin, budget& limits,
        value_range worth = {}, const std::vector<std::uint32_t>& kept = {})
        : problem_(problem),
          who_(problem, begin, std::move(worth)),
          limits_(limits),
          has_unit_(problem.size(), 0)
    {
        for (const std::uint32_t item : kept)
            has_unit_[item] = 1; // so that it is not alone
    }

    /// Finds the components of all items that are free. Whether the budget was enough for that.
    bool find(components& result)
    {
        const shared_units& shared = problem_.shared;
        found_.item.reserve(problem_.size());
        found_.first.reserve(problem_.size() + 1);
        found_.pattern_of.reserve(problem_.size());
        if (!are_side_by_side()) {
            if (!limits_.spend(4 * problem_.size() + 8 * shared.users.size()))
                return false;
            who_.put_in_order();
        }
        const bool in_order = is_in_order();
        for (std::size_t begin = 0; begin < shared.size();) {
            const std::size_t end = in_order ? end_of_block(begin) : shared.size();
            if (std::none_of(models_.begin(), models_.end(),
                    [&](const model& m) { return repeats(m, begin, end); }))
                take_apart(begin, end);
            if (!limits_.spend(4 * (shared.first[end] - shared.first[begin])))
                return false;
            begin = end;
        }
        for (std::uint32_t& user : found_.item) {
            user = who_.item(user);
            has_unit_[user] = 1;
        }
        // Items without a unit that is still to be paid are components of their own, one pattern a
        // class.
        std::vector<std::uint32_t> alone(problem_.classes(), none_);
        for (std::uint32_t i = 0; i < problem_.size(); ++i)
            if (!has_unit_[i] && who_.begin.of(i) == decision::free) {
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

    /// A block that was taken apart.
    struct model {
        std::size_t begin; ///< unit
        std::size_t end;
        std::size_t component; ///< the first that it has
        std::size_t parts;     ///< the number of its components
    };

    const knapsack_problem& problem_;
    participants who_;
    budget& limits_;
    components found_;                   ///< its items by place, see `participants`
    std::vector<std::uint8_t> has_unit_; ///< by item
    std::map<std::vector<std::uint32_t>, std::uint32_t> known_; ///< key → pattern
    std::vector<model> models_;                                 ///< the last few
    std::size_t oldest_model_ = 0;

    /// The number of a pattern, which is prepared when it is met for the first time: its
    /// transitions are what costs, and there are far fewer patterns than components.
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

    /// Whether the users of every unit are neighbours, and the units in their order.
    [[nodiscard]] bool are_side_by_side() const
    {
        const shared_units& shared = problem_.shared;
        for (std::size_t unit = 0; unit < shared.size(); ++unit) {
            const auto users = shared.users_of(unit);
            if (!users.empty() && users.back() - users.front() >= users.size())
                return false;
        }
        return is_in_order();
    }

    /// Whether the first users of the units ascend. Memory columns come so; all units of a problem
    /// where they do not are one block.
    [[nodiscard]] bool is_in_order() const
    {
        const shared_units& shared = problem_.shared;
        std::uint32_t last = 0;
        for (std::size_t unit = 0; unit < shared.size(); ++unit) {
            if (shared.first[unit] == shared.first[unit + 1])
                continue;
            const std::uint32_t front = who_.users()[shared.first[unit]];
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
            if (any && who_.users()[shared.first[unit]] > reach)
                return unit;
            reach = std::max(reach, who_.users()[shared.first[unit + 1] - 1]);
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
        const std::uint32_t* users = who_.users().data();
        const std::uint32_t offset = users[at] - users[from];
        const bool has_decisions = who_.begin.has_decisions();
        for (std::size_t k = 0; k < uses; ++k) {
            const std::uint32_t user = users[from + k];
            if (users[at + k] != user + offset ||
                who_.class_of(user + offset) != who_.class_of(user))
                return false;
            // The offset moves every user alike, so the same components come out.
            // With equal decisions, equal units are paid.
            if (has_decisions && who_.decided_of(user + offset) != who_.decided_of(user))
                return false;
        }
        std::size_t to = found_.item.size();
        found_.item.resize(to + found_.first[m.component + m.parts] - found_.first[m.component]);
        for (std::size_t c = m.component; c < m.component + m.parts; ++c) {
            for (std::size_t k = found_.first[c]; k < found_.first[c + 1]; ++k)
                found_.item[to++] = found_.item[k] + offset;
            found_.first.push_back(to);
            found_.pattern_of.push_back(found_.pattern_of[c]);
        }
        return true;
    }

    /// Finds the components of a block by their graph, and keeps it as a model for those that
    /// follow. A pattern of too many states, or too long for its number of states, makes the
    /// problem too wide for dynamic programming: is_narrow.
    void take_apart(std::size_t begin, std::size_t end)
    {
        const std::size_t component = found_.size();
        unit_block block(who_, begin, end);
        block.each_component(limits_, [&](pattern&& look, const std::vector<std::uint32_t>& items) {
            const std::size_t most =
                tuning::most_transitions >> std::min<std::size_t>(look.slots, 24);
            if (look.slots > pattern::widest || 2 * items.size() > most) {
                found_.is_narrow = false;
                for (const std::uint32_t user : items)
                    has_unit_[who_.item(user)] = 1;
                return;
            }
            found_.item.insert(found_.item.end(), items.begin(), items.end());
            found_.close(number_of(std::move(look)));
        });
        if (block.is_long()) // what is in it depends on the values
            return;
        const model made{begin, end, component, found_.size() - component};
        if (models_.size() < tuning::models)
            models_.push_back(made);
        else
            models_[oldest_model_++ % tuning::models] = made;
    }
};

} // namespace espalier::detail
