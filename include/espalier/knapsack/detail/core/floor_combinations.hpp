// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/floor_choices.hpp>

#include <algorithm>
#include <limits>
#include <utility>

// The combinations of choices of components that floors tie together, as one place of the core.
//
// A combination loses what its components lose at the prices and bonuses, and for every item that
// it keeps beyond the floor the bonus, which was added without need:
//     Σ loss + Σ over floors of bonus·(kept − missing)  −  gap,
// where the gap (priced_floors.hpp) makes the best combination lose nothing. They are listed
// component by component. A label that, however the other components choose, ends up with too great
// a loss is dropped; how little it can be, for every number of items still missing, is known from a
// recursion backwards.

namespace espalier::detail {

/// Components in the core with all choices that matter; the first is the base.
struct listed_place {
    std::vector<std::uint32_t> components;
    std::vector<alternative> choices{}; ///< `keep` component after component
};

class floor_combinations {
public:
    /// \param which    the floors that tie the members together
    /// \param forced_losses  see priced_floors
    /// \param members  all components with such floors that are in the core, one in each
    floor_combinations(const std::vector<component_floor>& floors,
        const std::vector<std::uint32_t>& which, const component_choices& at,
        const std::vector<double>& forced_losses, const std::vector<listed_place>& members)
        : at_(at), members_(members), rows_(at.rows)
    {
        for (const std::uint32_t f : which) {
            const component_floor& one = floors[f];
            // Less what the components outside keep.
            std::int64_t missing = one.missing - at.used_by(one.components).kept(one.a_class);
            for (const listed_place& member : members)
                missing += at.used_by(member.components).kept(one.a_class);
            for (const std::uint32_t c : one.components)
                outside_ += forced_losses[c];
            floors_.push_back({one.a_class, at.bonus[one.a_class], missing});
        }
        for (const listed_place& member : members) {
            const pattern& look = at.parts.look(member.components.front());
            outside_ -= forced_losses[member.components.front()];
            options_.emplace_back();
            for (const alternative& one : member.choices) {
                option made{one, one.loss, {}};
                for (const floor& f : floors_) {
                    std::int64_t kept = 0;
                    for (std::size_t k = 0; k < look.size(); ++k)
                        kept += one.keep[k] != 0 && look.class_of[k] == f.a_class;
                    made.kept.push_back(kept);
                    made.loss += f.bonus * static_cast<double>(kept);
                }
                options_.back().push_back(std::move(made));
            }
        }
    }

    /// The combinations that keep the floors and lose at most `limit`.
    /// \param left_out  lowered to what the cheapest of those loses that were too many; 0, and no
    ///                  choices, where the budget ended
    [[nodiscard]] listed_place list(double limit, double gap, budget& limits, double& left_out)
    {
        look_ahead();
        // The same recursion as for the items of a component, with members for items.
        double base = outside_ - gap; // what is lost without any member
        for (const floor& one : floors_)
            base -= one.bonus * static_cast<double>(one.missing);
        label_arena made(rows_ + floors_.size());
        std::vector<std::uint32_t> now(1, 0);
        std::vector<std::uint32_t> next;
        for (std::size_t m = 0; m < members_.size(); ++m) {
            next.clear();
            for (const std::uint32_t from : now) {
                if (!limits.spend(30 * members_[m].choices.size())) {
                    left_out = 0; // whatever was not tried
                    return {};
                }
                for (std::uint32_t k = 0; k < members_[m].choices.size(); ++k) {
                    const std::uint32_t index = made.extend(from);
                    choose(made, index, m, k);
                    const double least = base - made[index].worth + ahead(made, index, m + 1);
                    if (least > limit && !(k == 0 && is_base(made, from, m)))
                        made.drop_last();
                    else
                        next.push_back(index);
                }
            }
            made.drop_dominated(next);
            if (next.size() > tuning::most_combinations)
                left_out = std::min(left_out, cut(made, next, base, m + 1));
            now.swap(next);
        }
        listed_place result;
        for (const listed_place& member : members_)
            result.components.insert(
                result.components.end(), member.components.begin(), member.components.end());
        for (const std::uint32_t index : now) {
            const std::int64_t* kept = made.amounts(index) + rows_; // negative
            if (std::all_of(floors_.begin(), floors_.end(),
                    [&](const floor& one) { return -*kept++ >= one.missing; }))
                result.choices.push_back(combined(made, index, base));
        }
        sort_by_loss(result.choices);
        return result;
    }

private:
    struct floor {
        std::uint32_t a_class;
        double bonus;
        std::int64_t missing; ///< items that the members must keep
    };

    /// A choice of a member.
    struct option {
        const alternative& choice;
        double loss;                    ///< bonuses taken back
        std::vector<std::int64_t> kept; ///< items, by floor
    };

    static constexpr double infinity_ = std::numeric_limits<double>::infinity();

    const component_choices& at_;
    const std::vector<listed_place>& members_;
    std::size_t rows_;
    double outside_ = 0; ///< what the choices of the components that are no members lose
    std::vector<floor> floors_;
    std::vector<std::vector<option>> options_; ///< by member
    std::vector<double> ahead_;                ///< by member, then items still missing
    std::size_t width_ = 1;

    /// ahead_[m · width + n]: the least that members m … lose if they keep at least n. Of several
    /// floors, each alone would be too little to go by; then it is what they lose at the least.
    void look_ahead()
    {
        const std::int64_t missing =
            floors_.size() == 1 ? std::max<std::int64_t>(floors_.front().missing, 0) : 0;
        width_ = static_cast<std::size_t>(missing) + 1;
        ahead_.assign((members_.size() + 1) * width_, infinity_);
        ahead_[members_.size() * width_] = 0;
        for (std::size_t m = members_.size(); m-- > 0;)
            for (const option& one : options_[m])
                for (std::size_t n = 0; n < width_; ++n) {
                    const std::size_t kept = std::min(n, static_cast<std::size_t>(one.kept[0]));
                    ahead_[m * width_ + n] = std::min(
                        ahead_[m * width_ + n], one.loss + ahead_[(m + 1) * width_ + n - kept]);
                }
    }

    /// What a label loses at least from member m on.
    [[nodiscard]] double ahead(const label_arena& made, std::uint32_t index, std::size_t m) const
    {
        std::size_t needed = 0;
        if (width_ > 1) // the arena counts downwards
            needed = static_cast<std::size_t>(
                std::max<std::int64_t>(floors_.front().missing + made.amounts(index)[rows_], 0));
        return ahead_[m * width_ + needed];
    }

    /// Whether all members so far keep their base, which must not get lost in rounding.
    static bool is_base(const label_arena& made, std::uint32_t index, std::size_t count)
    {
        const std::vector<std::uint32_t> choices = made.choices(index, count);
        return std::all_of(choices.begin(), choices.end(), [](auto k) { return k == 0; });
    }

    /// Adds a choice of member m to a label: what it loses, uses, and keeps for the floors.
    void choose(label_arena& made, std::uint32_t index, std::size_t m, std::uint32_t k) const
    {
        const option& its = options_[m][k];
        label& one = made[index];
        one.choice = k;
        one.worth -= its.loss;
        std::int64_t* amounts = made.amounts(index);
        for (std::size_t r = 0; r < rows_; ++r)
            amounts[r] += its.choice.usage[r];
        one.value = one.worth;
        for (std::size_t r = 0; r < rows_; ++r)
            one.value += at_.price[r] * static_cast<double>(amounts[r]);
        // No more than the floor asks for: beyond, one is as good as another.
        for (std::size_t f = 0; f < floors_.size(); ++f)
            amounts[rows_ + f] = std::max(
                amounts[rows_ + f] - its.kept[f], -std::max<std::int64_t>(floors_[f].missing, 0));
    }

    /// Leaves out all but some of the most promising. What the best of the others loses.
    double cut(
        const label_arena& made, std::vector<std::uint32_t>& some, double base, std::size_t m) const
    {
        const auto least = [&](std::uint32_t index) {
            return base - made[index].worth + ahead(made, index, m);
        };
        const auto end = some.begin() + static_cast<std::ptrdiff_t>(tuning::most_combinations);
        std::nth_element(some.begin(), end, some.end(), [&](std::uint32_t a, std::uint32_t b) {
            return least(a) != least(b) ? least(a) < least(b) : a < b;
        });
        const double lost = least(*end);
        some.resize(tuning::most_combinations);
        return lost;
    }

    /// A label as a choice of the place: what is kept of all members, one after the other.
    [[nodiscard]] alternative combined(
        const label_arena& made, std::uint32_t index, double base) const
    {
        alternative one{.loss = std::max(base - made[index].worth, 0.0)};
        std::copy_n(made.amounts(index), rows_, one.usage.begin());
        const std::vector<std::uint32_t> choices = made.choices(index, members_.size());
        for (std::size_t m = 0; m < members_.size(); ++m) {
            const std::vector<std::uint8_t>& keep = options_[m][choices[m]].choice.keep;
            one.keep.insert(one.keep.end(), keep.begin(), keep.end());
        }
        return one;
    }
};

} // namespace espalier::detail
