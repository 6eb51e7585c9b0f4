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

// The best choice within a component at given prices, by dynamic programming over its items. A
// state is the set of units in the frontier that are paid; keeping an item pays those of its units
// that are not. Units are paid when first used and never beforehand, so every choice of items has
// one path, and the second-best path is the second-best choice.
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
    double best = 0;                ///< value less prices of the best choice
    double second = 0;              ///< of the next best
    std::vector<std::uint8_t> keep; ///< the best choice, by position within the component

    explicit component_oracle(const components& parts) : parts_(parts) {}

    /// Prices per class and per kind of unit.
    std::vector<double> class_price;
    std::vector<double> kind_price;

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
        class_price.resize(class_costs.size());
        kind_price.resize(kind_costs.size());
        std::transform(class_costs.begin(), class_costs.end(), class_price.begin(), price_of);
        std::transform(kind_costs.begin(), kind_costs.end(), kind_price.begin(), price_of);
    }

    [[nodiscard]] double gain(std::size_t position) const
    {
        return parts_.value[position] - class_price[parts_.class_of[position]];
    }

    /// Solves component c: `best` and `keep`, and `second` if asked for.
    template <bool WithSecond>
    void solve(std::size_t c)
    {
        const std::size_t begin = parts_.first[c];
        const std::size_t count = parts_.first[c + 1] - begin;
        const std::size_t states = std::size_t{1} << parts_.slots[c];
        keep.assign(count, 0);
        if (count == 1) {
            alone<WithSecond>(begin);
            return;
        }
        if (states == 2)
            advance<WithSecond, 2>(begin, count, states);
        else if (states == 4)
            advance<WithSecond, 4>(begin, count, states);
        else
            advance<WithSecond, 0>(begin, count, states);
        std::size_t state = 0;
        for (std::size_t k = count; k-- > 0;) {
            const std::uint16_t from = trace_[k * states + state];
            keep[k] = from & 1U;
            state = from >> 1U;
        }
    }

    /// Calls `pay(kind)` for every unit that the choice `keep` of component c uses.
    template <class Pay>
    void units(std::size_t c, const std::vector<std::uint8_t>& chosen, Pay pay) const
    {
        std::uint32_t paid = 0;
        const std::size_t begin = parts_.first[c];
        for (std::size_t k = 0; k < chosen.size(); ++k) {
            if (chosen[k])
                for (const auto& link : parts_.links_of(begin + k))
                    if (!(paid >> link.slot & 1U)) {
                        paid |= 1U << link.slot;
                        pay(link.kind);
                    }
            paid &= ~std::uint32_t{parts_.forget[begin + k]};
        }
    }

    /// The choices of component c that lose at most `limit`, without those that another one
    /// dominates; the best choice is the first. Empty if there would be more than `most`.
    std::vector<alternative> list(std::size_t c, double limit, std::size_t rows,
        const std::vector<resource_vector>& class_costs,
        const std::vector<resource_vector>& kind_costs, std::size_t most)
    {
        const std::size_t begin = parts_.first[c];
        const std::size_t count = parts_.first[c + 1] - begin;
        const std::size_t states = std::size_t{1} << parts_.slots[c];
        look_ahead(begin, count, states);
        const double top = ahead_[0];
        std::vector<label> arena(1);
        std::vector<std::size_t> now(1, 0);
        std::vector<std::size_t> next;
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t at = begin + k;
            next.clear();
            const auto keep_label = [&](label made) {
                made.state &= ~std::uint32_t{parts_.forget[at]};
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
                kept.kept = 1;
                kept.worth += gain(at);
                kept.value += parts_.value[at];
                add(kept.usage, class_costs[parts_.class_of[at]], rows);
                for (const auto& link : parts_.links_of(at))
                    if (!(kept.state >> link.slot & 1U)) {
                        kept.state |= 1U << link.slot;
                        kept.worth -= kind_price[link.kind];
                        add(kept.usage, kind_costs[link.kind], rows);
                    }
                keep_label(kept);
            }
            drop_dominated(arena, next, rows);
            now.swap(next);
            if (now.size() > most || arena.size() > 400 * most)
                return {};
        }
        return unwind(arena, now, count, top);
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

    static constexpr double minus_infinity_ = -std::numeric_limits<double>::infinity();

    const components& parts_;
    std::vector<double> buffer_;
    std::vector<std::uint16_t> trace_;
    std::vector<double> ahead_;

    static void add(resource_vector& usage, const resource_vector& cost, std::size_t rows)
    {
        for (std::size_t r = 0; r < rows; ++r)
            usage[r] += cost[r];
    }

    template <bool WithSecond>
    void alone(std::size_t at)
    {
        double worth = gain(at);
        for (const auto& link : parts_.links_of(at))
            worth -= kind_price[link.kind];
        keep[0] = worth > 0;
        best = std::max(worth, 0.0);
        second = std::min(worth, 0.0);
    }

    /// What the units of an item cost that are not paid in a state.
    [[nodiscard]] double unpaid(std::size_t at, std::size_t state) const
    {
        double sum = 0;
        for (const auto& link : parts_.links_of(at))
            if (!(state >> link.slot & 1U))
                sum += kind_price[link.kind];
        return sum;
    }
    [[nodiscard]] std::size_t bits(std::size_t at) const
    {
        std::size_t all = 0;
        for (const auto& link : parts_.links_of(at))
            all |= std::size_t{1} << link.slot;
        return all;
    }

    /// The recursion over the items of a component. Its few states are known to the compiler where
    /// they are two or four, which is where the time goes.
    template <bool WithSecond, std::size_t Fixed>
    void advance(std::size_t begin, std::size_t count, std::size_t states)
    {
        const std::size_t n = Fixed != 0 ? Fixed : states;
        if (trace_.size() < count * n)
            trace_.resize(count * n);
        std::array<double, Fixed != 0 ? 5 * Fixed : 1> local;
        double* memory = local.data();
        if constexpr (Fixed == 0) {
            buffer_.resize(5 * n);
            memory = buffer_.data();
        }
        double* one = memory;     // best worth with these units paid
        double* two = memory + n; // second best
        double* next_one = memory + 2 * n;
        double* next_two = memory + 3 * n;
        double* unpaid_cost = memory + 4 * n;
        std::fill(memory, memory + 2 * n, minus_infinity_);
        one[0] = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t at = begin + k;
            std::uint16_t* trace = &trace_[k * n];
            if (!WithSecond && parts_.forget[at] == 0 && !(gain(at) > 0)) {
                for (std::size_t s = 0; s < n; ++s)
                    trace[s] = static_cast<std::uint16_t>(s << 1U);
                continue; // not worth its own price: nothing changes
            }
            for (std::size_t s = 0; s < n; ++s) {
                next_one[s] = one[s];
                if constexpr (WithSecond)
                    next_two[s] = two[s];
                trace[s] = static_cast<std::uint16_t>(s << 1U);
            }
            const auto merge = [&](std::size_t to, double best_in, double second_in,
                                   std::uint16_t from) {
                if (best_in > next_one[to]) {
                    if constexpr (WithSecond)
                        next_two[to] = std::max(second_in, next_one[to]);
                    next_one[to] = best_in;
                    trace[to] = from;
                } else if constexpr (WithSecond) {
                    next_two[to] = std::max(next_two[to], best_in);
                }
            };
            const double item_gain = gain(at);
            if (WithSecond || item_gain > 0) {
                std::fill(unpaid_cost, unpaid_cost + n, 0.0);
                std::size_t uses = 0;
                for (const auto& link : parts_.links_of(at)) {
                    const double cost = kind_price[link.kind];
                    for (std::size_t s = 0; s < n; ++s)
                        unpaid_cost[s] += s >> link.slot & 1U ? 0.0 : cost;
                    uses |= std::size_t{1} << link.slot;
                }
                for (std::size_t s = 0; s < n; ++s) {
                    const double by = item_gain - unpaid_cost[s];
                    merge(s | uses, one[s] + by, WithSecond ? two[s] + by : minus_infinity_,
                        static_cast<std::uint16_t>(s << 1U | 1U));
                }
            }
            if (const std::size_t gone = parts_.forget[at]; gone != 0)
                for (std::size_t s = 0; s < n; ++s)
                    if (s & gone) {
                        merge(s & ~gone, next_one[s], WithSecond ? next_two[s] : minus_infinity_,
                            trace[s]);
                        next_one[s] = minus_infinity_;
                        if constexpr (WithSecond)
                            next_two[s] = minus_infinity_;
                    }
            std::swap(one, next_one);
            std::swap(two, next_two);
        }
        best = one[0];
        second = two[0];
    }

    /// ahead_[k · states + s]: the best worth of items k … from state s.
    void look_ahead(std::size_t begin, std::size_t count, std::size_t states)
    {
        ahead_.assign((count + 1) * states, 0);
        for (std::size_t k = count; k-- > 0;) {
            const std::size_t uses = bits(begin + k);
            const std::size_t gone = parts_.forget[begin + k];
            for (std::size_t state = 0; state < states; ++state) {
                const double skip = ahead_[(k + 1) * states + (state & ~gone)];
                const double take = gain(begin + k) - unpaid(begin + k, state) +
                                    ahead_[(k + 1) * states + ((state | uses) & ~gone)];
                ahead_[k * states + state] = std::max(skip, take);
            }
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
