// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/branch_and_bound.hpp>
#include <espalier/knapsack/detail/common_divisor.hpp>
#include <espalier/knapsack/detail/label_search.hpp>
#include <espalier/knapsack/detail/relaxation.hpp>
#include <espalier/knapsack/detail/search_limits.hpp>
#include <espalier/knapsack/detail/start.hpp>
#include <espalier/knapsack/detail/thresholds.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

// From thresholds to a proof, for items that share nothing.
//
// Relative to the Lagrangian bound L(λ), every choice x has a loss that splits into non-negative
// parts:
//     L(λ) − value(x) = λ·(capacity left by x) + Σ over items decided against their threshold
//                       of |value − p_class|.
// Let G be the loss of the best choice known. An item with |value − p_class| > G is decided: any
// choice that treats it otherwise is worse. What remains is the core. It is searched with the rest
// fixed, beginning with the items of smallest loss; a better choice lowers G and with it the number
// of items that matter, and when all items with a loss below G are in the core that was searched to
// the end, the choice is optimal. Costs are small integers as a rule, and then dynamic programming
// over what is left of the resources is the search (label_search.hpp). Where it meets too many
// different amounts, branch and bound takes over (branch_and_bound.hpp).
//
// All of this adds and compares losses, which are small, and never the sum of ten million values;
// so the proof does not depend on how well that sum is known.

namespace espalier::detail {

class selection {
public:
    std::vector<std::uint8_t> keep;       ///< the best choice so far
    double loss = 0;                      ///< of that choice, relative to L(λ), in scaled values
    double least_loss = 0;                ///< no choice loses less
    static constexpr double rounding = 0; ///< see linked_selection
    bool proven = false;
    bool out_of_time = false;
    std::size_t nodes = 0;
    std::vector<std::uint32_t> core; ///< the items of the last core
    resource_vector core_room{};     ///< what all other items leave to it

    selection(const item_view& items, const std::vector<resource_vector>& costs,
        std::size_t resources, const resource_vector& room, const workers& crew)
        : keep(items.size(), 0),
          items_(items),
          costs_(costs),
          resources_(resources),
          room_(room),
          at_(items_, costs_, resources_, room_, crew)
    {}
    selection(const selection&) = delete;
    selection(selection&&) = delete;
    selection& operator=(const selection&) = delete;
    selection& operator=(selection&&) = delete;
    ~selection() = default;

    [[nodiscard]] const std::array<double, max_resources>& price() const { return at_.price; }

    /// Finds the best choice and proves it.
    /// \param given       seconds on `watch`, and nodes of the last search
    /// \param to_the_end  otherwise stop before the last search, with its `core`
    void run(const search_limits& given, const stopwatch& watch, bool to_the_end = true)
    {
        if (items_.size() == 0) {
            proven = true;
            return;
        }
        at_.find(keep);
        take_losses();
        loss = infinity_;
        // What no choice can use counts as lost, so single items can lose only the rest.
        const double unusable = cost_lattice(costs_, resources_).least_loss(room_, at_.price);
        if (!to_the_end)
            return branch(given, watch, unusable, false);
        for (const search_limits& effort : efforts(given)) {
            if (search_labels(effort, watch, unusable))
                return;
            branch(effort, watch, unusable, true);
            if (proven || out_of_time)
                return;
        }
    }

private:
    static constexpr double infinity_ = std::numeric_limits<double>::infinity();
    item_view items_;
    const std::vector<resource_vector>& costs_;
    std::size_t resources_;
    resource_vector room_;
    thresholds at_;
    std::vector<double> losses_; ///< of the items inside the windows, by position in at_.inside
    std::vector<double> ranked_; ///< the same, to be reordered

    /// Choices that differ only inside the windows differ by more than this or not at all, see
    /// common_divisor.
    double step_ = 0;

    /// Improvements that are not worth a search: what rounding does to a sum of a few prices, or
    /// what no improvement can be as little as.
    [[nodiscard]] double tolerance() const
    {
        return std::max(step_, rounding_of(at_.price, room_, resources_));
    }

    [[nodiscard]] double gain_of(std::uint32_t item) const
    {
        return items_.value(item) - at_.class_price[items_.class_of[item]];
    }

    void take_losses()
    {
        losses_.resize(at_.inside.size());
        for (std::size_t k = 0; k < losses_.size(); ++k)
            losses_[k] = std::abs(gain_of(at_.inside[k]));
        ranked_ = losses_;
        common_divisor values(1e3 * rounding_of(at_.price, room_, resources_));
        for (std::size_t k = 0; k < at_.inside.size() && !values.gave_up(); ++k)
            values.add(items_.value(at_.inside[k]));
        step_ = values.step();
    }

    /// Whether every item that a better choice might decide otherwise is inside the windows. The
    /// step is no help here: it is that of the values inside.
    [[nodiscard]] bool windows_cover(double unusable) const
    {
        return at_.margin() + unusable >= loss - rounding_of(at_.price, room_, resources_);
    }
    void widen_to_cover(double unusable)
    {
        widen((loss - unusable) * (1 + 1e-9) + rounding_of(at_.price, room_, resources_));
    }

    void widen(double by)
    {
        std::vector<std::uint8_t> unused(items_.size());
        at_.widen(by, unused);
        take_losses();
    }

    /// The `rank`-th smallest loss inside the windows; infinite if there are not so many.
    double loss_of_rank(std::size_t rank)
    {
        if (rank >= ranked_.size())
            return infinity_;
        const auto at = ranked_.begin() + static_cast<std::ptrdiff_t>(rank);
        std::nth_element(ranked_.begin(), at, ranked_.end());
        return *at;
    }

    /// Proves the best choice by branch and bound on a core that grows.
    void branch(
        const search_limits& given, const stopwatch& watch, double unusable, bool to_the_end)
    {
        for (std::size_t size = 40 + 10 * resources_;; size *= 4) {
            double limit = loss_of_rank(size);
            if (limit >= loss - unusable - step_ && !windows_cover(unusable)) {
                widen_to_cover(unusable);
                limit = loss_of_rank(size);
            }
            const double most = loss - unusable - step_;
            gather(std::min(limit, most));
            if (std::any_of(core_room.begin(), core_room.end(), [](auto r) { return r < 0; })) {
                // Rounding put an item on the wrong side of its threshold; a larger core holds it.
                if (core.size() == at_.inside.size())
                    widen(infinity_);
                continue;
            }
            const bool covers = limit >= most && windows_cover(unusable);
            if (covers && !to_the_end)
                return;
            search_limits limits = given;
            if (!covers)
                limits.nodes = to_the_end ? 2'000 : 50;
            const bool complete = search_core(limits, watch);
            // A better choice may have lowered the loss below what the core covers.
            if (complete && limit + unusable >= loss - step_ && windows_cover(unusable)) {
                least_loss = loss;
                proven = true;
                return;
            }
            if (out_of_time || (covers && !complete)) {
                least_loss = std::min({least_loss, std::min(limit, at_.margin()) + unusable, loss});
                return;
            }
        }
    }

    /// Proves the best choice by dynamic programming. Whether it came to an end; if not, a better
    /// choice than before may have been found.
    bool search_labels(const search_limits& limits, const stopwatch& watch, double unusable)
    {
        resource_vector largest{};
        for (std::size_t c = 0; c < costs_.size(); ++c)
            for (std::size_t r = 0; r < resources_ && at_.fits(c); ++r)
                largest[r] = std::max(largest[r], costs_[c][r]);
        for (;;) {
            resource_vector left = at_.room_inside();
            for (const std::uint32_t item : at_.inside)
                if (gain_of(item) > 0)
                    for (std::size_t r = 0; r < resources_; ++r)
                        left[r] -= costs_[items_.class_of[item]][r];
            label_search search(
                resources_, left, at_.price, largest, largest, loss, unusable, tolerance());
            std::vector<std::uint32_t> order(losses_.size());
            std::iota(order.begin(), order.end(), std::uint32_t{0});
            std::size_t sorted = 0;
            std::size_t k = 0;
            bool idle = false;
            bool is_stopped = false;
            for (; k < order.size(); ++k) {
                if (k == sorted)
                    sort_more(order, sorted);
                if (!search.is_open(losses_[order[k]]))
                    break;
                is_stopped = search.work > work_of(limits) ||
                             (k % 64 == 63 && watch.seconds() > limits.seconds);
                if (is_stopped)
                    break;
                const std::uint32_t item = at_.inside[order[k]];
                if (idle && is_equal(item, at_.inside[order[k - 1]]))
                    continue; // nor will it change anything
                resource_vector usage = costs_[items_.class_of[item]];
                if (gain_of(item) > 0)
                    for (std::size_t r = 0; r < resources_; ++r)
                        usage[r] = -usage[r];
                if (k + 1 == sorted)
                    sort_more(order, sorted);
                const double next = k + 1 < order.size() ? losses_[order[k + 1]] : infinity_;
                idle = !search.stage(static_cast<std::uint32_t>(k),
                    std::span{&losses_[order[k]], 1}, std::span{&usage, 1}, next);
            }
            if (search.improved) {
                loss = search.loss;
                for (const std::uint32_t item : at_.inside)
                    keep[item] = gain_of(item) > 0;
                search.changes([&](std::uint32_t at) {
                    std::uint8_t& kept = keep[at_.inside[order[at]]];
                    kept = kept == 0;
                });
            }
            if (search.gave_up || is_stopped)
                return false;
            if (windows_cover(unusable)) {
                least_loss = loss;
                proven = true;
                return true;
            }
            widen_to_cover(unusable);
        }
    }

    [[nodiscard]] bool is_equal(std::uint32_t a, std::uint32_t b) const
    {
        return items_.class_of[a] == items_.class_of[b] && items_.values[a] == items_.values[b];
    }

    /// Sorts the next few of the items inside by loss; of equal ones those first whose decision
    /// changes first: the kept of higher index, the pruned of lower.
    void sort_more(std::vector<std::uint32_t>& order, std::size_t& sorted) const
    {
        const auto before = [&](std::uint32_t a, std::uint32_t b) {
            if (losses_[a] != losses_[b])
                return losses_[a] < losses_[b];
            const std::uint32_t first = at_.inside[a];
            const std::uint32_t second = at_.inside[b];
            if (items_.class_of[first] != items_.class_of[second])
                return items_.class_of[first] < items_.class_of[second];
            if (items_.values[first] != items_.values[second])
                return items_.values[first] > items_.values[second];
            return gain_of(first) > 0 ? first > second : first < second;
        };
        const std::size_t until = std::min(order.size(), std::max<std::size_t>(128, 4 * sorted));
        const auto begin = order.begin() + static_cast<std::ptrdiff_t>(sorted);
        const auto end = order.begin() + static_cast<std::ptrdiff_t>(until);
        if (until < order.size())
            std::nth_element(begin, end, order.end(), before);
        std::sort(begin, end, before);
        sorted = until;
    }

    /// Makes the core of the items with a loss up to `limit`, sorted by class and falling value.
    void gather(double limit)
    {
        core.clear();
        core_room = at_.room_inside();
        for (std::size_t k = 0; k < losses_.size(); ++k) {
            const std::uint32_t item = at_.inside[k];
            if (losses_[k] <= limit) {
                core.push_back(item);
            } else if (gain_of(item) > 0) {
                const resource_vector& cost = costs_[items_.class_of[item]];
                for (std::size_t r = 0; r < resources_; ++r)
                    core_room[r] -= cost[r];
            }
        }
        const auto before = [&](std::uint32_t a, std::uint32_t b) {
            if (items_.class_of[a] != items_.class_of[b])
                return items_.class_of[a] < items_.class_of[b];
            if (items_.values[a] != items_.values[b])
                return items_.values[a] > items_.values[b];
            return a < b;
        };
        if (!std::is_sorted(core.begin(), core.end(), before))
            std::sort(core.begin(), core.end(), before);
    }

    /// Searches the core; takes over a better choice. Whether the search came to its end.
    bool search_core(const search_limits& limits, const stopwatch& watch)
    {
        std::vector<resource_vector> costs;
        std::vector<std::size_t> begins; // of the columns: runs of equal class and value
        std::vector<std::uint32_t> classes;
        for (std::size_t k = 0; k < core.size(); ++k) {
            const std::uint32_t c = items_.class_of[core[k]];
            if (k == 0 || c != items_.class_of[core[k - 1]])
                costs.push_back(costs_[c]);
            else if (items_.values[core[k]] == items_.values[core[k - 1]])
                continue;
            begins.push_back(k);
            classes.push_back(static_cast<std::uint32_t>(costs.size() - 1));
        }
        begins.push_back(core.size());
        resource_vector room = core_room;
        const double unusable = round_room(room, costs, resources_, at_.price);
        const scaled_costs scaled(resources_, costs);
        relaxation program(costs, scaled, room, at_.price);
        program.reserve(classes.size());
        careful_sum positive;
        for (std::size_t j = 0; j < classes.size(); ++j) {
            const double gain = gain_of(core[begins[j]]);
            const auto count = static_cast<double>(begins[j + 1] - begins[j]);
            program.add(gain, classes[j], count);
            positive.add(std::max(gain, 0.0) * count);
        }
        branch_and_bound tree(program, costs, resources_, room, at_.price, tolerance());
        positive.add(unusable); // the loss counts from the room as it was
        tree.begin_with(positive.value() - loss);
        tree.search(limits, watch);
        nodes += tree.nodes;
        out_of_time = tree.out_of_time;
        if (tree.improved)
            take_over(tree.best, begins);
        loss = std::min(loss, positive.value() - tree.best_objective);
        least_loss = std::max(positive.value() - tree.bound, 0.0);
        return tree.complete;
    }

    void take_over(const std::vector<double>& taken, const std::vector<std::size_t>& begins)
    {
        for (const std::uint32_t item : at_.inside)
            keep[item] = gain_of(item) > 0;
        for (std::size_t j = 0; j < taken.size(); ++j)
            for (std::size_t k = begins[j]; k < begins[j + 1]; ++k)
                keep[core[k]] = static_cast<double>(k - begins[j]) < taken[j];
    }
};

} // namespace espalier::detail
