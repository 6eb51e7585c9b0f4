// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/constant.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

// Products with constants as shifts and additions. Every constant is written in canonical signed
// digits, so an output is a sum of shifted inputs; what several outputs, or one output several
// times, add up in the same way is added up once. The pair of terms that occurs most often becomes
// a signal of its own, until none occurs twice (Hartley 1996; da4ml does the same for whole
// layers).

namespace espalier {

/// ± signal · 2^shift
struct shift_term {
    std::int64_t signal = 0;
    int shift = 0;
    bool negative = false;

    friend constexpr bool operator==(const shift_term&, const shift_term&) = default;
    // NOLINTNEXTLINE(modernize-use-nullptr)
    friend constexpr auto operator<=>(const shift_term&, const shift_term&) = default;
};

/// One adder: left ± right · 2^shift.
struct shift_adder {
    std::int64_t left = 0;
    std::int64_t right = 0;
    int shift = 0;
    bool subtracts = false;

    friend constexpr bool operator==(const shift_adder&, const shift_adder&) = default;
    // NOLINTNEXTLINE(modernize-use-nullptr)
    friend constexpr auto operator<=>(const shift_adder&, const shift_adder&) = default;
};

/// Adders that compute several sums of shifted inputs. Signals below the number of inputs are the
/// inputs, and each adder makes the next; its operands come before it.
struct shift_add_graph {
    std::int64_t inputs = 0;
    std::vector<shift_adder> adders;
    /// The outputs: a shifted signal each, or none where the sum is empty.
    std::vector<std::vector<shift_term>> outputs;

    /// The outputs for given inputs, modulo 2^64.
    [[nodiscard]] std::vector<std::int64_t> operator()(std::span<const std::int64_t> x) const
    {
        std::vector<std::uint64_t> signals(x.begin(), x.end());
        for (const shift_adder& a : adders) {
            const std::uint64_t right = signals[static_cast<std::size_t>(a.right)] << a.shift;
            const std::uint64_t left = signals[static_cast<std::size_t>(a.left)];
            signals.push_back(a.subtracts ? left - right : left + right);
        }
        std::vector<std::int64_t> sums;
        for (const auto& terms : outputs) {
            std::uint64_t sum = 0;
            for (const shift_term& t : terms) {
                const std::uint64_t value = signals[static_cast<std::size_t>(t.signal)] << t.shift;
                sum += t.negative ? 0 - value : value;
            }
            sums.push_back(static_cast<std::int64_t>(sum));
        }
        return sums;
    }

    friend bool operator==(const shift_add_graph&, const shift_add_graph&) = default;
};

/// The canonical signed digits of an integer as terms of a signal, from the lowest.
[[nodiscard]] inline std::vector<shift_term> signed_digit_terms(
    std::int64_t signal, std::int64_t value)
{
    std::vector<shift_term> terms;
    auto rest = static_cast<std::uint64_t>(value);
    const bool negative = value < 0;
    if (negative)
        rest = 0 - rest;
    // As signed_digits of model/constant.hpp counts them.
    std::uint64_t carry = 0;
    for (int shift = 0; rest != 0 || carry != 0; rest /= 2, ++shift) {
        if (rest % 2 == carry)
            continue;
        carry = rest / 2 % 2;
        terms.push_back({signal, shift, (carry != 0) != negative});
    }
    return terms;
}

namespace detail {

/// Looks for the pairs of terms that occur most often.
class pair_sharing {
public:
    pair_sharing(std::int64_t inputs, std::vector<std::vector<shift_term>> outputs)
        : graph_{inputs, {}, std::move(outputs)}
    {
        std::size_t pairs = 0;
        for (const auto& terms : graph_.outputs)
            pairs += terms.size() * terms.size() / 2;
        uses_.reserve(pairs); // so that it grows no more: fewer will differ
        for (auto& terms : graph_.outputs) {
            std::ranges::sort(terms);
            for (std::size_t i = 0; i < terms.size(); ++i)
                for (std::size_t j = 0; j < i; ++j)
                    ++uses_[joined(terms[i], terms[j]).first];
        }
        for (const auto& [pair, uses] : uses_)
            if (uses > 1)
                by_uses_.emplace(uses, pair);
    }

    shift_add_graph shared() &&
    {
        while (!by_uses_.empty()) {
            const auto [uses, pair] = by_uses_.top();
            by_uses_.pop();
            const auto now = uses_.find(pair);
            if (now == uses_.end() || now->second < 2)
                continue;
            if (now->second != uses) { // it was counted when there were others
                if (now->second < uses)
                    by_uses_.emplace(now->second, pair);
                continue;
            }
            if (!replace(pair)) // its occurrences overlap: x + 2x + 4x has x + 2x but once
                uses_.erase(now);
        }
        for (auto& terms : graph_.outputs)
            add_up(terms);
        return std::move(graph_);
    }

private:
    struct hash {
        std::size_t operator()(const shift_adder& a) const
        {
            std::uint64_t bits = static_cast<std::uint64_t>(a.left) << 32 ^
                                 static_cast<std::uint64_t>(a.right) << 8 ^
                                 static_cast<std::uint64_t>(a.shift) << 1 ^
                                 static_cast<std::uint64_t>(a.subtracts);
            bits *= 0x9e3779b97f4a7c15U; // of the golden ratio: spreads neighbours
            return static_cast<std::size_t>(bits ^ bits >> 29);
        }
    };
    struct less_used {
        using entry = std::pair<std::int64_t, shift_adder>;
        bool operator()(const entry& a, const entry& b) const
        {
            return a.first != b.first ? a.first < b.first : b.second < a.second;
        }
    };
    shift_add_graph graph_;
    std::unordered_map<shift_adder, std::int64_t, hash> uses_;
    /// May hold more than uses_ says, never less.
    std::priority_queue<less_used::entry, std::vector<less_used::entry>, less_used> by_uses_;

    /// The adder of two terms, of which the lower shift comes first and gives its sign to the sum.
    static std::pair<shift_adder, shift_term> joined(shift_term a, shift_term b)
    {
        if (std::tie(b.shift, b.signal) < std::tie(a.shift, a.signal))
            std::swap(a, b);
        return {{a.signal, b.signal, b.shift - a.shift, a.negative != b.negative},
            {0, a.shift, a.negative}};
    }

    /// Occurrences of a pair in an output, none of which share a term.
    [[nodiscard]] static std::vector<std::pair<shift_term, shift_term>> occurrences(
        const std::vector<shift_term>& terms, const shift_adder& pair)
    {
        std::vector<std::pair<shift_term, shift_term>> found;
        std::set<shift_term> taken;
        for (const shift_term& left : terms) {
            if (left.signal != pair.left || taken.contains(left))
                continue;
            const shift_term right{
                pair.right, left.shift + pair.shift, left.negative != pair.subtracts};
            if (taken.contains(right) || right == left ||
                !std::binary_search(terms.begin(), terms.end(), right))
                continue;
            taken.insert({left, right});
            found.emplace_back(left, right);
        }
        return found;
    }

    bool replace(const shift_adder& pair)
    {
        std::vector<std::vector<std::pair<shift_term, shift_term>>> found;
        std::size_t total = 0;
        for (const auto& terms : graph_.outputs) {
            found.push_back(occurrences(terms, pair));
            total += found.back().size();
        }
        if (total < 2)
            return false;
        const std::int64_t signal = next_signal();
        graph_.adders.push_back(pair);
        for (std::size_t output = 0; output < found.size(); ++output)
            for (const auto& [left, right] : found[output]) {
                auto& terms = graph_.outputs[output];
                take(terms, left);
                take(terms, right);
                put(terms, {signal, left.shift, left.negative});
            }
        return true;
    }
    void take(std::vector<shift_term>& terms, const shift_term& term)
    {
        terms.erase(std::ranges::lower_bound(terms, term));
        for (const shift_term& other : terms) {
            const auto found = uses_.find(joined(term, other).first);
            if (found != uses_.end() && --found->second == 0)
                uses_.erase(found);
        }
    }
    void put(std::vector<shift_term>& terms, const shift_term& term)
    {
        for (const shift_term& other : terms) {
            const shift_adder pair = joined(term, other).first;
            const std::int64_t uses = ++uses_[pair];
            if (uses > 1)
                by_uses_.emplace(uses, pair);
        }
        terms.insert(std::ranges::lower_bound(terms, term), term);
    }

    [[nodiscard]] std::int64_t next_signal() const
    {
        return graph_.inputs + static_cast<std::int64_t>(graph_.adders.size());
    }

    /// What is left of an output, in a tree that is no deeper than it must be.
    void add_up(std::vector<shift_term>& terms)
    {
        std::vector<int> depth(static_cast<std::size_t>(graph_.inputs));
        for (const shift_adder& a : graph_.adders)
            depth.push_back(1 + std::max(depth[static_cast<std::size_t>(a.left)],
                                    depth[static_cast<std::size_t>(a.right)]));
        using leaf = std::tuple<int, int, shift_term>; // depth, shift
        std::priority_queue<leaf, std::vector<leaf>, std::greater<>> rest;
        const auto push = [&](const shift_term& t) {
            rest.emplace(depth[static_cast<std::size_t>(t.signal)], t.shift, t);
        };
        for (const shift_term& t : terms)
            push(t);
        while (rest.size() > 1) {
            const shift_term a = std::get<2>(rest.top());
            rest.pop();
            const shift_term b = std::get<2>(rest.top());
            rest.pop();
            auto [adder, sum] = joined(a, b);
            sum.signal = next_signal();
            graph_.adders.push_back(adder);
            depth.push_back(1 + std::max(depth[static_cast<std::size_t>(a.signal)],
                                    depth[static_cast<std::size_t>(b.signal)]));
            push(sum);
        }
        terms.clear();
        if (!rest.empty())
            terms.push_back(std::get<2>(rest.top()));
    }
};

} // namespace detail

/// Adders for sums of shifted inputs, with what they have in common shared.
/// \param outputs  the terms of each sum; no term stands in one twice
[[nodiscard]] inline shift_add_graph share_additions(
    std::int64_t inputs, std::vector<std::vector<shift_term>> outputs)
{
    return detail::pair_sharing(inputs, std::move(outputs)).shared();
}

/// Adders for the products of a constant matrix with a vector.
/// \param matrix  rows of outputs
/// \throws std::invalid_argument if the matrix has no whole rows
[[nodiscard]] inline shift_add_graph shift_add(
    std::int64_t inputs, std::span<const std::int64_t> matrix)
{
    ensure(inputs > 0 && static_cast<std::int64_t>(matrix.size()) % inputs == 0,
        "a constant matrix has whole rows", given{"inputs", inputs},
        given{"constants", matrix.size()});
    std::vector<std::vector<shift_term>> outputs(matrix.size() / static_cast<std::size_t>(inputs));
    for (std::size_t i = 0; i < matrix.size(); ++i) {
        const std::int64_t input = static_cast<std::int64_t>(i) % inputs;
        auto& terms = outputs[i / static_cast<std::size_t>(inputs)];
        for (const shift_term& t : signed_digit_terms(input, matrix[i]))
            terms.push_back(t);
    }
    return share_additions(inputs, std::move(outputs));
}

} // namespace espalier
