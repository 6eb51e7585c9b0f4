// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/component_lister.hpp>

#include <algorithm>
#include <limits>

// The best choice within a component at given prices, by dynamic programming over its items (see
// pattern.hpp). Keeping an item pays those of its units that are not paid yet. Units are paid when
// first used and never beforehand, so every choice of items has one path, and the second-best path
// is the second-best choice. The distance between the two is the loss of the cheapest change, and a
// component in which it exceeds the gap of the whole problem is decided.
//
// Components of one pattern take the same steps, so several are solved side by side, one in each
// lane; the compiler turns the lanes into vector instructions.

namespace espalier::detail {

class component_oracle {
public:
    component_lister single; ///< what is asked of single components, at the same prices

    explicit component_oracle(const components& parts) : single(parts), parts_(parts) {}

    /// Solves `count` components, `component(0)`, `component(1)` …, and calls
    /// `use(c, best, second, choice)` for each: the worth of the best choice, value less prices, of
    /// the next best, and the words of the best. Without `WithSecond` the second is not looked for.
    template <bool WithSecond, class Component, class Use>
    void solve(std::size_t count, const Component& component, const Use& use)
    {
        solve<WithSecond>(parts_, count, component, use);
    }
    /// \param of  the values that components are numbered in
    template <bool WithSecond, class Component, class Use>
    void solve(
        const component_values& of, std::size_t count, const Component& component, const Use& use)
    {
        std::array<std::size_t, lanes_> group{};
        for (std::size_t k = 0; k < count;) {
            std::size_t size = 0;
            const std::size_t its_pattern = of.pattern_of[component(k)];
            if (is_pair(its_pattern)) {
                const pair_prices prices(
                    single.prices.of(its_pattern), parts_.patterns[its_pattern]);
                for (; k < count && of.pattern_of[component(k)] == its_pattern; ++k)
                    solve_pair(component(k), &of.value[of.first[component(k)]], prices, use);
                continue;
            }
            while (size < lanes_ && k < count && of.pattern_of[component(k)] == its_pattern)
                group[size++] = component(k++);
            solve_group<WithSecond>(of, its_pattern, group, size, use);
        }
    }

private:
    static constexpr std::size_t lanes_ = 8;
    static constexpr double minus_infinity_ = -std::numeric_limits<double>::infinity();

    const components& parts_;

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

    std::vector<cell> now_; ///< by state
    std::vector<cell> next_;
    std::vector<cell> full_words_;     ///< by word, then state; their `choice` counts
    std::vector<std::uint64_t> words_; ///< by lane, then word

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
    void solve_pair(
        std::size_t c, const double* value, const pair_prices& prices, const Use& use) const
    {
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
    void solve_group(const component_values& of, std::size_t its_pattern,
        const std::array<std::size_t, lanes_>& group, std::size_t size, const Use& use)
    {
        const pattern& look = parts_.patterns[its_pattern];
        const double* prices = single.prices.of(its_pattern);
        std::array<const double*, lanes_> values{};
        for (std::size_t l = 0; l < lanes_; ++l) // spare lanes repeat the first
            values[l] = &of.value[of.first[group[l < size ? l : 0]]];
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
};

} // namespace espalier::detail
