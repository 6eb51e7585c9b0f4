// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/components.hpp>
#include <espalier/knapsack/detail/prices/label_arena.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

// The best choice within a component at given prices, by dynamic programming over its items (see
// pattern.hpp). Keeping an item pays those of its units that are not paid yet. Units are paid when
// first used and never beforehand, so every choice of items has one path, and the second-best path
// is the second-best choice. The distance between the two is the loss of the cheapest change, and a
// component in which it exceeds the gap of the whole problem is decided.
//
// Components of one pattern take the same steps, so several are solved side by side, one in each
// lane; the compiler turns the lanes into vector instructions.
//
// For the core, all choices within a given loss are listed, by the same recursion with labels: a
// label is dropped when even the best continuation loses too much, or when another label of the
// same state is worth no less and uses no more of anything (worth by value: prices are not part of
// dominance, because what is not used must be paid for as well).

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

class component_oracle {
public:
    explicit component_oracle(const components& parts)
        : parts_(parts), first_price_(parts.patterns.size() + 1, 0), priced_(parts.patterns.size())
    {
        for (std::size_t p = 0; p < parts.patterns.size(); ++p)
            first_price_[p + 1] = first_price_[p] + parts.patterns[p].transitions.size();
        transition_price_.resize(first_price_.back());
    }

    /// Sets the prices for λ, and what an item of each class is worth beyond its value.
    void price(const price_vector& lambda, std::size_t rows,
        const std::vector<resource_vector>& class_costs,
        const std::vector<resource_vector>& kind_costs, const std::vector<double>& bonus)
    {
        class_price_.resize(class_costs.size());
        kind_price_.resize(kind_costs.size());
        for (std::size_t c = 0; c < class_costs.size(); ++c)
            class_price_[c] = price_of(class_costs[c], lambda, rows) - bonus[c];
        for (std::size_t k = 0; k < kind_costs.size(); ++k)
            kind_price_[k] = price_of(kind_costs[k], lambda, rows);
        ++prices_;
    }

    /// Sets the price of one class alone.
    void price_class(std::size_t a_class, double price)
    {
        class_price_[a_class] = price;
        ++prices_;
    }

    /// Solves `count` components, `component(0)`, `component(1)` …, and calls
    /// `use(c, best, second, choice)` for each: the worth of the best choice, value less prices, of
    /// the next best, and the words of the best. Without `WithSecond` the second is not looked for.
    template <bool WithSecond, class Component, class Use>
    void solve(std::size_t count, const Component& component, const Use& use)
    {
        std::array<std::size_t, lanes_> group{};
        for (std::size_t k = 0; k < count;) {
            std::size_t size = 0;
            const std::size_t its_pattern = parts_.pattern_of[component(k)];
            if (is_pair(its_pattern)) {
                const pair_prices prices(prices_of(its_pattern), parts_.patterns[its_pattern]);
                for (; k < count && parts_.pattern_of[component(k)] == its_pattern; ++k)
                    solve_pair(component(k), prices, use);
                continue;
            }
            while (size < lanes_ && k < count && parts_.pattern_of[component(k)] == its_pattern)
                group[size++] = component(k++);
            solve_group<WithSecond>(its_pattern, group, size, use);
        }
    }

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
        // The best choice is always listed, whatever rounding makes of its loss.
        limit = std::max(limit, rounding_slack * std::abs(top));
        label_arena made(rows + floored.size());
        const auto use = [&](std::uint32_t index, const resource_vector& cost) {
            for (std::size_t r = 0; r < rows; ++r)
                made.amounts(index)[r] += cost[r];
        };
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
                if (!(value[k] >= 0))
                    continue; // cannot be kept
                const std::uint32_t kept = made.extend(index);
                label& one = made[kept];
                one.choice = 1;
                one.worth += value[k] - class_price_[look.class_of[k]];
                one.value += value[k];
                use(kept, class_costs[look.class_of[k]]);
                for (std::size_t f = 0; f < floored.size(); ++f)
                    made.amounts(kept)[rows + f] -= floored[f] == look.class_of[k];
                for (std::size_t at = look.first_link[k]; at < look.first_link[k + 1]; ++at) {
                    const pattern::link& link = look.links[at];
                    if (one.state >> link.slot & 1U)
                        continue;
                    one.state |= 1U << link.slot;
                    one.worth -= kind_price_[link.kind];
                    use(kept, kind_costs[link.kind]);
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
                worth += value[k] - price_at(look, k, state);
                for (std::size_t at = look.first_link[k]; at < look.first_link[k + 1]; ++at)
                    state |= std::size_t{1} << look.links[at].slot;
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
        const double* prices = prices_of(parts_.pattern_of[c]);
        const std::size_t width = least + 1;
        std::vector<std::uint8_t> keep(look.size(), 0);
        std::size_t state = 0;
        std::size_t needed = least;
        for (std::size_t k = 0; k < look.size(); ++k) {
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
                    (way.keeps ? value[k] - prices[t] : 0.0) +
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
    static constexpr std::size_t lanes_ = 8;
    static constexpr double minus_infinity_ = -std::numeric_limits<double>::infinity();

    // Vectors in the sense of g++ and clang: arithmetic, comparison and selection work element by
    // element. (Loops over arrays say the same, but neither compiler finds the vector instructions
    // in them.) Sixteen bytes are what every 64-bit processor has.
    static constexpr std::size_t width_ = 2;
    using doubles = double __attribute__((vector_size(16)));
    using words = std::uint64_t __attribute__((vector_size(16)));

    /// What is known of a state, in some lanes.
    struct part {
        doubles one;  ///< worth of the best way there
        doubles two;  ///< of the second best
        words choice; ///< the best: items since the last full word
    };
    using cell = std::array<part, lanes_ / width_>; ///< in all lanes

    const components& parts_;
    std::vector<double> class_price_;
    std::vector<double> kind_price_;
    std::size_t prices_ = 0;               ///< how often prices were set
    std::vector<std::size_t> first_price_; ///< by pattern
    std::vector<std::size_t> priced_;      ///< by pattern: at which prices
    std::vector<double> transition_price_; ///< of the item and the units that it pays
    std::vector<cell> now_;                ///< by state
    std::vector<cell> next_;
    std::vector<cell> full_words_;     ///< by word, then state; their `choice` counts
    std::vector<std::uint64_t> words_; ///< by lane, then word
    std::vector<double> ahead_;        ///< see look_ahead
    std::vector<double> lost_;

    /// What keeping item k costs in a state: the item and those of its units that are not paid.
    [[nodiscard]] double price_at(const pattern& look, std::size_t k, std::size_t state) const
    {
        double sum = class_price_[look.class_of[k]];
        for (std::size_t at = look.first_link[k]; at < look.first_link[k + 1]; ++at)
            if (!(state >> look.links[at].slot & 1U))
                sum += kind_price_[look.links[at].kind];
        return sum;
    }

    const double* prices_of(std::size_t its_pattern)
    {
        double* prices = transition_price_.data() + first_price_[its_pattern];
        if (priced_[its_pattern] == prices_)
            return prices;
        priced_[its_pattern] = prices_;
        const pattern& look = parts_.patterns[its_pattern];
        for (std::size_t k = 0; k < look.size(); ++k)
            for (std::size_t t = look.first_transition[k]; t < look.first_transition[k + 1]; ++t)
                if (look.transitions[t].keeps)
                    prices[t] = price_at(look, k, look.transitions[t].from);
        return prices;
    }

    /// One item, or two that share all of their units: four choices, which are compared at once.
    [[nodiscard]] bool is_pair(std::size_t its_pattern) const
    {
        const pattern& look = parts_.patterns[its_pattern];
        return look.size() == 1 || (look.size() == 2 && look.transitions.size() == 6);
    }

    /// Of keeping the first of a pair, the second alone, and the second beside the first.
    struct pair_prices {
        double first;
        double second = 0;
        double beside = 0;
        bool has_second;

        pair_prices(const double* of, const pattern& look)
            : first(of[1]), has_second(look.size() == 2)
        {
            if (has_second) { // both pruned, the second, the first, both: see find_transitions
                second = of[4];
                beside = of[5];
            }
        }
    };

    template <class Use>
    void solve_pair(std::size_t c, const pair_prices& prices, const Use& use) const
    {
        const double* value = &parts_.value[parts_.first[c]];
        // In the order in which ties are settled.
        const double one = value[0] - prices.first;
        double best = one > 0 ? one : 0.0;
        double second = one > 0 ? 0.0 : one;
        std::uint64_t choice = one > 0 ? 1 : 0;
        const auto consider = [&](double worth, std::uint64_t its) {
            const double loser = worth > best ? best : worth;
            second = loser > second ? loser : second;
            choice = worth > best ? its : choice;
            best = worth > best ? worth : best;
        };
        if (prices.has_second) {
            consider(value[1] - prices.second, 2);
            consider(one + (value[1] - prices.beside), 3);
        }
        use(c, best, second, &choice);
    }

    template <bool WithSecond, class Use>
    void solve_group(std::size_t its_pattern, const std::array<std::size_t, lanes_>& group,
        std::size_t size, const Use& use)
    {
        const pattern& look = parts_.patterns[its_pattern];
        const double* prices = prices_of(its_pattern);
        std::array<const double*, lanes_> values{};
        for (std::size_t l = 0; l < lanes_; ++l) // spare lanes repeat the first
            values[l] = &parts_.value[parts_.first[group[l < size ? l : 0]]];
        const std::size_t states = look.states();
        if (now_.size() < states) {
            now_.resize(states);
            next_.resize(states);
        }
        full_words_.resize(std::max(full_words_.size(), look.words() * states));
        now_[0].fill({doubles{}, doubles{} + minus_infinity_, words{}});
        for (std::size_t k = 0; k < look.size(); ++k) {
            std::array<doubles, lanes_ / width_> value;
            for (std::size_t w = 0; w < value.size(); ++w)
                value[w] = doubles{values[2 * w][k], values[2 * w + 1][k]};
            const std::uint64_t bit = std::uint64_t{1} << (k % pattern::items_per_word);
            for (std::size_t t = look.first_transition[k]; t < look.first_transition[k + 1]; ++t) {
                const pattern::transition way = look.transitions[t];
                const cell& from = now_[way.from];
                cell& to = next_[way.to];
                for (std::size_t w = 0; w < from.size(); ++w) {
                    part came = from[w];
                    if (way.keeps) {
                        const doubles gain = value[w] - prices[t];
                        came = {came.one + gain, came.two + gain, came.choice | bit};
                    }
                    if (way.is_first)
                        to[w] = came;
                    else
                        merge<WithSecond>(to[w], came);
                }
            }
            now_.swap(next_);
            if ((k + 1) % pattern::items_per_word == 0)
                put_by(look, k, states);
        }
        hand_out(look, group, size, use);
    }

    /// Takes over a way into a state where it is better than those before.
    template <bool WithSecond>
    static void merge(part& to, const part& way)
    {
        const auto better = way.one > to.one;
        if constexpr (WithSecond) {
            const doubles loser = better ? to.one : way.one;
            const doubles other = way.two > to.two ? way.two : to.two;
            to.two = loser > other ? loser : other;
        }
        to.choice = better ? way.choice : to.choice;
        to.one = better ? way.one : to.one;
    }

    /// A word is full: the states keep it, and from now on remember which state they had then.
    void put_by(const pattern& look, std::size_t k, std::size_t states)
    {
        const std::size_t word = k / pattern::items_per_word;
        for (std::size_t t = look.first_transition[k]; t < look.first_transition[k + 1]; ++t) {
            const pattern::transition way = look.transitions[t];
            if (!way.is_first)
                continue;
            full_words_[word * states + way.to] = now_[way.to];
            for (part& some : now_[way.to])
                some.choice = words{} + (std::uint64_t{way.to} << pattern::items_per_word);
        }
    }

    template <class Use>
    void hand_out(const pattern& look, const std::array<std::size_t, lanes_>& group,
        std::size_t size, const Use& use)
    {
        constexpr std::uint64_t items = (std::uint64_t{1} << pattern::items_per_word) - 1;
        words_.resize(look.words());
        for (std::size_t l = 0; l < size; ++l) {
            std::size_t word = look.words();
            const part& its = now_[0][l / width_];
            std::uint64_t choice = its.choice[l % width_];
            if (look.size() % pattern::items_per_word != 0) {
                words_[--word] = choice & items;
                choice >>= pattern::items_per_word;
            } else {
                choice = 0;
            }
            while (word > 0) {
                --word;
                choice = full_words_[word * look.states() + choice][l / width_].choice[l % width_];
                words_[word] = choice & items;
                choice >>= pattern::items_per_word;
            }
            use(group[l], its.one[l % width_], its.two[l % width_], words_.data());
        }
    }

    /// ahead_[(k · states + s) · (most + 1) + n]: the best worth of items k … from state s that
    /// keeps at least n of a class.
    void look_ahead(std::size_t c, std::uint32_t a_class, std::size_t most)
    {
        const pattern& look = parts_.look(c);
        const double* value = &parts_.value[parts_.first[c]];
        const double* prices = prices_of(parts_.pattern_of[c]);
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
                const double gain = way.keeps ? value[k] - prices[t] : 0.0;
                const std::size_t counts = way.keeps && look.class_of[k] == a_class ? 1 : 0;
                for (std::size_t n = 0; n < width; ++n)
                    best[n] = std::max(best[n], gain + after[n - std::min(n, counts)]);
            }
    }
};

} // namespace espalier::detail
