// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/components.hpp>
#include <espalier/knapsack/detail/entry/pattern.hpp>
#include <espalier/knapsack/detail/prices/choice_tally.hpp>
#include <espalier/knapsack/detail/prices/component_oracle.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/detail/workers.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

// What all components choose at the prices λ and the bonuses μ: the choice of each, its margin
// (what the second-best choice loses), and what the choices use together. A bonus is the price of a
// floor, the other way round: an item of class c counts as worth μ_c more than its value.

namespace espalier::detail {

class component_choices {
public:
    const components& parts;
    const std::vector<resource_vector> class_costs;
    const std::vector<resource_vector> kind_costs;
    const std::size_t rows;

    price_vector price{};          ///< λ
    std::vector<double> bonus;     ///< μ, by class
    std::vector<double> margin;    ///< by component: loss of its second-best choice
    resource_vector total_usage{}; ///< of all choices

    /// \param the_parts  with values; must outlive this
    /// \param of_classes, of_kinds  costs
    component_choices(const components& the_parts, std::vector<resource_vector> of_classes,
        std::vector<resource_vector> of_kinds, std::size_t the_rows, const workers& crew)
        : parts(the_parts),
          class_costs(std::move(of_classes)),
          kind_costs(std::move(of_kinds)),
          rows(the_rows),
          bonus(class_costs.size(), 0.0),
          crew_(crew),
          oracles_(crew.parts(the_parts.size(), grain_), component_oracle(the_parts))
    {}

    /// A tally of nothing yet.
    [[nodiscard]] choice_tally tally() const { return {parts, class_costs, kind_costs, rows}; }

    /// Whether the choices fit together.
    [[nodiscard]] bool fit(const resource_vector& room) const
    {
        return is_within(less(room, total_usage, rows), rows);
    }

    [[nodiscard]] bool keeps(std::size_t c, std::size_t item) const
    {
        return pattern::keeps(choice_of(c), item);
    }
    /// What the choice of a component uses.
    [[nodiscard]] resource_vector usage_of(std::size_t c) const
    {
        choice_tally used = tally();
        used.add(c, choice_of(c));
        return used.usage();
    }
    /// What the choice of a component keeps, by position.
    [[nodiscard]] std::vector<std::uint8_t> kept_of(std::size_t c) const
    {
        std::vector<std::uint8_t> kept(parts.items(c));
        for (std::size_t k = 0; k < kept.size(); ++k)
            kept[k] = keeps(c, k);
        return kept;
    }
    /// The words of the choice of a component, see pattern.hpp.
    [[nodiscard]] const std::uint64_t* choice_of(std::size_t c) const
    {
        return &choice_[choice_at(c)];
    }

    /// The best choices of some components, at some prices.
    struct evaluation {
        double worth = 0; ///< Σ best worth: value less prices, bonuses included
        choice_tally used;
    };
    evaluation evaluate_all(const price_vector& prices, const component_values& of)
    {
        const std::size_t count = of.size();
        set_prices(prices);
        std::vector<compensated_sum> worths(workers::grains(count, grain_));
        std::vector<choice_tally> used(crew_.parts(count, grain_), tally().of_many());
        // Sums by grains of a fixed size, then over the grains: the same number however many
        // threads.
        crew_.each_part(count, grain_, [&](std::size_t part, std::size_t first, std::size_t last) {
            for (std::size_t begin = first; begin < last; begin += grain_) {
                compensated_sum& worth = worths[begin / grain_];
                oracles_[part].template solve<false>(
                    of, std::min(grain_, last - begin), [&](std::size_t k) { return begin + k; },
                    [&](std::size_t c, double best, double, const std::uint64_t* choice) {
                        worth.add(best);
                        used[part].add_of(of.pattern_of[c], choice);
                    });
            }
        });
        compensated_sum worth;
        for (const compensated_sum& some : worths)
            worth.add(some.value());
        for (std::size_t part = 1; part < used.size(); ++part)
            used.front().add(used[part]);
        used.front().close();
        return {worth.value(), std::move(used.front())};
    }
    evaluation evaluate(const price_vector& prices, const std::vector<std::uint32_t>& some)
    {
        if (some != evaluated_) { // mostly the same as before, at other prices
            evaluated_ = some;
            values_ = parts.values_of(some);
        }
        return evaluate_all(prices, values_);
    }

    /// What some components are worth at their best, and how many items of a class they keep.
    struct class_evaluation {
        double worth = 0;
        std::int64_t kept = 0;
    };
    /// `evaluate` for a few components and one class, at the last prices of `price_listings`.
    class_evaluation evaluate_class(const std::vector<std::uint32_t>& some, std::uint32_t a_class)
    {
        compensated_sum worth;
        std::int64_t kept = 0;
        oracles_.front().template solve<false>(
            some.size(), [&](std::size_t k) { return some[k]; },
            [&](std::size_t c, double best, double, const std::uint64_t* choice) {
                worth.add(best);
                parts.look(c).usage(
                    choice,
                    [&](std::uint32_t its_class, int items) {
                        kept += its_class == a_class ? items : 0;
                    },
                    [](std::uint32_t) {});
            });
        return {worth.value(), kept};
    }

    /// Margins of some components at the prices and bonuses of the last `price_listings` and
    /// `set_bonus`; the choices stay what they are.
    struct remargined {
        double worth = 0;                  ///< of the best choices
        std::vector<std::uint32_t> others; ///< components that have made another choice
    };
    remargined set_margins(const std::vector<std::uint32_t>& some)
    {
        remargined result;
        compensated_sum worth;
        oracles_.front().template solve<true>(
            some.size(), [&](std::size_t k) { return some[k]; },
            [&](std::size_t c, double best, double second, const std::uint64_t* choice) {
                worth.add(best);
                margin[c] = best - second;
                if (!std::equal(choice, choice + parts.look(c).words(), choice_of(c)))
                    result.others.push_back(static_cast<std::uint32_t>(c));
            });
        result.worth = worth.value();
        return result;
    }

    /// The present choices of some components.
    [[nodiscard]] choice_tally used_by(const std::vector<std::uint32_t>& some) const
    {
        choice_tally used = some.size() > tuning::many_components ? tally().of_many() : tally();
        for (const std::uint32_t c : some)
            used.add(c, choice_of(c));
        used.close();
        return used;
    }

    /// Σ over all components of the best worth at the prices.
    [[nodiscard]] double total_worth() { return evaluate_all(price, parts).worth; }

    /// The choices of component c that lose at most `limit`, see component_oracle.
    std::vector<alternative> list(std::size_t c, double limit,
        std::span<const std::uint32_t> floored, std::size_t most, budget& limits)
    {
        return single().list(c, limit, rows, class_costs, kind_costs, floored, most, limits);
    }

    /// Solves all components at `price`: choices, margins, usage.
    void sweep()
    {
        choice_.resize(choice_at(parts.size()));
        margin.resize(parts.size());
        total_usage = {};
        static_cast<void>(solve_at_price<false>(parts.size(), [](std::size_t c) { return c; }));
    }

    /// The same after prices have moved from those `before`, for those components whose margin is
    /// not more than the move can change it by, and some `reserve` besides. The others keep their
    /// choice; their margin becomes one that they have at least. The components that changed.
    std::vector<std::uint32_t> sweep_again(const price_vector& before, double reserve)
    {
        // Margins shrink by no more than a pattern's prices have moved: whoever has more margin
        // than that keeps the choice, and need not be solved again.
        std::vector<double> drift;
        for (const pattern& look : parts.patterns)
            drift.push_back(most_change(look, before));
        std::vector<std::uint32_t> near;
        choice_tally used = tally().of_many();
        for (std::uint32_t c = 0; c < parts.size(); ++c) {
            const double its_drift = drift[parts.pattern_of[c]];
            if (margin[c] <= its_drift + reserve) {
                near.push_back(c);
                used.add(c, choice_of(c));
            } else {
                margin[c] -= its_drift;
            }
        }
        used.close();
        total_usage = less(total_usage, used.usage(), rows);
        return solve_at_price<true>(near.size(), [&](std::size_t k) { return near[k]; });
    }

    /// The words of all choices, to be compared later.
    [[nodiscard]] const std::vector<std::uint64_t>& choices() const { return choice_; }
    /// The components that have changed their choice since `choices` was `before`.
    [[nodiscard]] std::vector<std::uint32_t> changed_since(
        const std::vector<std::uint64_t>& before) const
    {
        std::vector<std::uint32_t> changed;
        for (std::uint32_t c = 0; c < parts.size(); ++c) {
            const std::uint64_t* now = choice_of(c);
            if (!std::equal(now, now + parts.look(c).words(), &before[choice_at(c)]))
                changed.push_back(c);
        }
        return changed;
    }

    /// What single components are asked, at the prices of the last `price_listings`.
    [[nodiscard]] component_lister& single() { return oracles_.front().single; }

    /// Replaces the choice of a component; `total_usage` is the caller's to change.
    void choose(std::size_t c, const std::vector<std::uint8_t>& keep)
    {
        std::uint64_t* words = &choice_[choice_at(c)];
        std::fill(words, words + parts.look(c).words(), 0);
        for (std::size_t k = 0; k < keep.size(); ++k)
            if (keep[k] != 0)
                pattern::keep(words, k);
    }

    /// Prices of what is asked of single components.
    void price_listings(const price_vector& prices)
    {
        listed_at_ = prices;
        single().prices.price(prices, rows, class_costs, kind_costs, bonus);
    }
    void price_listings() { price_listings(price); }
    /// Sets one bonus, also for what is asked of single components.
    void set_bonus(std::uint32_t a_class, double its_bonus)
    {
        bonus[a_class] = its_bonus;
        single().prices.price_class(
            a_class, price_of(class_costs[a_class], listed_at_, rows) - its_bonus);
    }

private:
    static constexpr std::size_t grain_ = tuning::component_grain;
    workers crew_;
    std::vector<component_oracle> oracles_; ///< one for each part that is solved side by side
    price_vector listed_at_{};              ///< prices that the first of them was given last
    std::vector<std::uint64_t> choice_;     ///< words of the best choices, see choice_at
    std::vector<std::uint32_t> evaluated_;  ///< components whose values were gathered last
    component_values values_;

    /// Where the words of a component's choice begin: it has at most one more than its share.
    [[nodiscard]] std::size_t choice_at(std::size_t c) const
    {
        return parts.first[c] / pattern::items_per_word + c;
    }

    /// By how much the worth of two choices can move apart between `before` and `price`.
    [[nodiscard]] double most_change(const pattern& look, const price_vector& before) const
    {
        double sum = 0;
        const auto add = [&](const resource_vector& cost) {
            for (std::size_t r = 0; r < rows; ++r)
                sum += std::abs(price[r] - before[r]) * std::abs(static_cast<double>(cost[r]));
        };
        for (const std::uint32_t a_class : look.class_of)
            add(class_costs[a_class]);
        for (const std::uint32_t kind : look.unit_kind)
            add(kind_costs[kind]);
        return sum * (1 + 1e-9);
    }

    /// Prices of all oracles, one for each part of the work that is done side by side.
    void set_prices(const price_vector& prices)
    {
        listed_at_ = prices;
        for (component_oracle& oracle : oracles_)
            oracle.single.prices.price(prices, rows, class_costs, kind_costs, bonus);
    }

    /// Solves some components at `price`, and adds their usage. Those that changed, if it is asked.
    template <bool WithChanged, class Component>
    std::vector<std::uint32_t> solve_at_price(std::size_t count, const Component& component)
    {
        set_prices(price);
        std::vector<choice_tally> used(crew_.parts(count, grain_), tally().of_many());
        std::vector<std::vector<std::uint32_t>> changed(used.size());
        crew_.each_part(count, grain_, [&](std::size_t part, std::size_t begin, std::size_t end) {
            oracles_[part].template solve<true>(
                end - begin, [&](std::size_t k) { return component(begin + k); },
                [&](std::size_t c, double best, double second, const std::uint64_t* choice) {
                    margin[c] = best - second;
                    std::uint64_t* known = &choice_[choice_at(c)];
                    const std::size_t words = parts.look(c).words();
                    if (WithChanged && !std::equal(choice, choice + words, known))
                        changed[part].push_back(static_cast<std::uint32_t>(c));
                    for (std::size_t w = 0; w < words; ++w) // mostly one
                        known[w] = choice[w];
                    used[part].add(c, choice);
                });
        });
        for (std::size_t part = 1; part < used.size(); ++part) {
            used.front().add(used[part]);
            changed.front().insert(
                changed.front().end(), changed[part].begin(), changed[part].end());
        }
        used.front().close();
        total_usage = less(total_usage, used.front().usage(), rows, -1);
        return std::move(changed.front());
    }
};

} // namespace espalier::detail
