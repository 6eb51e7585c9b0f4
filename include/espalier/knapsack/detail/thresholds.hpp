// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/relaxation.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

// The best prices λ for a knapsack of any size, and with them a threshold per class: at λ an item
// of class c is worth keeping when its value exceeds the price of what it costs, p_c = λ·cost_c.
//
// Finding λ needs no sorting and hardly any of the items. A sample of a few thousand, solved with
// capacities in proportion, gives λ up to the sampling error. Around the thresholds it implies lie
// windows that hold the true thresholds unless the sample was unlucky; one sweep over the items
// counts those above their window (kept at any price in reach), drops those below, and gathers the
// few inside, on which the relaxation is solved exactly. If the thresholds of the new λ lie inside
// their windows, then λ is optimal for all items, because the dual function is convex and its
// restriction to the windows is exact. If not, the windows are moved there, made wider, and the
// sweep is repeated: bad luck costs time, never the result.

namespace espalier::detail {

/// The items that are to be chosen from: free, of some value, not shared.
struct item_view {
    std::span<const double> values;
    std::span<const std::uint32_t> class_of;
    double scale = 1; ///< power of two that brings the largest value near 1

    [[nodiscard]] std::size_t size() const { return values.size(); }
    [[nodiscard]] double value(std::size_t item) const { return values[item] * scale; }
};

class thresholds {
public:
    std::array<double, max_resources> price{}; ///< λ, per unit of each resource, scaled values
    std::vector<double> class_price;           ///< p_c
    std::vector<double> low;                   ///< window of each class: undecided are the items
    std::vector<double> high;                  ///< with low ≤ value ≤ high
    std::vector<std::uint32_t> inside;         ///< those items, ascending
    std::vector<std::size_t> above;            ///< items above the window, per class

    thresholds(const item_view& items, const std::vector<resource_vector>& costs,
        const scaled_costs& scaled, std::size_t resources, const resource_vector& room)
        : items_(items), costs_(costs), scaled_(scaled), resources_(resources), room_(room)
    {
        fits_.resize(costs.size());
        for (std::size_t c = 0; c < costs.size(); ++c) {
            fits_[c] = 1;
            for (std::size_t r = 0; r < resources; ++r)
                fits_[c] = fits_[c] && costs[c][r] <= room[r];
        }
        class_price.assign(costs.size(), 0);
    }

    /// Finds λ. Afterwards `keep` marks the items above their windows.
    void find(std::vector<std::uint8_t>& keep)
    {
        std::size_t level = items_.size() <= 12'288 ? items_.size() : 4'096;
        double width = std::numeric_limits<double>::infinity();
        for (;;) {
            solve_level(level, width, keep);
            if (level == items_.size())
                return;
            width = next_width(level);
            const bool large = items_.size() / level > 100;
            level = large && level < 65'536 ? 65'536 : items_.size();
        }
    }

    /// Opens the windows to all items whose loss is at most `loss`, and sweeps again.
    void widen(double loss, std::vector<std::uint8_t>& keep)
    {
        for (std::size_t c = 0; c < costs_.size(); ++c) {
            low[c] = fits_[c] ? class_price[c] - loss : std::numeric_limits<double>::infinity();
            high[c] = fits_[c] ? class_price[c] + loss : std::numeric_limits<double>::infinity();
        }
        sweep(items_.size(), keep);
    }

    /// No item outside its window can be decided otherwise at a loss smaller than this.
    [[nodiscard]] double margin() const
    {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t c = 0; c < costs_.size(); ++c)
            if (fits_[c] && !is_free(c))
                least = std::min({least, high[c] - class_price[c],
                    low[c] <= 0 ? least : class_price[c] - low[c]});
        return least;
    }

    [[nodiscard]] bool fits(std::size_t a_class) const { return fits_[a_class] != 0; }

    /// What the items above their windows leave.
    [[nodiscard]] resource_vector room_inside() const
    {
        resource_vector left = room_;
        for (std::size_t c = 0; c < costs_.size(); ++c)
            if (above[c] != 0)
                for (std::size_t r = 0; r < resources_; ++r)
                    left[r] -= static_cast<std::int64_t>(above[c]) * costs_[c][r];
        return left;
    }

private:
    item_view items_;
    const std::vector<resource_vector>& costs_;
    const scaled_costs& scaled_;
    std::size_t resources_;
    resource_vector room_;
    std::vector<std::uint8_t> fits_;

    [[nodiscard]] bool is_free(std::size_t a_class) const
    {
        for (std::size_t r = 0; r < resources_; ++r)
            if (costs_[a_class][r] != 0)
                return false;
        return true;
    }

    /// The index of the k-th of m samples: one from each of m strata, at a place that is fixed but
    /// follows no pattern that the items might follow too.
    [[nodiscard]] std::size_t sampled(std::size_t k, std::size_t m) const
    {
        const std::size_t begin = k * items_.size() / m;
        const std::size_t end = (k + 1) * items_.size() / m;
        std::uint64_t mix = k + 0x9e3779b97f4a7c15U;
        mix = (mix ^ (mix >> 30)) * 0xbf58476d1ce4e5b9U;
        mix = (mix ^ (mix >> 27)) * 0x94d049bb133111ebU;
        return begin + static_cast<std::size_t>(mix >> 33) % (end - begin);
    }

    void sweep(std::size_t level, std::vector<std::uint8_t>& keep)
    {
        above.assign(costs_.size(), 0);
        inside.clear();
        if (level != items_.size()) {
            for (std::size_t k = 0; k < level; ++k)
                look_at(sampled(k, level));
            return;
        }
        // Written without branches: which side of a threshold an item is on is a coin toss.
        inside.resize(items_.size() / 8 + 1024);
        std::size_t found = 0;
        for (std::size_t item = 0; item < items_.size(); ++item) {
            const double value = items_.value(item);
            const std::uint32_t c = items_.class_of[item];
            const bool over = value > high[c];
            const bool in = value >= low[c] && !over && value > 0;
            keep[item] = over;
            above[c] += over;
            if (found == inside.size())
                inside.resize(2 * inside.size());
            inside[found] = static_cast<std::uint32_t>(item);
            found += in;
        }
        inside.resize(found);
    }

    void look_at(std::size_t item)
    {
        const double value = items_.value(item);
        const std::uint32_t c = items_.class_of[item];
        if (value > high[c])
            ++above[c];
        else if (value >= low[c] && value > 0)
            inside.push_back(static_cast<std::uint32_t>(item));
    }

    /// How uncertain the price of each class is, relative to the others. A resource that seems to
    /// be free may turn out to cost something, so it counts with a twentieth of all prices.
    [[nodiscard]] std::vector<double> spread() const
    {
        double total = 0;
        for (std::size_t r = 0; r < resources_; ++r)
            total += price[r] * static_cast<double>(room_[r]);
        std::array<double, max_resources> weight{};
        for (std::size_t r = 0; r < resources_; ++r) {
            const double capacity = static_cast<double>(std::max<std::int64_t>(room_[r], 1));
            weight[r] = total > 0 ? std::max(price[r], 0.05 * total / capacity) : 1 / capacity;
        }
        std::vector<double> result(costs_.size(), 0);
        for (std::size_t c = 0; c < costs_.size(); ++c)
            for (std::size_t r = 0; r < resources_; ++r)
                result[c] += weight[r] * static_cast<double>(costs_[c][r]);
        return result;
    }

    void place_windows(double width)
    {
        low.assign(costs_.size(), std::numeric_limits<double>::infinity());
        high = low;
        const std::vector<double> scale = spread();
        for (std::size_t c = 0; c < costs_.size(); ++c)
            if (fits_[c]) {
                const double by =
                    scale[c] > 0 ? scale[c] * width : 0.0; // an item that costs nothing is kept
                low[c] = class_price[c] - by;
                high[c] = class_price[c] + by;
            }
    }

    /// The width, in units of `spread`, that holds four standard errors of the sample's thresholds.
    [[nodiscard]] double next_width(std::size_t level) const
    {
        const std::vector<double> scale = spread();
        std::vector<double> distance;
        distance.reserve(inside.size());
        for (const std::uint32_t item : inside) {
            const std::uint32_t c = items_.class_of[item];
            if (scale[c] > 0)
                distance.push_back(std::abs(items_.value(item) - class_price[c]) / scale[c]);
        }
        if (distance.empty())
            return std::numeric_limits<double>::infinity();
        const auto wanted = static_cast<std::size_t>(4 * std::sqrt(static_cast<double>(level)));
        const std::size_t rank = std::min(wanted, distance.size() - 1);
        std::nth_element(
            distance.begin(), distance.begin() + static_cast<std::ptrdiff_t>(rank), distance.end());
        return std::max(distance[rank], 1e-12);
    }

    void solve_level(std::size_t level, double width, std::vector<std::uint8_t>& keep)
    {
        const double share = static_cast<double>(level) / static_cast<double>(items_.size());
        for (int attempt = 0;; ++attempt) {
            if (attempt == 5)
                width = std::numeric_limits<double>::infinity();
            place_windows(width);
            sweep(level, keep);
            if (relax(level == items_.size() ? 1.0 : share) || !(width < 1e300))
                return;
            width *= 4;
        }
    }

    /// Solves the relaxation of the items inside. Whether its prices are those of all items.
    bool relax(double share)
    {
        resource_vector room = room_inside();
        if (share < 1)
            for (std::size_t r = 0; r < resources_; ++r)
                room[r] +=
                    static_cast<std::int64_t>(static_cast<double>(room_[r]) * share) - room_[r];
        relaxation program(costs_, scaled_, room, price);
        program.reserve(inside.size());
        for (const std::uint32_t item : inside) {
            const std::uint32_t c = items_.class_of[item];
            program.add(items_.value(item) - class_price[c], c, 1);
        }
        if (program.solve() == relaxation_status::infeasible)
            return false;
        price = program.prices();
        bool within = true;
        for (std::size_t c = 0; c < costs_.size(); ++c) {
            class_price[c] = 0;
            for (std::size_t r = 0; r < resources_; ++r)
                class_price[c] += price[r] * static_cast<double>(costs_[c][r]);
            if (fits_[c] && !is_free(c))
                within = within && class_price[c] >= low[c] && class_price[c] <= high[c];
        }
        return within;
    }
};

} // namespace espalier::detail
