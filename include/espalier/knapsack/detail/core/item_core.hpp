// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/common_divisor.hpp>
#include <espalier/knapsack/detail/core/core_problem.hpp>
#include <espalier/knapsack/detail/core/exchange_search.hpp>
#include <espalier/knapsack/detail/core/lattice.hpp>
#include <espalier/knapsack/detail/prices/item_prices.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

// Independent items as places of a core problem: at the prices an item is kept if its value exceeds
// the price of its cost, and its one change is to be decided the other way, at a loss of
// |value − price|. Only items inside the windows around the thresholds (see item_prices.hpp) are
// ever looked at; all others lose more than what the windows reach.

namespace espalier::detail {

class item_core {
public:
    std::vector<std::uint8_t> keep;     ///< the best choice so far
    std::vector<std::uint32_t> members; ///< items of the last core, place by place
    double unusable = 0;
    double step = 0;

    /// \param items  must outlive this, as must the costs
    /// \param costs  of the classes
    /// \param room   for these items
    item_core(const item_view& items, const std::vector<resource_vector>& costs,
        std::size_t resources, const resource_vector& room, const workers& crew)
        : keep(items.size(), 0),
          items_(items),
          costs_(costs),
          rows_(resources),
          room_(room),
          at_(items_, costs_, resources, room, crew)
    {}

    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] const price_vector& price() const { return at_.price; }

    /// Whether the prices were found; otherwise the budget is spent.
    bool find_prices(budget& limits)
    {
        if (!at_.find(keep, limits))
            return false;
        unusable = cost_lattice(costs_, rows_).least_loss(room_, at_.price);
        look();
        return true;
    }

    /// The choice that the prices suggest, as far as it fits, with what it loses: where the budget
    /// ended before the search found one.
    void take_by_price(search_result& result)
    {
        resource_vector left = room_;
        compensated_sum lost;
        for (std::uint32_t item = 0; item < items_.size(); ++item) {
            const double gain = gain_of(item);
            keep[item] = 0;
            if (!(gain > 0))
                continue;
            const resource_vector after = less(left, costs_[items_.class_of[item]], rows_);
            keep[item] = is_within(after, rows_);
            if (keep[item] != 0)
                left = after;
            else
                lost.add(gain);
        }
        lost.add(price_of(left, at_.price, rows_));
        result.loss = lost.value();
    }

    /// Looks for a better choice by exchanges, where the gap says that the bound will not prove one
    /// and the items are few.
    void exchange_items(search_result& result, budget& limits)
    {
        if (items_.size() > tuning::most_exchanged)
            return;
        if (!(result.loss < infinity_))
            take_by_price(result);
        // Exchanges know items, not places: everything is written out, which is why there is a
        // limit.
        std::vector<double> values(items_.size());
        std::vector<resource_vector> costs(items_.size());
        std::vector<double> gains(items_.size());
        resource_vector left = room_;
        double value = 0;
        for (std::uint32_t item = 0; item < items_.size(); ++item) {
            values[item] = items_.value(item);
            costs[item] = costs_[items_.class_of[item]];
            gains[item] = gain_of(item);
            if (keep[item] == 0)
                continue;
            left = less(left, costs[item], rows_);
            value += values[item];
        }
        if (result.loss <= tuning::small_gap * value)
            return;
        exchange_search search(rows_, std::move(values), std::move(costs), gains, keep, left);
        allowance its_own(limits, tuning::exchange_steps);
        search.run(tuning::kicks_in_vain, its_own);
        if (const double loss = loss_of(search.keep); loss < result.loss) {
            result.loss = loss;
            keep = std::move(search.keep);
        }
    }

    /// Improvements that are not worth a search: what rounding does to a sum of a few prices, or
    /// what no improvement can be as little as.
    [[nodiscard]] double tolerance() const { return std::max(step, rounding()); }

    [[nodiscard]] std::size_t first_places() const { return tuning::first_items(rows_); }
    /// A loss that may be rounding.
    [[nodiscard]] double rounding() const { return rounding_of(at_.price, room_, rows_); }

    // What the search of the core asks (core_search.hpp). An item has one change, so beyond the
    // windows there is nothing more to list, and what is not seen loses more than `reached`.
    [[nodiscard]] double loss_of_rank(std::size_t rank) const { return of_rank(losses_, rank); }

    [[nodiscard]] static double largest_loss() { return infinity_; }
    [[nodiscard]] static double loss_of_nothing() { return infinity_; }
    [[nodiscard]] double reached() const { return at_.margin() + rounding(); }
    /// Widens the windows, for a gap that is larger than they were made for: a sweep over all
    /// items.
    void reach(double loss, budget& limits)
    {
        if (reached() >= loss)
            return;
        std::vector<std::uint8_t> unused(items_.size());
        at_.widen(loss * (1 + 1e-9) + rounding(), unused, limits);
        look();
    }

    /// Makes places of the items inside the windows that lose no more than the limit.
    double gather(double limit, std::size_t, core_problem& core)
    {
        core = {.rows = rows_, .price = at_.price, .left = left_, .unusable = unusable};
        core.tolerance = tolerance();
        members.clear();
        order_.clear();
        for (std::uint32_t k = 0; k < losses_.size(); ++k)
            if (losses_[k] <= limit)
                order_.push_back(k);
        std::sort(order_.begin(), order_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return is_before(a, b); });
        // Items of one class and value are one place with a count: without it a thousand equal
        // items are 2^1000 choices for branch and bound. There are two usages for each class, of
        // items that would come in and of items that would go.
        std::vector<std::uint32_t> kind_of(2 * costs_.size(), none_);
        for (std::size_t k = 0; k < order_.size();) {
            const std::uint32_t item = at_.windows.inside[order_[k]];
            std::size_t end = k + 1;
            while (end < order_.size() && are_equal(order_[k], order_[end]))
                ++end;
            const std::uint32_t c = items_.class_of[item];
            const bool is_kept = gain_of(item) > 0;
            std::uint32_t& kind = kind_of[2 * c + (is_kept ? 1 : 0)];
            if (kind == none_) {
                kind = static_cast<std::uint32_t>(core.usages.size());
                core.usages.push_back(less({}, costs_[c], rows_, is_kept ? 1 : -1));
            }
            core.add_change(losses_[order_[k]], kind);
            core.close(static_cast<std::uint32_t>(end - k));
            for (; k < end; ++k)
                members.push_back(at_.windows.inside[order_[k]]);
        }
        counts_ = core.count;
        return infinity_;
    }

    /// Decides the items of the last core otherwise where changes were made, and all others by
    /// price.
    void take(const changes_made& made)
    {
        for (const std::uint32_t item : at_.windows.inside)
            keep[item] = gain_of(item) > 0;
        // Of equal items those that come first in the order change first: ties go by index.
        std::size_t begin = 0;
        for (std::size_t place = 0; place < counts_.size(); begin += counts_[place++])
            for (std::size_t k = begin; k < begin + made[place]; ++k)
                keep[members[k]] ^= 1U;
    }

private:
    static constexpr double infinity_ = std::numeric_limits<double>::infinity();
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();

    item_view items_;
    const std::vector<resource_vector>& costs_;
    std::size_t rows_;
    resource_vector room_;
    item_prices at_;
    resource_vector left_{};            ///< what the best choice at the prices leaves
    std::vector<double> losses_;        ///< of the items inside the windows, by position there
    std::vector<std::uint32_t> order_;  ///< positions, of the last core
    std::vector<std::uint32_t> counts_; ///< of the places of the last core

    /// What a choice loses.
    [[nodiscard]] double loss_of(const std::vector<std::uint8_t>& choice) const
    {
        resource_vector left = room_;
        compensated_sum lost;
        for (std::uint32_t item = 0; item < items_.size(); ++item) {
            const resource_vector& cost = costs_[items_.class_of[item]];
            if (choice[item] != 0)
                left = less(left, cost, rows_);
            const double gain = gain_of(item);
            // What does not fit is no choice that the bound knows of.
            if ((gain > 0) != (choice[item] != 0) && is_within(less(room_, cost, rows_), rows_))
                lost.add(std::abs(gain));
        }
        lost.add(price_of(left, at_.price, rows_));
        return lost.value();
    }

    /// What an item brings at the prices: value less the price of its cost. Kept if positive.
    [[nodiscard]] double gain_of(std::uint32_t item) const
    {
        return items_.value(item) - at_.class_price[items_.class_of[item]];
    }

    /// Takes note of what is inside the windows.
    void look()
    {
        losses_.resize(at_.windows.inside.size());
        left_ = at_.room_inside();
        common_divisor values(1e3 * rounding());
        for (std::size_t k = 0; k < losses_.size(); ++k) {
            const std::uint32_t item = at_.windows.inside[k];
            const double gain = gain_of(item);
            losses_[k] = std::abs(gain);
            if (gain > 0)
                left_ = less(left_, costs_[items_.class_of[item]], rows_);
            values.add(items_.value(item));
        }
        step = values.step();
    }

    /// By loss; equal items in the order in which they change: of the kept those of higher index
    /// first, of the pruned those of lower.
    [[nodiscard]] bool is_before(std::uint32_t a, std::uint32_t b) const
    {
        if (losses_[a] != losses_[b])
            return losses_[a] < losses_[b];
        const std::uint32_t first = at_.windows.inside[a];
        const std::uint32_t second = at_.windows.inside[b];
        if (!are_equal(a, b))
            return std::tie(items_.class_of[first], items_.values[second]) <
                   std::tie(items_.class_of[second], items_.values[first]);
        return gain_of(first) > 0 ? first > second : first < second;
    }
    /// Whether two items are one place: of one class and one value, to the last digit.
    [[nodiscard]] bool are_equal(std::uint32_t a, std::uint32_t b) const
    {
        const std::uint32_t first = at_.windows.inside[a];
        const std::uint32_t second = at_.windows.inside[b];
        return losses_[a] == losses_[b] && items_.class_of[first] == items_.class_of[second] &&
               items_.values[first] == items_.values[second];
    }
};

} // namespace espalier::detail
