// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/core/core_columns.hpp>
#include <espalier/knapsack/detail/prices/relaxation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

// Depth-first branch and bound on a core problem, for amounts too many for dynamic programming.
//
// Every node solves the linear relaxation with the dual simplex method from wherever the last node
// left the basis, rounds its solution down, fills what is left greedily, and fixes every column
// whose reduced cost exceeds what the node can still gain. The objective is minus the loss, counted
// from the base at the prices λ of the core: losses are small numbers, added without cancellation,
// and so are exact where the values themselves would have drowned them.

namespace espalier::detail {

class branch_and_bound {
public:
    double loss;           ///< of the best choice known
    double least_loss = 0; ///< no choice of the core loses less
    bool improved = false; ///< `loss` was found here

    /// \param known  loss of the best choice known; infinite if there is none
    branch_and_bound(const core_problem& core, double known)
        : loss(known),
          core_(core),
          columns_(core),
          room_(core.left),
          fixed_(core.base_loss + columns_.round_room(room_, core.price)),
          lp_(columns_.costs, room_, core.price),
          most_(columns_.size()),
          best_(columns_.size(), 0),
          trial_(columns_.size(), 0),
          per_group_(core.places(), 0)
    {
        lp_.columns.reserve(columns_.size());
        for (std::size_t j = 0; j < columns_.size(); ++j) {
            most_[j] = static_cast<double>(core.count[columns_[j].place]);
            lp_.columns.add(-core.loss[columns_[j].change], columns_[j].a_class, most_[j]);
        }
        fill_order_ = columns_.by_loss();
        if (is_within(room_, core.rows))
            consider(-price_of(room_, core.price, core.rows), best_);
    }

    /// Searches for a choice that loses less. Whether it came to the end, so that `loss` is the
    /// least that is possible, up to the tolerance.
    bool run(allowance& limits)
    {
        std::vector<branch> open;
        visit(open, limits);
        while (!open.empty() && !limits.is_spent()) {
            const branch next = open.back();
            open.pop_back();
            bounds_.undo(next.trail);
            if (!is_promising(next.bound))
                continue;
            bounds_.restrict(next.column, next.lower, next.upper);
            visit(open, limits);
        }
        double bound = unfinished_;
        for (const branch& left : open)
            bound = std::max(bound, left.bound);
        least_loss = std::clamp(fixed_ - bound, 0.0, loss);
        bounds_.undo(0);
        return open.empty() && unfinished_ == minus_infinity_;
    }

    /// The changes of the best choice, where `improved`.
    [[nodiscard]] changes_made made() const
    {
        changes_made result(core_.changes(), 0);
        for (std::size_t j = 0; j < columns_.size(); ++j)
            result[columns_[j].change] = static_cast<std::uint32_t>(best_[j]);
        return result;
    }

private:
    /// A part of the tree that is still to be searched: the node above it, as a mark on the trail
    /// of bounds, and what its first column is restricted to.
    struct branch {
        std::size_t trail;
        std::size_t column;
        double lower;
        double upper;
        double bound; ///< on the objective
    };

    static constexpr double minus_infinity_ = -std::numeric_limits<double>::infinity();

    const core_problem& core_;
    core_columns columns_;
    resource_vector room_;
    double fixed_; ///< part of every loss: of the bases, and what rounding took from the room
    relaxation lp_;
    std::vector<double> most_;
    std::vector<std::uint32_t> fill_order_;
    std::vector<double> best_;
    std::vector<double> trial_;
    std::vector<double> per_group_; ///< by place: how many changes the trial makes of it
    column_bounds bounds_{columns_, lp_.columns, most_};
    bool in_conflict_ = false;            ///< the trial makes more changes of a place than it may
    double unfinished_ = minus_infinity_; ///< bound of what a nested search left open

    /// The objective of the best choice known.
    [[nodiscard]] double best_objective() const { return fixed_ - loss; }
    /// Whether a node may hold a choice that is better by more than the tolerance.
    [[nodiscard]] bool is_promising(double bound) const
    {
        return bound > best_objective() + core_.tolerance;
    }

    /// Whether a column is undecided.
    [[nodiscard]] bool is_open(std::size_t j) const
    {
        return lp_.columns.lower[j] < lp_.columns.upper[j];
    }

    /// Takes note of a choice if it is better than the best one known.
    /// \param taken  how many of each column
    void consider(double objective, const std::vector<double>& taken)
    {
        if (!(objective > best_objective()))
            return;
        loss = fixed_ - objective;
        best_ = taken;
        improved = true;
    }

    /// Solves a node and puts its two branches on the stack, the one nearer to the relaxation on
    /// top. A node without branches is done: infeasible, not promising, decided, or searched by a
    /// tree of its own.
    void visit(std::vector<branch>& open, allowance& limits)
    {
        limits.spend(2 * columns_.size());
        const relaxation_status status = lp_.solve(limits, best_objective() + core_.tolerance);
        if (status == relaxation_status::infeasible || status == relaxation_status::cut_off)
            return;
        const std::size_t fractional = round();
        const double bound = lp_.bound;
        if (!is_promising(bound))
            return;
        fix(lp_.bound - best_objective() - core_.tolerance);
        if (columns_.size() > tuning::least_to_nest) {
            std::size_t undecided = 0;
            for (std::size_t j = 0; j < columns_.size(); ++j)
                undecided += is_open(j);
            if (2 * undecided < columns_.size() && nest(bound, limits))
                return;
        }
        if (fractional == columns_.size() && in_conflict_)
            return; // more changes of a place are needed here than it has: nothing better below
        // Where the relaxation is integral but was rounded or cut for a conflict, any open column
        // will do.
        const std::size_t column = fractional != columns_.size() ? fractional : closest_call();
        if (column == columns_.size())
            return;
        const double x =
            std::clamp(lp_.value[column], lp_.columns.lower[column], lp_.columns.upper[column]);
        // A whole number goes with what is above it: in a conflict, that takes from the others.
        double down = std::floor(x + 1e-9);
        if (x - down < 1e-7 && down > lp_.columns.lower[column])
            down -= 1;
        const branch below{bounds_.mark(), column, lp_.columns.lower[column], down, bound};
        const branch above{bounds_.mark(), column, down + 1, lp_.columns.upper[column], bound};
        const bool up_first = x - down > 0.5;
        open.push_back(up_first ? below : above);
        open.push_back(up_first ? above : below);
    }

    /// Searches below this node with its undecided columns alone, now that most are decided: the
    /// work at a node is proportional to the number of columns. False where what is undecided is no
    /// core problem: of equal places, a change may be made less often than there are places left.
    bool nest(double bound, allowance& limits)
    {
        core_problem below{.rows = core_.rows, .price = core_.price, .left = room_};
        below.tolerance = core_.tolerance;
        compensated_sum decided;
        // Places left: reduced costs may have decided a column while others of its place are open.
        std::vector<double> open(core_.count.begin(), core_.count.end());
        for (std::size_t j = columns_.singles(); j < columns_.size(); ++j)
            open[columns_[j].place] -= lp_.columns.lower[j];
        for (std::size_t j = 0; j < columns_.size(); ++j) {
            double& its = open[columns_[j].place];
            const double most = lp_.columns.upper[j] - lp_.columns.lower[j];
            if (its < 0)
                return true; // more changes are needed here than there are places: nothing better
            if (columns_.is_single(j))
                its = most;
            else if (its > 0 && most > 0 && most < its)
                return false;
        }
        std::vector<std::size_t> column_of; // of each change below
        for (std::size_t j = 0; j < columns_.size(); ++j) {
            if (lp_.columns.lower[j] != 0) {
                decided.add(core_.loss[columns_[j].change] * lp_.columns.lower[j]);
                add(below.left, core_.usage(columns_[j].change), core_.rows,
                    -static_cast<std::int64_t>(lp_.columns.lower[j]));
            }
            if (is_open(j) && open[columns_[j].place] > 0) {
                below.add_change(core_.loss[columns_[j].change],
                    static_cast<std::uint32_t>(below.usages.size()));
                below.usages.push_back(core_.usage(columns_[j].change));
                column_of.push_back(j);
            }
            const bool ends_place =
                j + 1 == columns_.size() || columns_[j + 1].place != columns_[j].place;
            if (ends_place && below.first.back() != below.changes())
                below.close(static_cast<std::uint32_t>(open[columns_[j].place]));
        }
        // It begins with what the best choice known would lose below this node, so that only better
        // ones are found there.
        branch_and_bound tree(below, loss - fixed_ - decided.value());
        const bool complete = tree.run(limits);
        if (tree.improved) {
            std::vector<double> taken = lp_.columns.lower;
            const changes_made made = tree.made();
            for (std::size_t k = 0; k < column_of.size(); ++k)
                taken[column_of[k]] += static_cast<double>(made[k]);
            consider(-(tree.loss + decided.value()), taken);
        }
        if (!complete)
            unfinished_ =
                std::max(unfinished_, std::min(bound, -(tree.least_loss + decided.value())));
        return true;
    }

    /// Rounds the relaxation down and fills up. The column to branch on, or size().
    std::size_t round()
    {
        std::size_t fractional = columns_.size();
        double farthest = 1e-7;
        trial_ = lp_.value;
        for (const std::size_t j : lp_.basis()) {
            if (j >= columns_.size())
                continue;
            const double x = std::clamp(lp_.value[j], lp_.columns.lower[j], lp_.columns.upper[j]);
            trial_[j] = std::floor(x + 1e-9);
            const double distance = std::min(x - std::floor(x), std::ceil(x) - x);
            if (distance > farthest) {
                farthest = distance;
                fractional = j;
            }
        }
        const std::size_t conflict = conflicting();
        if (!in_conflict_)
            complete_trial();
        return fractional != columns_.size() ? fractional : conflict;
    }

    /// An undecided column of a place of which the trial makes too many changes; size() if there is
    /// none. Counts the changes made of each place.
    std::size_t conflicting()
    {
        std::fill(per_group_.begin(), per_group_.end(), 0);
        in_conflict_ = false;
        for (std::size_t j = 0; j < columns_.size(); ++j) {
            per_group_[columns_[j].place] += trial_[j];
            in_conflict_ = in_conflict_ || per_group_[columns_[j].place] > most_[j];
        }
        for (std::size_t j = 0; j < columns_.size() && in_conflict_; ++j)
            if (trial_[j] > lp_.columns.lower[j] && per_group_[columns_[j].place] > most_[j])
                return j;
        return columns_.size();
    }

    /// Fills what the rounded relaxation leaves with further changes, cheapest first, as long as
    /// each pays: it saves more of the price of what is left than it loses. Then it is a choice to
    /// consider.
    void complete_trial()
    {
        resource_vector left = room_;
        for (std::size_t j = 0; j < columns_.size(); ++j)
            if (trial_[j] != 0)
                add(left, core_.usage(columns_[j].change), core_.rows,
                    -static_cast<std::int64_t>(trial_[j]));
        if (!is_within(left, core_.rows))
            return; // rounding an almost whole number was too much
        for (const std::uint32_t j : fill_order_) {
            const resource_vector& usage = core_.usage(columns_[j].change);
            if (!(price_of(usage, core_.price, core_.rows) > core_.loss[columns_[j].change]))
                continue; // costs more than what it saves of the capacity left
            double& of_place = per_group_[columns_[j].place];
            auto more = static_cast<std::int64_t>(most_[j] - of_place);
            for (std::size_t r = 0; r < core_.rows && more > 0; ++r)
                if (usage[r] > 0)
                    more = std::min(more, left[r] / usage[r]);
            if (more <= 0)
                continue;
            of_place += static_cast<double>(more);
            trial_[j] += static_cast<double>(more);
            add(left, usage, core_.rows, -more);
        }
        compensated_sum lost;
        for (std::size_t j = 0; j < columns_.size(); ++j)
            lost.add(core_.loss[columns_[j].change] * trial_[j]);
        lost.add(price_of(left, core_.price, core_.rows));
        consider(-lost.value(), trial_);
    }

    /// Reduced cost fixing: tightens the bounds of columns that could not move without losing more
    /// than `room`.
    void fix(double room)
    {
        for (std::size_t j = 0; j < columns_.size(); ++j) {
            if (!is_open(j) || lp_.is_basic(j))
                continue;
            const double d = lp_.reduced[j];
            const double steps = std::floor(room / std::abs(d));
            if (!(steps < lp_.columns.upper[j] - lp_.columns.lower[j]))
                continue;
            if (d > 0)
                bounds_.set_bounds(j, lp_.columns.upper[j] - steps, lp_.columns.upper[j]);
            else
                bounds_.set_bounds(j, lp_.columns.lower[j], lp_.columns.lower[j] + steps);
        }
    }

    /// A column that is not decided although the relaxation is integral.
    [[nodiscard]] std::size_t closest_call() const
    {
        std::size_t closest = columns_.size();
        for (std::size_t j = 0; j < columns_.size(); ++j)
            if (is_open(j) && (closest == columns_.size() ||
                                  std::abs(lp_.reduced[j]) < std::abs(lp_.reduced[closest])))
                closest = j;
        return closest;
    }
};

} // namespace espalier::detail
