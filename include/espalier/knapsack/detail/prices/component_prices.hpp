// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/of_rank.hpp>
#include <espalier/knapsack/detail/prices/price_master.hpp>
#include <espalier/knapsack/detail/prices/priced_floors.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

// The best prices for items that share units.
//
// They minimise the Lagrangian bound
//     L(λ) = λ·room + Σ over components of their best worth at λ,
// where the components of a class with a floor make the best choices that keep it
// (priced_floors.hpp): a convex function that comes with a subgradient for free. It is minimised by
// cutting planes (price_master.hpp). First on samples of the components; then on those whose choice
// is not clear at the sample's prices, the others being fixed, until it turns out that no fixed one
// would change.

namespace espalier::detail {

class component_prices {
public:
    bool is_infeasible = false; ///< proven: no choice keeps the floors within the capacities
    priced_floors floors;

    /// \param at    gets the prices, bonuses and choices
    /// \param room  for all components
    component_prices(component_choices& at, const resource_vector& room,
        std::vector<component_floor> the_floors, budget& limits)
        : floors(at, std::move(the_floors)), at_(at), room_(room), limits_(limits)
    {}

    /// Sets the prices and bonuses, and solves all components at them.
    /// \return whether they were solved; otherwise the budget ended before, or it is infeasible
    bool find()
    {
        std::vector<std::uint32_t> some(at_.parts.size());
        std::iota(some.begin(), some.end(), std::uint32_t{0});
        if (at_.parts.items() <= 2 * tuning::first_sample) {
            minimise(some, room_);
            sweep();
            return !is_infeasible;
        }
        return from_samples() && !is_infeasible;
    }

private:
    component_choices& at_;
    resource_vector room_;
    budget& limits_;

    /// From a sample to one sixteen times as large, and from the last one to those components whose
    /// choice is in doubt at its prices. Components that were taken for decided, and are not, join
    /// them and the prices are found anew.
    bool from_samples()
    {
        std::vector<std::uint32_t> some;
        std::size_t sampled = tuning::first_sample;
        minimise_sample(some, sampled, 0);
        while (at_.parts.items() > 64 * sampled && limits_.check()) {
            sampled *= tuning::component_sample_growth;
            minimise_sample(some, sampled, tuning::fence);
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
            minimise(some, less(room_, others, at_.rows), tuning::fence, close);
            if (is_infeasible && some.size() != at_.parts.size()) {
                // Beside the choices that the others have made. They may have to make other ones.
                is_infeasible = false;
                at_.price = before;
                at_.bonus = bonus_before;
                std::fill(is_active.begin(), is_active.end(), std::uint8_t{1});
                continue;
            }
            if (is_infeasible)
                break;
            bool done = true;
            for (const std::uint32_t c : sweep_again(before, clear))
                if (!is_active[c]) {
                    is_active[c] = 1;
                    done = false;
                }
            if (done)
                break;
        }
        return true;
    }

    /// Solves all components, and finds out whether floors can be kept at all.
    void sweep() { is_infeasible = !floors.sweep() || is_infeasible; }

    /// Solves the components again after a move of the prices. Those that changed.
    /// \param reserve  see component_choices
    std::vector<std::uint32_t> sweep_again(const price_vector& before, double reserve)
    {
        if (floors.empty())
            return at_.sweep_again(before, reserve);
        const std::vector<std::uint64_t> choices = at_.choices();
        sweep();
        return at_.changed_since(choices);
    }

    /// The prices of a sample of about so many items, with capacities in proportion; floors, which
    /// a sample knows nothing of, are left for later.
    void minimise_sample(std::vector<std::uint32_t>& some, std::size_t items, double fence)
    {
        some.clear();
        sample(some, items * at_.parts.size() / at_.parts.items() + 1);
        const auto sampled = static_cast<double>(at_.parts.items(some));
        resource_vector room{};
        for (std::size_t r = 0; r < at_.rows; ++r)
            room[r] = static_cast<std::int64_t>(
                static_cast<double>(room_[r]) * sampled / static_cast<double>(at_.parts.items()));
        minimise(some, room, fence, 1e-6 * worth_of(some), false);
    }

    /// One component from each of so many strata, at a place that is fixed but follows no pattern.
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

    /// The best choices of some components that keep the floors, at some prices.
    priced_floors::outcome evaluate(const price_vector& prices,
        const std::vector<std::uint32_t>& some, const resource_vector& room,
        const priced_floors::excerpt& its_floors)
    {
        priced_floors::outcome result = floors.evaluate(prices, some, its_floors);
        is_infeasible = is_infeasible || !result.is_possible;
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
        const priced_floors::excerpt its_floors =
            with_floors ? floors.among(some) : priced_floors::excerpt{};
        // A choice that keeps the floors may be worth less than the prices of what it uses, and may
        // not fit; the master program prefers any such choice to none by this much.
        const bool has_floors = with_floors && !floors.empty();
        double prefer = has_floors ? worth_of(some) + 1 : 0.0;
        price_master master(at_.rows, room, prefer);
        if (fence > 0)
            master.fence(at_.price, room_, fence);
        double least = std::numeric_limits<double>::infinity();
        price_vector best_price = at_.price;
        std::vector<double> best_bonus = at_.bonus;
        price_vector at = at_.price;
        for (int round = 0; round < 300; ++round) {
            const priced_floors::outcome one = evaluate(at, some, room, its_floors);
            if (is_infeasible)
                return;
            if (one.bound < least) {
                least = one.bound;
                best_price = at;
                best_bonus = at_.bonus;
            }
            // A choice that is known already is no new cut: then these prices are the best ones.
            const bool is_new = master.add(one.usage, one.value);
            if (!limits_.spend(10 * at_.parts.items(some)) || !master.solve(limits_))
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
            lower_prices(some, room, its_floors, least);
    }

    /// Where floors alone use up a resource, its price may be anything, and rounding is judged by
    /// the prices. Lowers those that the bound does not need.
    void lower_prices(const std::vector<std::uint32_t>& some, const resource_vector& room,
        const priced_floors::excerpt& its_floors, double least)
    {
        const double worth = std::max(worth_of(some), std::abs(least));
        if (price_of(room, at_.price, at_.rows) <= 8 * worth)
            return;
        for (std::size_t r = 0; r < at_.rows && limits_.check(); ++r)
            for (int halving = 0; halving < 60 && at_.price[r] > 0; halving += 6) {
                price_vector lower = at_.price;
                lower[r] = halving == 0 ? 0.0 : std::ldexp(at_.price[r], halving - 60);
                const std::vector<double> bonus_before = at_.bonus;
                const priced_floors::outcome one = evaluate(lower, some, room, its_floors);
                if (!is_infeasible && one.bound <= least + 1e-15 * worth) {
                    at_.price = lower;
                    break;
                }
                at_.bonus = bonus_before;
            }
    }
};

} // namespace espalier::detail
