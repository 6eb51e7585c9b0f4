// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/prices/component_choices.hpp>
#include <espalier/knapsack/detail/prices/floor_bonuses.hpp>
#include <espalier/knapsack/detail/prices/floor_choices.hpp>
#include <espalier/knapsack/detail/prices/price_master.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

// The best prices for items that share units.
//
// They minimise the Lagrangian bound
//     L(λ) = λ·room + Σ over components of their best worth at λ,
// where the components of a class with a floor make the best choices that keep it
// (floor_choices.hpp; where those would take too long, with the best bonus, floor_bonuses.hpp): a
// convex function that comes with a subgradient for free. It is minimised by cutting planes
// (price_master.hpp). First on samples of the components; then on those whose choice is not clear
// at the sample's prices, the others being fixed, until it turns out that no fixed one would
// change.

namespace espalier::detail {

class component_prices {
public:
    bool is_infeasible = false; ///< proven: no choice keeps the floors within the capacities
    /// Of each floor: by how much the bound with its bonus exceeds the best choices that keep it;
    /// negative where the choices were made by the bonus.
    std::vector<double> gaps;
    /// By component: what its choice loses at prices and bonuses for the sake of a floor; empty
    /// without floors.
    std::vector<double> forced_losses;

    component_prices(component_choices& at, const resource_vector& room,
        std::vector<component_floor> floors, budget& limits)
        : gaps(floors.size(), -1.0),
          forced_losses(floors.empty() ? 0 : at.parts.size(), 0.0),
          at_(at),
          room_(room),
          floors_(std::move(floors)),
          limits_(limits),
          bonuses_(at),
          floors_at_(floors_.empty() ? 0 : at.parts.size(), 0)
    {
        for (const component_floor& floor : floors_)
            for (const std::uint32_t c : floor.components)
                ++floors_at_[c];
        for (const component_floor& floor : floors_) {
            const bool is_alone = std::all_of(floor.components.begin(), floor.components.end(),
                [&](std::uint32_t c) { return floors_at_[c] == 1; });
            (is_alone && can_force(floor, at.parts) ? exact_ : others_).push_back(floor);
        }
    }

    /// Sets the prices and bonuses, and solves all components at them.
    /// \return whether they were solved; otherwise the budget ended before, or it is infeasible
    bool find()
    {
        std::vector<std::uint32_t> some(at_.parts.size());
        std::iota(some.begin(), some.end(), std::uint32_t{0});
        if (at_.parts.items() <= 2 * first_sample_) {
            minimise(some, room_);
            sweep();
            return !is_infeasible;
        }
        return from_samples() && !is_infeasible;
    }

private:
    static constexpr std::size_t first_sample_ = 1'024; // items

    component_choices& at_;
    resource_vector room_;
    const std::vector<component_floor> floors_;
    std::vector<component_floor> exact_;  ///< those with exact choices
    std::vector<component_floor> others_; ///< those with bonuses
    budget& limits_;
    floor_bonuses bonuses_;
    std::vector<std::uint8_t> floors_at_; ///< by component: how many

    bool from_samples()
    {
        std::vector<std::uint32_t> some;
        std::size_t sampled = first_sample_;
        minimise_sample(some, sampled, 0);
        while (at_.parts.items() > 64 * sampled && limits_.check()) {
            sampled *= 16;
            minimise_sample(some, sampled, 0.15);
        }
        if (!limits_.check())
            return false;
        sweep();
        std::vector<std::uint8_t> is_active(at_.parts.size(), 0);
        const double clear = of_rank(at_.margin,
            static_cast<std::size_t>(5 * std::sqrt(1.0 / static_cast<double>(some.size())) *
                                     static_cast<double>(at_.parts.size())));
        for (std::size_t c = 0; c < at_.parts.size(); ++c)
            is_active[c] = at_.margin[c] <= clear;
        for (const component_floor& floor : exact_)
            for (const std::uint32_t c : floor.components)
                is_active[c] = 1;
        const double close = 0.02 * of_rank(at_.margin, 30);
        while (limits_.check() && !is_infeasible) {
            some.clear();
            for (std::size_t c = 0; c < at_.parts.size(); ++c)
                if (is_active[c])
                    some.push_back(static_cast<std::uint32_t>(c));
            const resource_vector others =
                less(at_.total_usage, at_.used_by(some).usage(), at_.rows);
            const price_vector before = at_.price;
            const std::vector<double> bonus_before = at_.bonus;
            minimise(some, less(room_, others, at_.rows), 0.15, close);
            if (is_infeasible && some.size() != at_.parts.size()) {
                // Beside the choices that the others have made. They may have to make other ones.
                is_infeasible = false;
                at_.price = before;
                at_.bonus = bonus_before;
                std::fill(is_active.begin(), is_active.end(), std::uint8_t{1});
                continue;
            }
            bool done = true;
            for (const std::uint32_t c : at_.sweep_again(before, bonus_before, clear))
                if (!is_active[c]) {
                    is_active[c] = 1;
                    done = false;
                }
            if (done)
                break;
        }
        if (!floors_.empty())
            sweep(); // with bonuses that bring out choices that keep them
        return true;
    }

    /// Solves all components at the prices, such that the choices keep the floors.
    void sweep()
    {
        std::vector<std::uint32_t> some;
        for (std::uint32_t c = 0; c < floors_at_.size(); ++c)
            if (floors_at_[c] != 0)
                some.push_back(c);
        if (!floors_.empty() && !bonuses_.settle(at_.price, floors_, some))
            is_infeasible = true;
        at_.sweep();
        for (std::size_t f = 0; f < floors_.size() && !is_infeasible; ++f)
            if (is_exact(floors_[f]))
                gaps[f] = force(floors_[f]);
    }

    [[nodiscard]] bool is_exact(const component_floor& floor) const
    {
        return std::any_of(exact_.begin(), exact_.end(),
            [&](const component_floor& one) { return one.a_class == floor.a_class; });
    }

    /// Makes the exact choices for a floor. What the bound with the bonus has in excess of them,
    /// and so has every margin.
    double force(const component_floor& floor)
    {
        const double bonus = at_.bonus[floor.a_class];
        const double bound = at_.evaluate(at_.price, floor.components).worth -
                             bonus * static_cast<double>(floor.missing);
        const resource_vector before = at_.used_by(floor.components).usage();
        at_.bonus[floor.a_class] = 0;
        const double worth = at_.evaluate(at_.price, floor.components).worth;
        at_.price_listings();
        const forced_choices forced = forced_by(at_, floor);
        is_infeasible = is_infeasible || !std::isfinite(forced.lost);
        std::map<std::uint32_t, std::vector<std::uint8_t>> choices;
        for (const std::uint32_t c : floor.components)
            choices[c] = at_.choice_keeping(c, floor.a_class, 0);
        for (const auto& [c, keep] : forced.choices)
            choices[c] = keep;
        at_.bonus[floor.a_class] = bonus;
        at_.price_listings();
        for (const auto& [c, keep] : choices) {
            at_.choose(c, keep);
            forced_losses[c] = at_.loss_of(c, keep);
        }
        const resource_vector after = at_.used_by(floor.components).usage();
        at_.total_usage = less(less(at_.total_usage, before, at_.rows), after, at_.rows, -1);
        const double gap = std::max(bound - (worth - forced.lost), 0.0);
        for (const std::uint32_t c : floor.components)
            at_.margin[c] = std::max(at_.margin[c] - gap, 0.0);
        return gap;
    }

    /// The margin that so many components do not exceed; infinite if there are not so many.
    [[nodiscard]] static double of_rank(std::vector<double> margins, std::size_t rank)
    {
        if (rank >= margins.size())
            return std::numeric_limits<double>::infinity();
        const auto at = margins.begin() + static_cast<std::ptrdiff_t>(rank);
        std::nth_element(margins.begin(), at, margins.end());
        return *at;
    }

    /// The prices of a sample of about so many items, with capacities in proportion; floors, which
    /// a sample knows nothing of, are left for later.
    void minimise_sample(std::vector<std::uint32_t>& some, std::size_t items, double fence)
    {
        some.clear();
        sample(some, items * at_.parts.size() / at_.parts.items() + 1);
        std::size_t sampled = 0;
        for (const std::uint32_t c : some)
            sampled += at_.parts.items(c);
        resource_vector room{};
        for (std::size_t r = 0; r < at_.rows; ++r)
            room[r] = static_cast<std::int64_t>(static_cast<double>(room_[r]) *
                                                static_cast<double>(sampled) /
                                                static_cast<double>(at_.parts.items()));
        minimise(some, room, fence, 1e-6 * worth_of(some), false);
    }

    void sample(std::vector<std::uint32_t>& some, std::size_t count) const
    {
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t begin = k * at_.parts.size() / count;
            const std::size_t end = (k + 1) * at_.parts.size() / count;
            std::uint64_t mix = (k + 1) * 0x9e3779b97f4a7c15U;
            mix = (mix ^ (mix >> 29)) * 0xbf58476d1ce4e5b9U;
            if (end > begin)
                some.push_back(static_cast<std::uint32_t>(
                    begin + static_cast<std::size_t>(mix >> 33) % (end - begin)));
        }
    }

    /// Σ value over the items of some components.
    [[nodiscard]] double worth_of(const std::vector<std::uint32_t>& some) const
    {
        double worth = 0;
        for (const std::uint32_t c : some)
            for (std::size_t at = at_.parts.first[c]; at < at_.parts.first[c + 1]; ++at)
                worth += std::max(at_.parts.value[at], 0.0);
        return worth;
    }

    /// The floors that are kept by bonuses, of some components, less what the present choices of
    /// the other components keep.
    [[nodiscard]] std::vector<component_floor> floors_of(
        const std::vector<std::uint32_t>& some) const
    {
        if (others_.empty())
            return {};
        std::vector<std::uint8_t> is_in(at_.parts.size(), 0);
        for (const std::uint32_t c : some)
            is_in[c] = 1;
        std::vector<component_floor> result;
        for (const component_floor& floor : others_) {
            component_floor one{floor.a_class, floor.missing, {}};
            std::vector<std::uint32_t> outside;
            for (const std::uint32_t c : floor.components)
                (is_in[c] ? one.components : outside).push_back(c);
            if (!outside.empty())
                one.missing -= at_.used_by(outside).kept(floor.a_class);
            result.push_back(std::move(one));
        }
        return result;
    }

    /// Some choices at some prices.
    struct cut {
        double bound = 0; ///< Lagrangian
        double value = 0; ///< of the choices
        resource_vector usage{};
    };

    /// The best choices of some components that keep the floors.
    /// \param bonused  floors on some of the components `floored`
    cut evaluate(const price_vector& prices, const std::vector<std::uint32_t>& some,
        const resource_vector& room, const std::vector<component_floor>& bonused,
        const std::vector<std::uint32_t>& floored, bool with_floors)
    {
        if (!bonused.empty() && !bonuses_.settle(prices, bonused, floored))
            is_infeasible = true;
        for (const component_floor& floor : exact_)
            at_.bonus[floor.a_class] = 0;
        const auto [worth, used] = at_.evaluate(prices, some);
        cut result{worth, worth, used.usage()};
        for (const component_floor& floor : bonused) {
            const double bonus = at_.bonus[floor.a_class];
            result.bound -= bonus * static_cast<double>(floor.missing);
            result.value -= bonus * static_cast<double>(used.kept(floor.a_class));
        }
        if (with_floors && !exact_.empty()) {
            at_.price_listings(prices);
            component_choices::tally instead(at_);
            component_choices::tally of(at_);
            for (const component_floor& floor : exact_) {
                const forced_choices forced = forced_by(at_, floor);
                is_infeasible = is_infeasible || !std::isfinite(forced.lost);
                result.bound -= forced.lost;
                result.value -= forced.lost;
                for (const auto& [c, keep] : forced.choices) {
                    instead.add(c, keep);
                    of.add(c, at_.choice_keeping(c, floor.a_class, 0));
                }
            }
            result.usage =
                less(less(result.usage, of.usage(), at_.rows), instead.usage(), at_.rows, -1);
        }
        result.bound += price_of(room, prices, at_.rows);
        result.value += price_of(result.usage, prices, at_.rows);
        return result;
    }

    /// Minimises the Lagrangian bound of some components by cutting planes, from the prices on.
    /// \param fence  how far from the prices the minimum is expected, as a share of the prices; 0:
    ///               no idea. Prices are kept within the fence until the minimum turns out beyond.
    /// \param close  distance to the minimum that is close enough
    void minimise(const std::vector<std::uint32_t>& some, const resource_vector& room,
        double fence = 0, double close = 0, bool with_floors = true)
    {
        const std::vector<component_floor> bonused =
            with_floors ? floors_of(some) : std::vector<component_floor>{};
        std::vector<std::uint32_t> floored;
        std::size_t items = 0;
        for (const std::uint32_t c : some) {
            if (!bonused.empty() && floors_at_[c] != 0)
                floored.push_back(c);
            items += at_.parts.items(c);
        }
        // A choice that keeps the floors may be worth less than the prices of what it uses, and may
        // not fit; the master program prefers any such choice to none by this much.
        const bool has_floors = with_floors && !floors_.empty();
        double prefer = has_floors ? worth_of(some) + 1 : 0.0;
        price_master master(at_.rows, room, prefer);
        if (fence > 0)
            master.fence(at_.price, room_, fence);
        double least = std::numeric_limits<double>::infinity();
        price_vector best_price = at_.price;
        std::vector<double> best_bonus = at_.bonus;
        price_vector at = at_.price;
        for (int round = 0; round < 300; ++round) {
            const cut one = evaluate(at, some, room, bonused, floored, with_floors);
            if (is_infeasible)
                return;
            if (one.bound < least) {
                least = one.bound;
                best_price = at;
                best_bonus = at_.bonus;
            }
            const bool is_new = master.add(one.usage, one.value);
            if (!limits_.spend(10 * items) || !master.solve(limits_))
                break;
            if (!is_new || least - master.bound() <= std::max(close, 1e-11 * std::abs(least))) {
                if (master.is_fenced_in()) {
                    master.drop_fence();
                } else if (has_floors && master.prefers_nothing()) {
                    // No feasible choice is worth less than nothing.
                    is_infeasible = least < -1e-9 * prefer;
                    if (is_infeasible || prefer > 1e9 * (worth_of(some) + 1))
                        break;
                    prefer *= 1e3;
                    master.prefer_by(prefer);
                } else {
                    break;
                }
                if (!master.solve(limits_))
                    break;
            }
            at = master.prices();
        }
        at_.price = best_price;
        at_.bonus = best_bonus;
        if (has_floors)
            lower_prices(some, room, bonused, floored, least);
    }

    /// Where floors alone use up a resource, its price may be anything, and rounding is judged by
    /// the prices. Lowers those that the bound does not need.
    void lower_prices(const std::vector<std::uint32_t>& some, const resource_vector& room,
        const std::vector<component_floor>& bonused, const std::vector<std::uint32_t>& floored,
        double least)
    {
        const double worth = std::max(worth_of(some), std::abs(least));
        if (price_of(room, at_.price, at_.rows) <= 8 * worth)
            return;
        for (std::size_t r = 0; r < at_.rows && limits_.check(); ++r)
            for (int halving = 0; halving < 60 && at_.price[r] > 0; halving += 6) {
                price_vector lower = at_.price;
                lower[r] = halving == 0 ? 0.0 : std::ldexp(at_.price[r], halving - 60);
                const std::vector<double> bonus_before = at_.bonus;
                const cut one = evaluate(lower, some, room, bonused, floored, true);
                if (!is_infeasible && one.bound <= least + 1e-15 * worth) {
                    at_.price = lower;
                    break;
                }
                at_.bonus = bonus_before;
            }
    }
};

} // namespace espalier::detail
