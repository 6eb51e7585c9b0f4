// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/components.hpp>
#include <espalier/knapsack/detail/entry/pattern.hpp>
#include <espalier/knapsack/detail/prices/choice_tally.hpp>
#include <espalier/knapsack/detail/prices/component_oracle.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/detail/tangled/closure.hpp>
#include <espalier/knapsack/detail/tangled/cutset.hpp>
#include <espalier/knapsack/detail/tangled/open_part.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

// The Lagrangian bound at any decisions about the units of a cutset,
//
//     L(λ) = λ·room + Σ over components of their best worth at λ,
//
// in which the users of a paid unit have it for nothing, those of an unpaid one are not kept, and
// those of an open one pay their shares of its price. The shares of a unit sum up to one and are
// what they are in the best closure of all items (closure.hpp): with all units open the bound is
// that of the linear relaxation, with none open the components know nothing of the cutset.

namespace espalier::detail {

class conditioned_bound {
public:
    /// \param without  the cutset must outlive this; the values of its components are set here
    /// \param graph    of all that is left to choose
    /// \param flow     its best closure
    /// \param scale    of values
    conditioned_bound(
        cutset& without, const sharing_graph& graph, const closure& flow, double scale)
        : rest_(without.rest),
          parts_(without.parts),
          cost_(without.costs),
          oracle_(parts_),
          bonus_(rest_.classes(), 0.0)
    {
        std::vector<std::uint32_t> number(graph.size(), none_);
        // The shares of the closure, brought to sum up to one. Every user pays something of every
        // unit, so that an unpaid one, of infinite price, rules all of its users out.
        std::vector<double> taken(flow.unpaid);
        for (std::size_t at = 0; at < graph.units.size(); ++at)
            taken[graph.units[at]] += flow.share[at];
        for (std::uint32_t k = 0; k < cost_.size(); ++k)
            number[without.units[k]] = k;
        for (const std::uint32_t i : parts_.item) {
            const auto position = static_cast<std::uint32_t>(value_.size());
            value_.push_back(rest_.values[i] * scale);
            for (std::size_t at = graph.first_unit[i]; at < graph.first_unit[i + 1]; ++at) {
                const std::uint32_t u = graph.units[at];
                if (number[u] == none_)
                    continue;
                // What nobody pays of a unit, all of its users pay.
                const auto users = static_cast<double>(graph.first_use[u + 1] - graph.first_use[u]);
                const double share = flow.share[at] + flow.unpaid[u] / users;
                links_.push_back({position, number[u],
                    taken[u] > 0 ? std::max(share / taken[u], 1e-30) : 1 / users});
            }
            first_link_.push_back(links_.size());
        }
        for (std::size_t r = 0; r < rest_.resources; ++r) {
            for (const std::uint32_t c : rest_.class_of)
                step_[r] = std::gcd(step_[r], rest_.class_costs[c][r]);
            for (const std::uint32_t kind : rest_.shared.kind)
                step_[r] = std::gcd(step_[r], rest_.shared.costs[kind][r]);
        }
        for (std::uint32_t c = 0; c < parts_.size(); ++c) {
            const pattern& look = parts_.look(c);
            const bool is_star = look.unit_kind.size() == 1 && look.links.size() == look.size();
            (is_star ? stars_ : others_).push_back(c);
        }
        parts_.value.resize(parts_.items());
        charge_.resize(cost_.size());
        taken_.resize(cost_.size());
    }

    /// As much of some room as can be filled: multiples of what all costs are multiples of.
    [[nodiscard]] resource_vector usable(
        const std::vector<unit_decision>& state, resource_vector room) const
    {
        for (std::size_t r = 0; r < rest_.resources; ++r) {
            std::int64_t step = step_[r];
            for (std::size_t u = 0; u < cost_.size(); ++u)
                if (state[u] == unit_decision::open)
                    step = std::gcd(step, cost_[u][r]);
            if (step > 1)
                room[r] -= room[r] % step;
        }
        return room;
    }

    /// Lowers L by steps along its subgradients, each as long as to reach a target takes if it can
    /// be reached (Polyak's rule).
    /// \param state   of the units of the cutset
    /// \param price   to begin with; becomes the best that was tried
    /// \param target  scaled, as what is returned
    /// \return the least L, raised by what rounding can hide
    double lower(const std::vector<unit_decision>& state, const resource_vector& room,
        price_vector& price, double target, int rounds, budget& limits)
    {
        double least = std::numeric_limits<double>::infinity();
        const double aim = target - 1e-9 * std::abs(target); // rounding does not let it be met
        double length = 1; // of steps, halved when one led too far
        double steepness = 0;
        std::array<double, max_resources> slope{}; // at the best prices
        price_vector at = price;
        for (int round = 0; round < rounds; ++round) {
            std::array<double, max_resources> its_slope{};
            const double bound = evaluate(state, room, at, its_slope);
            if (bound < least) {
                least = bound;
                price = at;
                // Prices are measured by what the whole capacity costs at them.
                steepness = 0;
                for (std::size_t r = 0; r < rest_.resources; ++r) {
                    const bool is_free = at[r] > 0 || its_slope[r] < 0;
                    slope[r] = is_free ? its_slope[r] / capacity(r) : 0.0;
                    steepness += slope[r] * slope[r];
                }
            } else {
                length /= 2;
            }
            if (!limits.spend(10 * value_.size() + 500) || least <= target || !(steepness > 0))
                break;
            for (std::size_t r = 0; r < rest_.resources; ++r)
                at[r] = std::max(
                    0.0, price[r] - length * (least - aim) / steepness * slope[r] / capacity(r));
        }
        return least;
    }

    /// Whether, at the last decisions, any item can be kept that uses a unit of the cutset.
    [[nodiscard]] bool is_of_use(std::uint32_t unit) const
    {
        return std::any_of(links_.begin(), links_.end(), [&](const link& one) {
            return one.unit == unit && parts_.value[one.position] > minus_infinity_;
        });
    }

private:
    static constexpr double minus_infinity_ = -std::numeric_limits<double>::infinity();
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();

    /// That an item uses a unit of the cutset.
    struct link {
        std::uint32_t position;
        std::uint32_t unit; ///< place in the cutset
        double share;       ///< of the unit's price that the item pays, more than 0
    };

    const knapsack_problem& rest_;
    components& parts_;
    const std::vector<resource_vector>& cost_; ///< of the units of the cutset
    component_oracle oracle_;
    resource_vector step_{};                 ///< all costs but the cutset's are multiples of it
    std::vector<double> bonus_;              ///< none
    std::vector<double> value_;              ///< by position, scaled
    std::vector<std::size_t> first_link_{0}; ///< by position; one entry more
    std::vector<link> links_;
    std::vector<std::uint32_t> stars_;  ///< components whose items share one unit
    std::vector<std::uint32_t> others_; ///< all other components
    std::vector<double> charge_;        ///< of the cutset: 0 if paid, infinite if unpaid, or price
    std::vector<std::uint64_t> words_;  ///< scratch: a choice
    std::vector<double> taken_;         ///< shares of the items that are kept

    /// By which slopes and prices of different resources are brought to one scale.
    [[nodiscard]] double capacity(std::size_t r) const
    {
        return static_cast<double>(std::max<std::int64_t>(rest_.capacity[r], 1));
    }

    /// \param slope  becomes a subgradient: what the best choices leave of the room
    double evaluate(const std::vector<unit_decision>& state, const resource_vector& room,
        const price_vector& price, std::array<double, max_resources>& slope)
    {
        const std::size_t rows = rest_.resources;
        for (std::size_t u = 0; u < cost_.size(); ++u) {
            charge_[u] = state[u] == unit_decision::paid     ? 0.0
                         : state[u] == unit_decision::unpaid ? -minus_infinity_
                                                             : price_of(cost_[u], price, rows);
            taken_[u] = 0;
        }
        std::copy(value_.begin(), value_.end(), parts_.value.begin());
        for (const link& one : links_)
            parts_.value[one.position] -= one.share * charge_[one.unit];
        oracle_.single.prices.price(
            price, rest_.resources, rest_.class_costs, rest_.shared.costs, bonus_);
        compensated_sum worth;
        choice_tally used(parts_, rest_.class_costs, rest_.shared.costs, rows);
        const auto add = [&](std::size_t c, double best, double, const std::uint64_t* choice) {
            worth.add(best);
            used.add(c, choice);
            for (std::size_t w = 0; w < parts_.look(c).words(); ++w)
                for (std::uint64_t kept = choice[w]; kept != 0; kept &= kept - 1) {
                    const std::size_t at = parts_.first[c] + w * pattern::items_per_word +
                                           static_cast<std::size_t>(std::countr_zero(kept));
                    for (std::size_t k = first_link_[at]; k < first_link_[at + 1]; ++k)
                        taken_[links_[k].unit] += links_[k].share;
                }
        };
        for (const std::uint32_t c : stars_)
            solve_star(c, add);
        oracle_.solve<false>(
            others_.size(), [&](std::size_t k) { return others_[k]; }, add);
        // Of an open unit, the kept users use their shares. So the slope is what the fractional
        // choice leaves, and the bound is that of the relaxation in which units are bought in
        // parts.
        const resource_vector usage = used.usage();
        double bound = worth.value();
        double paid = 0;
        for (std::size_t r = 0; r < rest_.resources; ++r) {
            auto its_usage = static_cast<double>(usage[r]);
            for (std::size_t u = 0; u < cost_.size(); ++u)
                if (state[u] == unit_decision::open)
                    its_usage += taken_[u] * static_cast<double>(cost_[u][r]);
            slope[r] = static_cast<double>(room[r]) - its_usage;
            bound += price[r] * static_cast<double>(room[r]);
            paid += price[r] * its_usage;
        }
        // The worths are differences between values and what is paid.
        return bound + rounding_slack * (bound + paid);
    }

    /// The best choice of a component whose items all use one unit and no other: if the unit is
    /// worth its price, each item is kept that brings anything.
    template <class Use>
    void solve_star(std::uint32_t c, const Use& use)
    {
        const pattern& look = parts_.look(c);
        const double* value = &parts_.value[parts_.first[c]];
        words_.resize(look.words());
        double sum = -oracle_.single.prices.of_kind(look.links.front().kind);
        for (std::size_t w = 0; w < words_.size(); ++w) {
            const std::size_t begin = w * pattern::items_per_word;
            std::uint64_t kept = 0;
            for (std::size_t k = std::min(begin + pattern::items_per_word, look.size());
                 k-- > begin;) {
                const double gain = value[k] - oracle_.single.prices.of_class(look.class_of[k]);
                sum += gain > 0 ? gain : 0.0;
                kept = kept << 1U | static_cast<std::uint64_t>(gain > 0);
            }
            words_[w] = kept;
        }
        if (sum > 0)
            use(c, sum, 0.0, words_.data());
    }
};

} // namespace espalier::detail
