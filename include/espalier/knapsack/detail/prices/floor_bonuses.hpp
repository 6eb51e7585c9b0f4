// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/component_choices.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

// Floors, "keep at least m of a class", in the Lagrangian. With a bonus μ ≥ 0 for every item of the
// class, μ·(kept − m) is a part of the loss like any other, and
//     W(μ) − μ·m,   W(μ) = Σ over the components that have such items of their best worth,
// is an upper bound on what they are worth under the floor. It is convex in μ, and W has the slope
// "items kept". So for given prices each floor has its best bonus, found where the line of a choice
// that keeps too few meets the line of one that keeps enough: a few evaluations of the components
// of one class. The search for the prices need not know of floors, however many there are.

namespace espalier::detail {

/// A floor on a class and the components that have items of it.
struct component_floor {
    std::uint32_t a_class;
    std::int64_t missing; ///< items that must be kept
    std::vector<std::uint32_t> components;
    bool was_broken = true; ///< by a choice made without it; otherwise it may be no matter
};

class floor_bonuses {
    component_choices& at_;

public:
    explicit floor_bonuses(component_choices& at) : at_(at) {}

    /// Sets the bonuses of some floors for given prices, such that the best choices of their
    /// components keep them. False if no bonus can: there are not so many items that fit.
    /// \param some  components, those of the floors and no others
    bool settle(const price_vector& prices, const std::vector<component_floor>& floors,
        const std::vector<std::uint32_t>& some)
    {
        at_.price_listings(prices);
        std::vector<double> most;
        for (const component_floor& floor : floors) {
            most.push_back(most_bonus(prices, floor));
            if (!settle_one(floor, most.back()))
                return false;
        }
        // A bonus at which two choices are equally good may bring out the wrong one.
        std::vector<double> nudge(floors.size());
        for (std::size_t f = 0; f < floors.size(); ++f)
            nudge[f] = 0x1p-46 * most[f];
        for (;;) {
            const auto used = at_.evaluate(prices, some).used;
            bool is_enough = true;
            for (std::size_t f = 0; f < floors.size(); ++f) {
                double& bonus = at_.bonus[floors[f].a_class];
                if (used.kept(floors[f].a_class) >= floors[f].missing)
                    continue;
                if (bonus >= most[f])
                    return false;
                is_enough = false;
                bonus = std::min(bonus + nudge[f], most[f]);
                nudge[f] *= 4;
            }
            if (is_enough)
                return true;
        }
    }

    /// Sets the bonus of a floor for given prices, those of the last `price_listings`, such that
    /// the bound is least; a tie may bring out a choice that does not keep it. The nearer the bonus
    /// is beforehand, the quicker. False if no bonus can bring out one that does.
    bool settle(const price_vector& prices, const component_floor& floor)
    {
        return settle_one(floor, most_bonus(prices, floor));
    }

private:
    /// W(μ) where one choice is the best.
    struct line {
        double at_zero;
        std::int64_t slope;
    };

    line evaluate(const component_floor& floor, double bonus)
    {
        at_.set_bonus(floor.a_class, bonus);
        const auto [worth, kept] = at_.evaluate_class(floor.components, floor.a_class);
        return {worth - bonus * static_cast<double>(kept), kept};
    }

    /// A bonus at which every item of the class that can be kept is.
    [[nodiscard]] double most_bonus(const price_vector& prices, const component_floor& floor) const
    {
        double most = 0;
        std::size_t last = std::numeric_limits<std::size_t>::max();
        for (const std::uint32_t c : floor.components) {
            if (at_.parts.pattern_of[c] == last)
                continue;
            last = at_.parts.pattern_of[c];
            const pattern& look = at_.parts.patterns[last];
            double all = 0;
            for (const std::uint32_t a_class : look.class_of)
                all += price_of(at_.class_costs[a_class], prices, at_.rows);
            for (const std::uint32_t kind : look.unit_kind)
                all += price_of(at_.kind_costs[kind], prices, at_.rows);
            most = std::max(most, all);
        }
        return 2 * most + 1; // scaled values are at most 1 and something
    }

    bool settle_one(const component_floor& floor, double most)
    {
        // From the bonus of the last prices, which is near.
        line few{};
        line enough{};
        bool has_few = false;
        bool has_enough = false;
        const auto look = [&](double bonus) {
            const line one = evaluate(floor, bonus);
            const bool is_few = one.slope < floor.missing;
            (is_few ? few : enough) = one;
            (is_few ? has_few : has_enough) = true;
        };
        look(at_.bonus[floor.a_class]);
        if (!has_few)
            look(0);
        if (!has_few)
            return true; // no bonus needed
        if (!has_enough)
            look(most);
        if (!has_enough)
            return false;
        for (int step = 0; step < 50; ++step) {
            const double bonus = std::clamp(
                (few.at_zero - enough.at_zero) / static_cast<double>(enough.slope - few.slope), 0.0,
                most);
            const double on_lines = few.at_zero + bonus * static_cast<double>(few.slope);
            const line one = evaluate(floor, bonus);
            const double worth = one.at_zero + bonus * static_cast<double>(one.slope);
            if (worth <= on_lines + 1e-14 * (std::abs(on_lines) + bonus))
                break;
            (one.slope < floor.missing ? few : enough) = one;
        }
        return true;
    }
};

} // namespace espalier::detail
