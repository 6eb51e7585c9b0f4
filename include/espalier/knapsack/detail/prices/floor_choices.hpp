// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/component_choices.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

// Two ways to make components keep a floor, "at least m of a class", at given prices.
//
// A bonus μ ≥ 0 for every item of the class: μ·(kept − m) is a part of the loss like any other, and
//     W(μ) − μ·m,   W(μ) = Σ over the components that have such items of their best worth,
// is an upper bound on what they are worth under the floor. It is convex in μ, and W has the slope
// "items kept". So for given prices each floor has its best bonus, found where the line of a choice
// that keeps too few meets the line of one that keeps enough: a few evaluations of the components
// of one class. The search for the prices need not know of floors, however many there are.
//
// The exact choices, where a bonus only bounds them: a component that must keep one item may find
// three more worth the bonus, and where every layer of a deep network has its floor, such surplus
// adds up to percents of the bound. Each component says what it loses by keeping at least k items
// of the class; the least loss with which all of them together keep m is a recursion over the
// components.

namespace espalier::detail {

/// A floor on a class and the components that have items of it.
struct component_floor {
    std::uint32_t a_class;
    std::int64_t missing; ///< items that must be kept
    std::vector<std::uint32_t> components;
    bool was_broken = true; ///< by a choice made without it; otherwise it may be no matter
};

/// A bonus at which every item of the class that can be kept is.
[[nodiscard]] inline double most_bonus(
    const component_choices& at, const price_vector& prices, const component_floor& floor)
{
    double most = 0;
    std::size_t last = std::numeric_limits<std::size_t>::max();
    for (const std::uint32_t c : floor.components) {
        if (std::exchange(last, at.parts.pattern_of[c]) == at.parts.pattern_of[c])
            continue;
        double all = 0;
        for (const std::uint32_t a_class : at.parts.look(c).class_of)
            all += price_of(at.class_costs[a_class], prices, at.rows);
        for (const std::uint32_t kind : at.parts.look(c).unit_kind)
            all += price_of(at.kind_costs[kind], prices, at.rows);
        most = std::max(most, all);
    }
    return 2 * most + 1; // scaled values are at most 1 and something
}

/// Sets the bonus of a floor at the prices of the last `price_listings`, such that the bound is
/// least; a tie may bring out a choice that does not keep it. The nearer the bonus is beforehand,
/// the quicker. False if no bonus up to `most` can bring out one that does.
inline bool settle_bonus(component_choices& at, const component_floor& floor, double most)
{
    // W is convex and piecewise linear: the lines of two choices meet below it or on it, and where
    // they meet on it, that is the least of W(μ) − μ·m.
    struct line {
        double at_zero;
        double slope;
    };
    std::optional<line> few; // W(μ) where the best choice keeps too few
    std::optional<line> enough;
    const auto look = [&](double bonus) {
        at.set_bonus(floor.a_class, bonus);
        const auto [worth, kept] = at.evaluate_class(floor.components, floor.a_class);
        const auto slope = static_cast<double>(kept);
        const line one{worth - bonus * slope, slope};
        (kept < floor.missing ? few : enough) = one;
        return one.at_zero + bonus * slope;
    };
    look(at.bonus[floor.a_class]); // of the last prices, which is near
    if (!few)
        look(0);
    if (!few)
        return true; // no bonus needed
    if (!enough)
        look(most);
    if (!enough)
        return false;
    for (int step = 0; step < 50; ++step) {
        const double bonus =
            std::clamp((few->at_zero - enough->at_zero) / (enough->slope - few->slope), 0.0, most);
        const double on_lines = few->at_zero + bonus * few->slope;
        if (look(bonus) <= on_lines + 1e-14 * (std::abs(on_lines) + bonus))
            break;
    }
    return true;
}

/// Sets the bonuses of some floors for given prices, such that the best choices of their components
/// keep them. False if no bonus can: there are not so many items that fit.
/// \param some  components, those of the floors and no others
inline bool settle_bonuses(component_choices& at, const price_vector& prices,
    const std::vector<component_floor>& floors, const std::vector<std::uint32_t>& some)
{
    at.price_listings(prices);
    std::vector<double> most;
    std::vector<double> nudge; // where two choices are equally good, the wrong one may come out
    for (const component_floor& floor : floors) {
        most.push_back(most_bonus(at, prices, floor));
        nudge.push_back(0x1p-46 * most.back());
        if (!settle_bonus(at, floor, most.back()))
            return false;
    }
    for (bool is_enough = false; !is_enough;) {
        const auto used = at.evaluate(prices, some).used;
        is_enough = true;
        for (std::size_t f = 0; f < floors.size(); ++f) {
            double& bonus = at.bonus[floors[f].a_class];
            if (used.kept(floors[f].a_class) >= floors[f].missing)
                continue;
            if (bonus >= most[f])
                return false;
            is_enough = false;
            bonus = std::min(bonus + nudge[f], most[f]);
            nudge[f] *= 4;
        }
    }
    return true;
}

/// What a floor makes components do otherwise than they would.
struct forced_choices {
    double lost = 0; ///< against the best choices without the floor; infinite if it cannot be kept
    std::vector<std::pair<std::uint32_t, std::vector<std::uint8_t>>> choices{};
};

/// Whether `forced_by` is worth its time and memory.
inline bool can_force(const component_floor& floor, const components& parts)
{
    return floor.missing <= 64 && parts.items(floor.components) <= (std::size_t{1} << 16U);
}

/// At the prices of the last `price_listings`.
inline forced_choices forced_by(component_choices& at, const component_floor& floor)
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    forced_choices result;
    if (floor.missing <= 0)
        return result;
    const auto missing = static_cast<std::size_t>(floor.missing);
    const std::size_t width = missing + 1;
    // A multiple-choice knapsack with the floor for a capacity: components × missing × items steps.
    std::vector<double> least(width, infinity); // loss of keeping at least j, components so far
    std::vector<double> next(width);
    std::vector<std::uint8_t> share(floor.components.size() * width, 0); // of one component in j
    least[0] = 0;
    for (std::size_t i = 0; i < floor.components.size(); ++i) {
        const std::uint32_t c = floor.components[i];
        const std::size_t most = std::min(missing, at.parts.items(c));
        const std::vector<double>& lost = at.single().losses_of_keeping(c, floor.a_class, most);
        next.assign(width, infinity);
        for (std::size_t j = 0; j < width; ++j)
            for (std::size_t k = 0; k <= std::min(j, most); ++k)
                if (least[j - k] + lost[k] < next[j]) {
                    next[j] = least[j - k] + lost[k];
                    share[i * width + j] = static_cast<std::uint8_t>(k);
                }
        least.swap(next);
    }
    result.lost = least[missing];
    if (!(result.lost < infinity))
        return result;
    std::size_t j = missing;
    for (std::size_t i = floor.components.size(); i-- > 0;) {
        const std::size_t k = share[i * width + j];
        if (k > 0)
            result.choices.emplace_back(floor.components[i],
                at.single().choice_keeping(floor.components[i], floor.a_class, k));
        j -= k;
    }
    return result;
}

} // namespace espalier::detail
