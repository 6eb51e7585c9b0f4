// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/floor_choices.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

// Floors at given prices: what the components choose that must keep them.
//
// All components choose as if there were no floors. A floor that these choices keep costs nothing
// and is left alone, so it does no harm to look at every floor there is: a network of two hundred
// layers has two hundred, of which the prices decide anew each time which are broken. The
// components of a broken one make the best choices that keep it, or, where those would take too
// long or a component has several floors, choose with the best bonus (floor_choices.hpp).

namespace espalier::detail {

class priced_floors {
public:
    // What `sweep` finds, by floor:
    /// By how much the bound with its bonus exceeds the best choices that keep it; negative where
    /// the choices were made by the bonus.
    std::vector<double> gaps;
    /// Whether it makes components choose otherwise than they would.
    std::vector<std::uint8_t> binds;
    /// By component: what its choice loses at prices and bonuses for the sake of a floor; empty
    /// without floors.
    std::vector<double> forced_losses;

    /// \param at  gets bonuses and choices; must outlive this
    priced_floors(component_choices& at, std::vector<component_floor> floors)
        : gaps(floors.size(), -1.0),
          binds(floors.size(), 0),
          forced_losses(floors.empty() ? 0 : at.parts.size(), 0.0),
          at_(at),
          floors_(std::move(floors)),
          is_exact_(floors_.size(), 0)
    {
        std::vector<std::uint32_t> floors_at(forced_losses.size(), 0); // by component: how many
        for (const component_floor& floor : floors_)
            for (const std::uint32_t c : floor.components)
                ++floors_at[c];
        for (std::size_t f = 0; f < floors_.size(); ++f)
            is_exact_[f] = can_force(floors_[f], at.parts) &&
                           std::all_of(floors_[f].components.begin(), floors_[f].components.end(),
                               [&](std::uint32_t c) { return floors_at[c] == 1; });
        all_ = excerpt_of(std::vector<std::uint8_t>(at.parts.size(), 1), at.tally());
    }

    [[nodiscard]] bool empty() const { return floors_.empty(); }

    /// The floors as some components see them: less what the present choices of the others keep.
    struct excerpt {
        std::vector<component_floor> exact;    ///< those met by exact choices
        std::vector<component_floor> bonused;  ///< those met by bonuses
        std::vector<std::uint32_t> components; ///< those of the latter
    };
    [[nodiscard]] excerpt among(const std::vector<std::uint32_t>& some) const
    {
        if (empty() || some.size() == at_.parts.size())
            return all_;
        std::vector<std::uint8_t> is_in(at_.parts.size(), 0);
        for (const std::uint32_t c : some)
            is_in[c] = 1;
        choice_tally outside = at_.tally().of_many();
        for (std::uint32_t c = 0; c < is_in.size(); ++c)
            if (is_in[c] == 0)
                outside.add(c, at_.choice_of(c));
        outside.close();
        return excerpt_of(is_in, outside);
    }

    /// The best choices of some components that keep their floors.
    struct outcome {
        bool is_possible = false; ///< there are so many items that can be kept
        double bound = 0;         ///< Σ best worth, less bonuses
        double value = 0;         ///< of the choices, at the prices
        resource_vector usage{};
    };
    outcome evaluate(
        const price_vector& prices, const std::vector<std::uint32_t>& some, const excerpt& floors)
    {
        if (!settle_bonuses(prices, floors))
            return {};
        // What the components choose freely, at prices and bonuses; exact floors then move some of
        // them.
        const auto [worth, used] = at_.evaluate(prices, some);
        outcome result{true, worth, worth, used.usage()};
        for (const component_floor& floor : floors.bonused) {
            const double bonus = at_.bonus[floor.a_class];
            result.bound -= bonus * static_cast<double>(floor.missing);
            result.value -= bonus * static_cast<double>(used.kept(floor.a_class));
        }
        choice_tally moved = at_.tally(); // what is used otherwise for the sake of floors
        for (const component_floor& floor : floors.exact) {
            if (used.kept(floor.a_class) >= floor.missing)
                continue;
            const forced_choices forced = forced_by(at_, floor);
            if (!std::isfinite(forced.lost))
                return {};
            result.bound -= forced.lost;
            result.value -= forced.lost;
            for (const auto& [c, keep] : forced.choices) {
                moved.add(c, at_.single().choice_keeping(c, floor.a_class, 0), -1);
                moved.add(c, keep);
            }
        }
        if (!floors.exact.empty())
            add(result.usage, moved.usage(), at_.rows);
        return result;
    }

    /// Solves all components at the prices, such that the choices keep the floors, and sets their
    /// bonuses. Whether they can be kept.
    bool sweep()
    {
        if (!settle_bonuses(at_.price, all_))
            return false;
        at_.sweep();
        if (empty())
            return true;
        std::fill(forced_losses.begin(), forced_losses.end(), 0.0);
        // The choices of the sweep, before any floor moves one.
        choice_tally kept = at_.tally(); // of every class whose floor is exact
        for (const component_floor& floor : all_.exact)
            for (const std::uint32_t c : floor.components)
                kept.add(c, at_.choice_of(c));
        at_.price_listings();
        choice_tally moved = at_.tally(); // as in `evaluate`
        for (std::size_t f = 0; f < floors_.size(); ++f) {
            const std::uint32_t a_class = floors_[f].a_class;
            binds[f] = is_exact_[f] != 0 ? kept.kept(a_class) < floors_[f].missing
                                         : at_.bonus[a_class] > 0;
            if (is_exact_[f] == 0)
                continue;
            gaps[f] = 0;
            if (binds[f] != 0 && !force(f, kept.kept(a_class), moved))
                return false;
        }
        add(at_.total_usage, moved.usage(), at_.rows);
        return true;
    }

private:
    component_choices& at_;
    const std::vector<component_floor> floors_;
    std::vector<std::uint8_t> is_exact_; ///< by floor: met by exact choices
    excerpt all_;

    /// None where choices are exact. Whether any bring out choices that keep the floors.
    bool settle_bonuses(const price_vector& prices, const excerpt& floors)
    {
        for (const component_floor& floor : floors.exact)
            at_.bonus[floor.a_class] = 0;
        return floors.bonused.empty() ||
               detail::settle_bonuses(at_, prices, floors.bonused, floors.components);
    }

    /// \param is_in    by component
    /// \param outside  what the choices of the others keep
    [[nodiscard]] excerpt excerpt_of(
        const std::vector<std::uint8_t>& is_in, const choice_tally& outside) const
    {
        excerpt result;
        for (std::size_t f = 0; f < floors_.size(); ++f) {
            const auto& [a_class, missing, its, was_broken] = floors_[f];
            component_floor one{a_class, missing - outside.kept(a_class), {}};
            std::copy_if(its.begin(), its.end(), std::back_inserter(one.components),
                [&](std::uint32_t c) { return is_in[c] != 0; });
            if (is_exact_[f] == 0)
                result.components.insert(
                    result.components.end(), one.components.begin(), one.components.end());
            (is_exact_[f] != 0 ? result.exact : result.bonused).push_back(std::move(one));
        }
        std::sort(result.components.begin(), result.components.end());
        result.components.erase(std::unique(result.components.begin(), result.components.end()),
            result.components.end());
        return result;
    }

    /// Makes the exact choices for a broken floor, and finds the bonus that explains them best.
    /// Whether it can be kept.
    /// \param moved  takes note of the choices that were given up, and of those made
    bool force(std::size_t f, std::int64_t kept, choice_tally& moved)
    {
        const component_floor& floor = floors_[f];
        const double worth = at_.evaluate_class(floor.components, floor.a_class).worth;
        const forced_choices forced = forced_by(at_, floor);
        if (!std::isfinite(forced.lost))
            return false;
        for (const auto& [c, keep] : forced.choices) {
            moved.add(c, at_.choice_of(c), -1);
            at_.choose(c, keep);
            moved.add(c, keep);
        }
        // The best bonus is hardly more than what the items cost that are kept for the floor.
        at_.set_bonus(floor.a_class, forced.lost / static_cast<double>(floor.missing - kept));
        if (!settle_bonus(at_, floor, most_bonus(at_, at_.price, floor)))
            return false;
        const auto [best, others] = at_.set_margins(floor.components);
        // What the bound has in excess of the choices, and so has every margin.
        gaps[f] = std::max(best - at_.bonus[floor.a_class] * static_cast<double>(floor.missing) -
                               worth + forced.lost,
            0.0);
        for (const std::uint32_t c : floor.components)
            at_.margin[c] = std::max(at_.margin[c] - gaps[f], 0.0);
        for (const std::uint32_t c : others)
            forced_losses[c] = at_.single().loss_of(c, at_.kept_of(c));
        return true;
    }
};

} // namespace espalier::detail
