// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/of_rank.hpp>
#include <espalier/knapsack/detail/prices/item_sweep.hpp>
#include <espalier/knapsack/detail/prices/relaxation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

// The best prices λ for a knapsack of any size, and with them a threshold per class: at λ an item
// of class c is worth keeping when its value exceeds the price of what it costs, p_c = λ·cost_c.
//
// Finding λ needs no sorting and hardly any of the items. A sample of about a thousand, solved with
// capacities in proportion, gives λ up to the sampling error; the next sample is larger and need
// only look near the thresholds of that λ, and so on up to all items. Around each threshold lies a
// window: one sweep over the items counts those above their window (kept as long as the threshold
// stays in it), drops those below, and gathers the few inside, on which the relaxation is solved
// exactly. Fences keep the thresholds in their windows: columns that buy the resources of one item
// of the class at the upper end and sell them at the lower end. If none of them is used, λ is
// optimal for all items, because the dual function is convex and nothing was left out of it nearby.
// If one is, the windows are moved there, made wider, and the sweep is repeated: bad luck costs
// time, never the result.

namespace espalier::detail {

class item_prices {
public:
    item_sweep windows;              ///< around the thresholds, and what the last sweep found
    price_vector price{};            ///< λ, per unit of each resource, scaled values
    std::vector<double> class_price; ///< p_c
    item_prices(const item_view& items, const std::vector<resource_vector>& costs,
        std::size_t resources, const resource_vector& room, const workers& crew)
        : windows(items, costs.size(), crew),
          class_price(costs.size(), 0.0),
          items_(items),
          costs_(costs),
          resources_(resources),
          room_(room)
    {}

    /// Finds λ. Afterwards `keep` marks the items above their windows.
    /// \return whether it came to an end; otherwise only the prices are of use
    bool find(std::vector<std::uint8_t>& keep, budget& limits)
    {
        if (!limits.check())
            return false;
        prepare();
        std::size_t level =
            items_.size() <= 2 * tuning::first_sample ? items_.size() : tuning::first_sample;
        double width = std::numeric_limits<double>::infinity();
        for (;;) {
            solve_level(level, width, keep, limits);
            if (!limits.check())
                return false;
            if (level == items_.size())
                return true;
            width = next_width(level);
            level = items_.size() / level > 2 * tuning::sample_growth
                        ? tuning::sample_growth * level
                        : items_.size();
        }
    }

    /// Opens the windows to all items whose loss is at most `loss`, and sweeps again.
    void widen(double loss, std::vector<std::uint8_t>& keep, budget& limits)
    {
        for (std::size_t c = 0; c < costs_.size(); ++c) {
            windows.low[c] = fits_[c] ? class_price[c] - loss : never_;
            windows.high[c] = fits_[c] ? class_price[c] + loss : never_;
        }
        if (windows.sweep(items_.size(), keep, limits))
            return;
        // Not all of them were seen: the windows reach nothing.
        windows.low = class_price;
        windows.high = class_price;
    }

    /// No item outside its window can be decided otherwise at a loss smaller than this.
    [[nodiscard]] double margin() const
    {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t c = 0; c < costs_.size(); ++c)
            if (fits_[c] && !is_free(c)) {
                if (windows.above[c] != 0)
                    least = std::min(least, windows.high[c] - class_price[c]);
                if (windows.low[c] > 0)
                    least = std::min(least, class_price[c] - windows.low[c]);
            }
        return least;
    }

    /// What the items above their windows leave.
    [[nodiscard]] resource_vector room_inside() const
    {
        resource_vector left = room_;
        for (std::size_t c = 0; c < costs_.size(); ++c)
            add(left, costs_[c], resources_, -static_cast<std::int64_t>(windows.above[c]));
        return left;
    }

private:
    item_view items_;
    const std::vector<resource_vector>& costs_;
    cost_matrix matrix_;
    cost_matrix fenced_matrix_; ///< of the classes, then their negatives
    std::size_t resources_;
    resource_vector room_;
    std::vector<std::uint8_t> fits_;
    std::vector<std::size_t> most_below_; ///< items that can be below the window, or fewer

    /// The window of a class that does not fit: no value, however large, compares with it.
    static constexpr double never_ = std::numeric_limits<double>::quiet_NaN();

    /// The costs as matrices of the relaxation, with and without fences.
    void prepare()
    {
        // Costs of classes that do not fit are left out: next to them all others might look like
        // nothing.
        std::vector<resource_vector> fitting(costs_.size(), resource_vector{});
        fits_.resize(costs_.size());
        for (std::size_t c = 0; c < costs_.size(); ++c) {
            fits_[c] = is_within(less(room_, costs_[c], resources_), resources_);
            if (fits_[c])
                fitting[c] = costs_[c];
        }
        matrix_ = cost_matrix(resources_, fitting);
        for (std::size_t c = 0; c < costs_.size(); ++c) {
            fitting.push_back(less({}, fitting[c], resources_));
            // Not so many that their costs overflow.
            const std::int64_t largest = *std::max_element(fitting[c].begin(), fitting[c].end());
            const std::int64_t most = (std::int64_t{1} << 61) / std::max<std::int64_t>(largest, 1) /
                                      static_cast<std::int64_t>(costs_.size());
            most_below_.push_back(std::min(items_.size(), static_cast<std::size_t>(most)));
        }
        fenced_matrix_ = cost_matrix(resources_, fitting);
    }

    /// Whether the items of a class cost nothing: they are kept.
    [[nodiscard]] bool is_free(std::size_t a_class) const
    {
        return costs_[a_class] == resource_vector{};
    }

    /// Of an item of a class.
    [[nodiscard]] double price_of(std::size_t a_class, const price_vector& prices) const
    {
        return detail::price_of(costs_[a_class], prices, resources_);
    }

    /// Windows that the thresholds stay in if each price changes by at most `width` · its spread.
    void place_windows(double width)
    {
        windows.low.assign(costs_.size(), never_);
        windows.high = windows.low;
        const price_vector sides = spread_of(price, room_, resources_);
        for (std::size_t c = 0; c < costs_.size(); ++c)
            if (fits_[c]) {
                // An item that costs nothing is kept. The last digit is for rounding.
                const double by = is_free(c) ? 0.0 : price_of(c, sides) * width * (1 + 1e-9);
                windows.low[c] = class_price[c] - by;
                windows.high[c] = class_price[c] + by;
            }
    }

    /// The width of the windows, in units of the spread, that the sampling error of λ rarely
    /// leaves: they hold a few standard errors of the number of items above a threshold, more
    /// errors where there are more prices to be wrong about.
    [[nodiscard]] double next_width(std::size_t level) const
    {
        const price_vector sides = spread_of(price, room_, resources_);
        std::vector<double> scale;
        for (std::size_t c = 0; c < costs_.size(); ++c)
            scale.push_back(price_of(c, sides));
        std::vector<double> distance;
        distance.reserve(windows.inside.size());
        for (const std::uint32_t item : windows.inside) {
            const std::uint32_t c = items_.class_of[item];
            if (scale[c] > 0)
                distance.push_back(std::abs(items_.value(item) - class_price[c]) / scale[c]);
        }
        if (distance.empty())
            return std::numeric_limits<double>::infinity();
        const auto wanted = static_cast<std::size_t>(
            tuning::errors_in_window * std::sqrt(static_cast<double>(resources_ * level)));
        return std::max(of_rank(distance, std::min(wanted, distance.size() - 1)), 1e-12);
    }

    /// Finds the prices of a sample, or of all items at last: windows, sweep, relaxation, with
    /// wider windows until no fence is used.
    /// \param level  items of the sample
    /// \param width  of the windows, see place_windows
    void solve_level(
        std::size_t level, double width, std::vector<std::uint8_t>& keep, budget& limits)
    {
        const double share = static_cast<double>(level) / static_cast<double>(items_.size());
        for (int attempt = 0;; ++attempt) {
            if (attempt == 12)
                width = std::numeric_limits<double>::infinity();
            place_windows(width);
            if (!windows.sweep(level, keep, limits))
                return;
            const bool is_fenced = width < 1e300;
            if (relax(level == items_.size() ? 1.0 : share, is_fenced, limits) || !is_fenced ||
                !limits.spend(level))
                return;
            width *= 1.5;
        }
    }

    /// Solves the relaxation of the items inside. Whether its prices are those of all items.
    bool relax(double share, bool is_fenced, budget& limits)
    {
        resource_vector room = room_inside();
        for (std::size_t r = 0; r < resources_ && share < 1; ++r)
            room[r] += static_cast<std::int64_t>(static_cast<double>(room_[r]) * share) - room_[r];
        relaxation program(is_fenced ? fenced_matrix_ : matrix_, room, price);
        program.columns.reserve(windows.inside.size() + (is_fenced ? 2 * costs_.size() : 0));
        for (const std::uint32_t item : windows.inside) {
            const std::uint32_t c = items_.class_of[item];
            program.columns.add(items_.value(item) - class_price[c], c, 1);
        }
        for (std::uint32_t c = 0; c < costs_.size() && is_fenced; ++c) {
            if (!fits_[c] || is_free(c))
                continue;
            const double loss = class_price[c] - windows.high[c];
            // As many as there are items above, and could be below.
            if (windows.above[c] != 0)
                program.columns.add(loss, static_cast<std::uint32_t>(costs_.size() + c),
                    static_cast<double>(windows.above[c]));
            if (windows.low[c] > 0)
                program.columns.add(loss, c, static_cast<double>(most_below_[c]));
        }
        bool within = program.solve(limits) == relaxation_status::optimal;
        for (std::size_t j = windows.inside.size(); j < program.columns.size(); ++j)
            within = within && !(program.value[j] > 1e-6);
        price = program.prices();
        for (std::size_t c = 0; c < costs_.size(); ++c)
            class_price[c] = price_of(c, price);
        return within;
    }
};

} // namespace espalier::detail
