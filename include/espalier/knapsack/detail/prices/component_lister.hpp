// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/label_arena.hpp>
#include <espalier/knapsack/detail/prices/transition_prices.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

// What is asked of single components at given prices, by a recursion backwards over the items: the
// best that can still come from every state.
//
// For the core, all choices within a given loss are listed, forwards and with labels: a label is
// dropped when even the best continuation loses too much, or when another label of the same state
// is worth no less and uses no more of anything (worth by value: prices are not part of dominance,
// because what is not used must be paid for as well).

namespace espalier::detail {

/// One way to decide the items of a component.
struct alternative {
    double loss = 0; ///< relative to the best choice at the prices
    resource_vector usage{};
    std::vector<std::uint8_t> keep{}; ///< by position within the component
};

inline void sort_by_loss(std::vector<alternative>& some)
{
    // Ties by what is kept: a stable order needs a buffer that standard libraries deprecate.
    std::sort(some.begin(), some.end(), [](const alternative& a, const alternative& b) {
        return a.loss != b.loss ? a.loss < b.loss : a.keep < b.keep;
    });
}

class component_lister {
public:
    transition_prices prices; ///< at which it is asked

    explicit component_lister(const components& parts) : prices(parts), parts_(parts) {}

    /// The choices of component c that lose at most `limit`, without those that another one
    /// dominates; the best choice is the first. Empty if there would be more than `most`, or the
    /// budget ends.
    /// \param floored  classes of which it may be worth while to keep more at any loss; those with
    ///                 a bonus are among them
    std::vector<alternative> list(std::size_t c, double limit, std::size_t rows,
        const std::vector<resource_vector>& class_costs,
        const std::vector<resource_vector>& kind_costs, std::span<const std::uint32_t> floored,
        std::size_t most, budget& limits)
    {
        const pattern& look = parts_.look(c);
        const double* value = &parts_.value[parts_.first[c]];
        const std::size_t states = look.states();
        look_ahead(c, look.class_of.front(), 0);
        const double top = ahead_[0];
        // A loss is a difference of two worths that were added in different orders.
        // The best choice is always listed, whatever rounding makes of its loss.
        limit = std::max(limit, rounding_slack * std::abs(top));
        label_arena made(rows + floored.size());
        const auto use = [&](std::uint32_t index, const resource_vector& cost) {
            for (std::size_t r = 0; r < rows; ++r)
                made.amounts(index)[r] += cost[r];
        };
        // Labels of the items so far; the first is that of nothing, from which all others come.
        std::vector<std::uint32_t> now(1, 0);
        std::vector<std::uint32_t> next;
        for (std::size_t k = 0; k < look.size(); ++k) {
            next.clear();
            const auto add_if_hopeful = [&](std::uint32_t index) {
                label& one = made[index];
                one.state &= ~std::uint32_t{look.forget[k]};
                const double loss = top - (one.worth + ahead_[(k + 1) * states + one.state]);
                if (loss > limit)
                    made.drop_last();
                else
                    next.push_back(index);
            };
            for (const std::uint32_t index : now) {
                add_if_hopeful(made.extend(index));
                // The second way: the item is kept, and with it those of its units that no item
                // before has paid.
                if (!(value[k] >= 0))
                    continue; // cannot be kept
                const std::uint32_t kept = made.extend(index);
                label& one = made[kept];
                one.choice = 1;
                one.worth += value[k] - prices.of_class(look.class_of[k]);
                one.value += value[k];
                use(kept, class_costs[look.class_of[k]]);
                for (std::size_t f = 0; f < floored.size(); ++f)
                    made.amounts(kept)[rows + f] -= floored[f] == look.class_of[k];
                for (const pattern::link& unit : look.links_of(k))
                    if (!(one.state >> unit.slot & 1U)) {
                        one.state |= 1U << unit.slot;
                        one.worth -= prices.of_kind(unit.kind);
                        use(kept, kind_costs[unit.kind]);
                    }
                add_if_hopeful(kept);
            }
            made.drop_dominated(next);
            now.swap(next);
            if (now.size() > most || made.size() > 400 * most ||
                !limits.spend(20 * now.size() * (2 + rows)))
                return {};
        }
        std::vector<alternative> result;
        for (const std::uint32_t index : now) {
            alternative one{.loss = std::max(top - made[index].worth, 0.0)};
            std::copy_n(made.amounts(index), rows, one.usage.begin());
            for (const std::uint32_t is_kept : made.choices(index, look.size()))
                one.keep.push_back(static_cast<std::uint8_t>(is_kept));
            result.push_back(std::move(one));
        }
        sort_by_loss(result);
        return result;
    }

    /// What a choice of component c loses against its best.
    double loss_of(std::size_t c, const std::vector<std::uint8_t>& keep)
    {
        const pattern& look = parts_.look(c);
        const double* value = &parts_.value[parts_.first[c]];
        look_ahead(c, look.class_of.front(), 0);
        double worth = 0;
        std::size_t state = 0;
        for (std::size_t k = 0; k < look.size(); ++k) {
            if (keep[k] != 0) {
                worth += value[k] - prices.at(look, k, state);
                for (const pattern::link& unit : look.links_of(k))
                    state |= std::size_t{1} << unit.slot;
            }
            state &= ~std::size_t{look.forget[k]};
        }
        return std::max(ahead_[0] - worth, 0.0);
    }

    /// What component c loses by keeping at least k items of a class, for k = 0 … most; infinite
    /// where there are not so many that can be kept.
    const std::vector<double>& losses_of_keeping(
        std::size_t c, std::uint32_t a_class, std::size_t most)
    {
        look_ahead(c, a_class, most);
        lost_.resize(most + 1);
        for (std::size_t k = 0; k <= most; ++k)
            lost_[k] = ahead_[0] - ahead_[k];
        return lost_;
    }

    /// The best of these choices for one k.
    std::vector<std::uint8_t> choice_keeping(
        std::size_t c, std::uint32_t a_class, std::size_t least)
    {
        look_ahead(c, a_class, least);
        const pattern& look = parts_.look(c);
        const double* value = &parts_.value[parts_.first[c]];
        const double* price = prices.of(parts_.pattern_of[c]);
        const std::size_t width = least + 1;
        std::vector<std::uint8_t> keep(look.size(), 0);
        std::size_t state = 0;
        std::size_t needed = least;
        for (std::size_t k = 0; k < look.size(); ++k) {
            // Forwards along the recursion: of the ways from here the one that its best came from.
            double best = minus_infinity_;
            std::size_t next = state;
            std::size_t next_needed = needed;
            for (std::size_t t = look.first_transition[k]; t < look.first_transition[k + 1]; ++t) {
                const pattern::transition way = look.transitions[t];
                if (way.from != state)
                    continue;
                const std::size_t less_needed =
                    needed - (way.keeps && look.class_of[k] == a_class && needed > 0 ? 1 : 0);
                const double worth =
                    (way.keeps ? value[k] - price[t] : 0.0) +
                    ahead_[((k + 1) * look.states() + way.to) * width + less_needed];
                if (worth > best) {
                    best = worth;
                    next = way.to;
                    next_needed = less_needed;
                    keep[k] = way.keeps;
                }
            }
            state = next;
            needed = next_needed;
        }
        return keep;
    }

private:
    static constexpr double minus_infinity_ = -std::numeric_limits<double>::infinity();

    const components& parts_;
    std::vector<double> ahead_; ///< see look_ahead
    std::vector<double> lost_;

    /// ahead_[(k · states + s) · (most + 1) + n]: the best worth of items k … from state s that
    /// keeps at least n of a class.
    void look_ahead(std::size_t c, std::uint32_t a_class, std::size_t most)
    {
        const pattern& look = parts_.look(c);
        const double* value = &parts_.value[parts_.first[c]];
        const double* price = prices.of(parts_.pattern_of[c]);
        const std::size_t states = look.states();
        const std::size_t width = most + 1;
        ahead_.assign((look.size() + 1) * states * width, minus_infinity_);
        for (std::size_t s = 0; s < states; ++s)
            ahead_[(look.size() * states + s) * width] = 0;
        for (std::size_t k = look.size(); k-- > 0;)
            for (std::size_t t = look.first_transition[k]; t < look.first_transition[k + 1]; ++t) {
                const pattern::transition way = look.transitions[t];
                const double* after = &ahead_[((k + 1) * states + way.to) * width];
                double* best = &ahead_[(k * states + way.from) * width];
                const double gain = way.keeps ? value[k] - price[t] : 0.0;
                const std::size_t counts = way.keeps && look.class_of[k] == a_class ? 1 : 0;
                for (std::size_t n = 0; n < width; ++n)
                    best[n] = std::max(best[n], gain + after[n - std::min(n, counts)]);
            }
    }
};

} // namespace espalier::detail
