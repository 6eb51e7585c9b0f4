// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

// The best choice at given prices where units are shared in any way: keep items for their profit,
// value less price, and pay for every unit that any of them uses. This is the problem of the most
// profitable closure, and its dual is a maximum flow: every item offers its profit to its units,
// which accept their price at the most. Profits that find no taker are what the choice is worth.
//
// The flow also says who pays how much of which unit. With these shares the items are independent,
// and what a choice loses against the best one is again a sum of parts that are not negative:
// the rest of the profit of an item that is not kept; of a paid unit, what nobody pays of it and
// the shares of its users that are not kept.

namespace espalier::detail {

/// Items and the units that they use; both are numbered from 0.
struct sharing_graph {
    std::vector<std::size_t> first_unit{0}; ///< item → its first entry in `units`; one entry more
    std::vector<std::uint32_t> units;
    std::vector<std::size_t> first_use{0}; ///< unit → its first entry in `uses`; one entry more
    std::vector<std::uint32_t> uses;       ///< places in `units`
    std::vector<std::uint32_t> item_of;    ///< place in `units` → item

    [[nodiscard]] std::size_t items() const { return first_unit.size() - 1; }
    [[nodiscard]] std::size_t size() const { return first_use.size() - 1; }

    /// The next item, and the units that it uses.
    void add_item(std::span<const std::uint32_t> its_units)
    {
        for (const std::uint32_t unit : its_units) {
            units.push_back(unit);
            item_of.push_back(static_cast<std::uint32_t>(items()));
        }
        first_unit.push_back(units.size());
    }
    /// To be called when all items were added.
    /// The transpose: for each unit the places where it is used. Counting sort, so ascending.
    void finish(std::size_t number_of_units)
    {
        first_use.assign(number_of_units + 1, 0);
        uses.resize(units.size());
        for (const std::uint32_t unit : units)
            ++first_use[unit + 1];
        for (std::size_t u = 0; u < number_of_units; ++u)
            first_use[u + 1] += first_use[u];
        std::vector<std::size_t> next(first_use.begin(), first_use.end() - 1);
        for (std::uint32_t at = 0; at < units.size(); ++at)
            uses[next[units[at]]++] = at;
    }
};

class closure {
public:
    std::vector<double> excess;     ///< of each item: profit that no unit took
    std::vector<double> unpaid;     ///< of each unit: price that nobody pays
    std::vector<double> share;      ///< by place in the graph's `units`: what the item pays of it
    std::vector<std::uint8_t> kept; ///< the best choice: items
    std::vector<std::uint8_t> used; ///< and the units that it pays
    double worth = 0;               ///< of the best choice
    std::size_t work = 0;           ///< edges looked at

    /// \param graph  finished; must outlive this
    explicit closure(const sharing_graph& graph) : graph_(graph) {}

    /// \param profit  of each item; negative: it is not kept
    /// \param price   of each unit
    void solve(const std::vector<double>& profit, const std::vector<double>& price)
    {
        excess.assign(profit.size(), 0);
        double largest = 0;
        for (std::size_t i = 0; i < profit.size(); ++i) {
            excess[i] = std::max(profit[i], 0.0);
            largest = std::max(largest, excess[i]);
        }
        nothing_ = 1e-14 * largest;
        unpaid = price;
        share.assign(graph_.units.size(), 0);
        work = 0;
        // Dinic's algorithm: phases of shortest paths. Each phase makes the shortest path longer,
        // so there are no more phases than items and units, and in such flat graphs a handful.
        while (find_levels())
            for (std::uint32_t i = 0; i < excess.size(); ++i)
                while (
                    excess[i] > nothing_ && item_level_[i] == 0 && push(i, excess[i]) > nothing_) {
                }
        // What excess reaches is kept, and so is what pays for itself: all that is worth anything.
        kept.assign(profit.size(), 0);
        used.assign(price.size(), 0);
        worth = 0;
        for (std::size_t i = 0; i < profit.size(); ++i) {
            kept[i] = item_level_[i] != none_;
            if (kept[i])
                worth += profit[i];
        }
        for (std::size_t u = 0; u < price.size(); ++u) {
            used[u] = unit_level_[u] != none_;
            if (used[u])
                worth -= price[u];
        }
        worth = std::max(worth, 0.0);
    }

private:
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();

    const sharing_graph& graph_;
    double nothing_ = 0;
    std::vector<std::uint32_t> item_level_;
    std::vector<std::uint32_t> unit_level_;
    std::vector<std::size_t> item_next_; ///< entries not yet exhausted in this phase
    std::vector<std::size_t> unit_next_;
    std::vector<std::uint32_t> queue_; ///< items, and units from items() on

    /// Distances from items with excess, by edges that can take more flow. Whether a unit that is
    /// not fully paid is within reach.
    bool find_levels()
    {
        item_level_.assign(graph_.items(), none_);
        unit_level_.assign(graph_.size(), none_);
        item_next_.assign(graph_.first_unit.begin(), graph_.first_unit.end() - 1);
        unit_next_.assign(graph_.first_use.begin(), graph_.first_use.end() - 1);
        queue_.clear();
        const auto items = static_cast<std::uint32_t>(graph_.items());
        for (std::uint32_t i = 0; i < items; ++i)
            if (excess[i] > nothing_) {
                item_level_[i] = 0;
                queue_.push_back(i);
            }
        bool reached = false;
        for (std::size_t head = 0; head < queue_.size(); ++head) {
            const std::uint32_t at = queue_[head];
            if (at < items) {
                for (std::size_t k = graph_.first_unit[at]; k < graph_.first_unit[at + 1]; ++k)
                    if (std::uint32_t& level = unit_level_[graph_.units[k]]; level == none_) {
                        level = item_level_[at] + 1;
                        reached = reached || unpaid[graph_.units[k]] > nothing_;
                        queue_.push_back(items + graph_.units[k]);
                    }
                work += graph_.first_unit[at + 1] - graph_.first_unit[at];
            } else {
                const std::uint32_t unit = at - items;
                for (std::size_t k = graph_.first_use[unit]; k < graph_.first_use[unit + 1]; ++k) {
                    const std::uint32_t place = graph_.uses[k];
                    std::uint32_t& level = item_level_[graph_.item_of[place]];
                    if (share[place] > nothing_ && level == none_) {
                        level = unit_level_[unit] + 1;
                        queue_.push_back(graph_.item_of[place]);
                    }
                }
                work += graph_.first_use[unit + 1] - graph_.first_use[unit];
            }
        }
        return reached;
    }

    /// Pushes flow from an item along one path to a unit that is not fully paid. How much.
    double push(std::uint32_t item, double most)
    {
        // The path alternates between items and units: places through which it goes down and back.
        std::vector<std::uint32_t>& path = path_;
        path.clear();
        std::uint32_t at = item;
        for (;;) {
            bool moved = false;
            for (std::size_t& k = item_next_[at]; k < graph_.first_unit[at + 1]; ++k) {
                ++work;
                const std::uint32_t unit = graph_.units[k];
                if (unit_level_[unit] != item_level_[at] + 1)
                    continue;
                path.push_back(static_cast<std::uint32_t>(k));
                if (unpaid[unit] > nothing_)
                    return augment(item, most, unit);
                if (descend(unit, at, path)) {
                    moved = true;
                    break;
                }
                path.pop_back();
            }
            if (moved)
                continue;
            if (path.empty())
                return 0;
            // A dead end: back to the item before, past the place that led here.
            path.pop_back(); // from the unit to this item
            const std::uint32_t place = path.back();
            path.pop_back(); // from the item before to the unit
            ++unit_next_[graph_.units[place]];
            at = graph_.item_of[place];
        }
    }

    /// From a unit on to an item whose share it can give back.
    bool descend(std::uint32_t unit, std::uint32_t& at, std::vector<std::uint32_t>& path)
    {
        for (std::size_t& k = unit_next_[unit]; k < graph_.first_use[unit + 1]; ++k) {
            ++work;
            const std::uint32_t place = graph_.uses[k];
            const std::uint32_t item = graph_.item_of[place];
            if (share[place] > nothing_ && item_level_[item] == unit_level_[unit] + 1) {
                path.push_back(place);
                at = item;
                return true;
            }
        }
        return false;
    }

    /// Sends as much along the path as its ends and the shares to be given back allow. What gets
    /// nowhere near a taker stays as excess: it is a part of what the choice is worth.
    double augment(std::uint32_t item, double most, std::uint32_t unit)
    {
        double flow = std::min(most, unpaid[unit]);
        for (std::size_t k = 1; k < path_.size(); k += 2)
            flow = std::min(flow, share[path_[k]]);
        excess[item] -= flow;
        unpaid[unit] -= flow;
        for (std::size_t k = 0; k < path_.size(); ++k)
            share[path_[k]] += k % 2 == 0 ? flow : -flow;
        return flow;
    }

    std::vector<std::uint32_t> path_;
};

} // namespace espalier::detail
