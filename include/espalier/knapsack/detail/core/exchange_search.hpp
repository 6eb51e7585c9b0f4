// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

// A good choice where a proof is out of reach: with many scarce resources the Lagrangian bound
// leaves a gap of percents, and a search that begins with what loses least at the prices stays near
// one choice. Here one kept item is exchanged for one that is worth more, as long as that goes;
// then a few items are thrown out, the rest is filled up in the order of gains at the prices, and
// exchanged again (iterated local search; Lourenço, Martin and Stützle 2003). Work ends it, and
// chance that is the same on every run.

namespace espalier::detail {

class exchange_search {
public:
    std::vector<std::uint8_t> keep;
    double value = 0; ///< of what is kept

    /// \param values  of the items, positive
    /// \param costs   of the items
    /// \param gains   of the items: value less the price of the cost
    /// \param choice  within the room
    /// \param left    what it leaves, not negative
    exchange_search(std::size_t rows, std::vector<double> values,
        std::vector<resource_vector> costs, const std::vector<double>& gains,
        std::vector<std::uint8_t> choice, const resource_vector& left)
        : keep(std::move(choice)),
          rows_(rows),
          values_(std::move(values)),
          costs_(std::move(costs)),
          left_(left),
          by_value_(falling(values_)),
          by_gain_(falling(gains)),
          banned_(values_.size(), 0)
    {
        for (std::size_t i = 0; i < keep.size(); ++i)
            value += keep[i] != 0 ? values_[i] : 0.0;
    }

    /// \param most_in_vain  kicks that bring nothing, one after the other
    template <class Budget>
    void run(std::size_t most_in_vain, Budget& limits)
    {
        climb(limits);
        position best = here();
        position start = best;
        for (std::size_t in_vain = 0; in_vain < most_in_vain && !limits.is_spent(); ++in_vain) {
            kick(1 + draw(4));
            climb(limits);
            // Also on from what is worth a little less, or it would come back to one choice again
            // and again.
            const double drift =
                tuning::most_drift * best.value * static_cast<double>(draw(1'000)) / 1e3;
            if (value >= start.value - drift)
                start = here();
            else
                go_to(start);
            if (is_more(value, best.value)) {
                best = here();
                in_vain = 0;
            }
        }
        go_to(best);
    }

private:
    std::size_t rows_;
    std::vector<double> values_;
    std::vector<resource_vector> costs_;
    resource_vector left_;
    std::vector<std::uint32_t> by_value_; ///< items, those of most value first
    std::vector<std::uint32_t> by_gain_;  ///< likewise
    std::vector<std::uint8_t> banned_;    ///< not to come back at once
    std::uint64_t random_ = 1;

    /// A choice to come back to.
    struct position {
        std::vector<std::uint8_t> keep;
        resource_vector left;
        double value;
    };
    [[nodiscard]] position here() const { return {keep, left_, value}; }
    void go_to(const position& to)
    {
        keep = to.keep;
        left_ = to.left;
        value = to.value;
    }
    /// Not by rounding alone.
    [[nodiscard]] static bool is_more(double a, double b) { return a > b * (1 + 1e-12); }

    /// The indices of some numbers, the largest first.
    [[nodiscard]] static std::vector<std::uint32_t> falling(const std::vector<double>& numbers)
    {
        std::vector<std::uint32_t> order(numbers.size());
        std::iota(order.begin(), order.end(), std::uint32_t{0});
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return numbers[a] != numbers[b] ? numbers[a] > numbers[b] : a < b;
        });
        return order;
    }

    /// Below a bound, from a linear congruential generator (Knuth's constants).
    [[nodiscard]] std::size_t draw(std::size_t bound)
    {
        random_ = random_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::size_t>((random_ >> 33U) % bound);
    }

    /// Whether one item fits into so much of the resources.
    [[nodiscard]] bool fits(std::uint32_t item, const resource_vector& room) const
    {
        for (std::size_t r = 0; r < rows_; ++r)
            if (costs_[item][r] > room[r])
                return false;
        return true;
    }
    /// Keeps an item that was pruned, or the other way round.
    void turn(std::uint32_t item)
    {
        const bool is_kept = keep[item] != 0;
        keep[item] = is_kept ? 0 : 1;
        value += is_kept ? -values_[item] : values_[item];
        left_ = less(left_, costs_[item], rows_, is_kept ? -1 : 1);
    }

    /// Fills up and exchanges until neither goes any more.
    template <class Budget>
    void climb(Budget& limits)
    {
        for (bool goes_on = true; goes_on && limits.spend(by_value_.size() * rows_);) {
            for (const std::uint32_t item : by_gain_)
                if (keep[item] == 0 && banned_[item] == 0 && fits(item, left_))
                    turn(item);
            std::fill(banned_.begin(), banned_.end(), std::uint8_t{0});
            goes_on = swap_best(limits);
        }
    }

    /// Exchanges the pair that gains most. Whether there is one.
    template <class Budget>
    bool swap_best(Budget& limits)
    {
        double most = 0;
        std::pair<std::uint32_t, std::uint32_t> found;
        std::uint64_t looked_at = 0;
        for (const std::uint32_t out : by_value_) {
            if (keep[out] == 0)
                continue;
            const resource_vector room = less(left_, costs_[out], rows_, -1);
            for (const std::uint32_t in : by_value_) { // those that gain most first
                if (!(values_[in] - values_[out] > most))
                    break;
                ++looked_at;
                if (keep[in] == 0 && fits(in, room)) {
                    most = values_[in] - values_[out];
                    found = {out, in};
                    break;
                }
            }
        }
        if (!limits.spend(4 * looked_at + by_value_.size()) || !(most > 0))
            return false;
        turn(found.first);
        turn(found.second);
        return true;
    }

    /// Throws some of the kept items out, rather those that gain little.
    void kick(std::size_t size)
    {
        std::vector<std::uint32_t> items;
        for (const std::uint32_t item : by_gain_)
            if (keep[item] != 0)
                items.push_back(item);
        for (std::size_t n = std::min(size, items.size()); n > 0; --n) {
            const std::size_t k = std::max(draw(items.size()), draw(items.size()));
            turn(items[k]);
            banned_[items[k]] = 1;
            items.erase(items.begin() + static_cast<std::ptrdiff_t>(k));
        }
        // Some of the others that are out may not come in, so that what is filled in differs.
        for (std::size_t item = 0; item < keep.size(); ++item)
            if (keep[item] == 0 && draw(4) == 0)
                banned_[item] = 1;
    }
};

} // namespace espalier::detail
