// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/components.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
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
    std::vector<std::uint8_t> keep; ///< by position within the component
};

class component_oracle {
public:
    explicit component_oracle(const components& parts)
        : parts_(parts), first_price_(parts.patterns.size() + 1, 0), priced_(parts.patterns.size())
    {
        for (std::size_t p = 0; p < parts.patterns.size(); ++p)
            first_price_[p + 1] = first_price_[p] + parts.patterns[p].transitions.size();
        transition_price_.resize(first_price_.back());
    }

    /// Sets the prices for λ.
    void price(const std::array<double, max_resources>& lambda, std::size_t rows,
        const std::vector<resource_vector>& class_costs,
        const std::vector<resource_vector>& kind_costs)
    {
        const auto price_of = [&](const resource_vector& cost) {
            double sum = 0;
            for (std::size_t r = 0; r < rows; ++r)
                sum += lambda[r] * static_cast<double>(cost[r]);
            return sum;
        };
        class_price_.resize(class_costs.size());
        kind_price_.resize(kind_costs.size());
        std::transform(class_costs.begin(), class_costs.end(), class_price_.begin(), price_of);
        std::transform(kind_costs.begin(), kind_costs.end(), kind_price_.begin(), price_of);
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
            while (size < lanes_ && k < count && parts_.pattern_of[component(k)] == its_pattern)
                group[size++] = component(k++);
            solve_group<WithSecond>(its_pattern, group, size, use);
        }
    }

    /// The choices of component c that lose at most `limit`, without those that another one
    /// dominates; the best choice is the first. Empty if there would be more than `most`.
    std::vector<alternative> list(std::size_t c, double limit, std::size_t rows,
        const std::vector<resource_vector>& class_costs,
        const std::vector<resource_vector>& kind_costs, std::size_t most)
    {
        const pattern& look = parts_.look(c);
        const double* value = &parts_.value[parts_.first[c]];
        const std::size_t states = look.states();
        look_ahead(look, value);
        const double top = ahead_[0];
        std::vector<label> arena(1);
        std::vector<std::size_t> now(1, 0);
        std::vector<std::size_t> next;
        for (std::size_t k = 0; k < look.size(); ++k) {
            next.clear();
            const auto keep_label = [&](label made) {
                made.state &= ~std::uint32_t{look.forget[k]};
                const double loss = top - (made.worth + ahead_[(k + 1) * states + made.state]);
                if (loss > limit)
                    return;
                next.push_back(arena.size());
                arena.push_back(made);
            };
            for (const std::size_t index : now) {
                label skipped = arena[index];
                skipped.parent = index;
                skipped.kept = 0;
                label kept = skipped;
                keep_label(skipped);
                if (!(value[k] >= 0))
                    continue; // cannot be kept
                kept.kept = 1;
                kept.worth += value[k] - class_price_[look.class_of[k]];
                kept.value += value[k];
                add(kept.usage, class_costs[look.class_of[k]], rows);
                for (std::size_t at = look.first_link[k]; at < look.first_link[k + 1]; ++at) {
                    const pattern::link& link = look.links[at];
                    if (kept.state >> link.slot & 1U)
                        continue;
                    kept.state |= 1U << link.slot;
                    kept.worth -= kind_price_[link.kind];
                    add(kept.usage, kind_costs[link.kind], rows);
                }
                keep_label(kept);
            }
            drop_dominated(arena, next, rows);
            now.swap(next);
            if (now.size() > most || arena.size() > 400 * most)
                return {};
        }
        return unwind(arena, now, look.size(), top);
    }

private:
    struct label {
        double worth = 0; ///< value less prices
        double value = 0;
        std::uint32_t state = 0;
        std::uint8_t kept = 0;
        std::size_t parent = 0;
        resource_vector usage{};
    };

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
    std::vector<double> ahead_;

    static void add(resource_vector& usage, const resource_vector& cost, std::size_t rows)
    {
        for (std::size_t r = 0; r < rows; ++r)
            usage[r] += cost[r];
    }

    /// What keeping item k costs in a state: the item and those of its units that are not paid.
    [[nodiscard]] double price_of(const pattern& look, std::size_t k, std::size_t state) const
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
                    prices[t] = price_of(look, k, look.transitions[t].from);
        return prices;
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

    /// ahead_[k · states + s]: the best worth of items k … from state s.
    void look_ahead(const pattern& look, const double* value)
    {
        const std::size_t states = look.states();
        ahead_.assign((look.size() + 1) * states, 0);
        for (std::size_t k = look.size(); k-- > 0;)
            for (std::size_t t = look.first_transition[k]; t < look.first_transition[k + 1]; ++t) {
                const pattern::transition way = look.transitions[t];
                const double after = ahead_[(k + 1) * states + way.to];
                double& best = ahead_[k * states + way.from];
                // A state's first way on is to skip the item.
                best = way.keeps ? std::max(best, value[k] - price_of(look, k, way.from) + after)
                                 : after;
            }
    }

    static void drop_dominated(
        std::vector<label>& arena, std::vector<std::size_t>& labels, std::size_t rows)
    {
        std::sort(labels.begin(), labels.end(), [&](std::size_t a, std::size_t b) {
            if (arena[a].state != arena[b].state)
                return arena[a].state < arena[b].state;
            return arena[a].value != arena[b].value ? arena[a].value > arena[b].value : a < b;
        });
        std::size_t left = 0;
        for (const std::size_t index : labels) {
            bool dominated = false;
            for (std::size_t k = left; k-- > 0 && !dominated;) {
                const label& other = arena[labels[k]];
                if (other.state != arena[index].state)
                    break;
                dominated = true;
                for (std::size_t r = 0; r < rows && dominated; ++r)
                    dominated = other.usage[r] <= arena[index].usage[r];
            }
            if (!dominated)
                labels[left++] = index;
        }
        labels.resize(left);
    }

    static std::vector<alternative> unwind(const std::vector<label>& arena,
        const std::vector<std::size_t>& labels, std::size_t count, double top)
    {
        std::vector<alternative> result;
        for (const std::size_t index : labels) {
            alternative made{.loss = std::max(top - arena[index].worth, 0.0),
                .usage = arena[index].usage,
                .keep = std::vector<std::uint8_t>(count)};
            std::size_t at = index;
            for (std::size_t k = count; k-- > 0; at = arena[at].parent)
                made.keep[k] = arena[at].kept;
            result.push_back(std::move(made));
        }
        std::stable_sort(result.begin(), result.end(),
            [](const alternative& a, const alternative& b) { return a.loss < b.loss; });
        return result;
    }
};

} // namespace espalier::detail
