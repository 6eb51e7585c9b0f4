// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/lattice.hpp>
#include <espalier/knapsack/detail/relaxation.hpp>
#include <espalier/knapsack/detail/search_limits.hpp>
#include <espalier/knapsack/detail/start.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

// Depth-first branch and bound for a small knapsack whose columns are sorted by class and, within a
// class, by falling gain. A column stands for `upper` items of equal class and value, so ties cost
// nothing: a thousand equal items are one integer variable.
//
// Within a class an exchange never hurts, so there is always an optimal solution that takes columns
// from the front: a column that may not be full closes all that follow it, and a column that must
// be used fills all before it. That turns branching on one column into branching on how many items
// of the class are kept.
//
// Every node solves the linear relaxation with the dual simplex method from wherever the last node
// left the basis, rounds its solution down, fills what is left greedily, and fixes every column
// whose reduced cost exceeds what the node can still gain. The objective is counted relative to the
// prices λ of the caller (see relaxation.hpp): losses are small numbers, added without
// cancellation, and so are exact where the values themselves would have drowned them.

namespace espalier::detail {

/// Takes away from the room what no combination of the columns can use, because all of them use
/// multiples of some number; without it the search would look for the last unit again and again.
/// What it is worth at the prices: a part of the loss of every choice.
inline double round_room(resource_vector& room, const std::vector<resource_vector>& costs,
    std::size_t resources, const std::array<double, max_resources>& price)
{
    double loss = 0;
    for (std::size_t r = 0; r < resources; ++r) {
        std::int64_t step = 0;
        for (const resource_vector& cost : costs)
            step = std::gcd(step, cost[r]);
        if (step == 0 && room[r] < 0)
            continue; // nothing can mend it: the search will find that out
        const std::int64_t rest = step == 0 ? room[r] : (room[r] % step + step) % step;
        room[r] -= rest;
        loss += price[r] * static_cast<double>(rest);
    }
    return loss;
}

class branch_and_bound {
public:
    std::vector<double> best; ///< items taken of each column
    double best_objective = 0;
    double bound = 0;      ///< no choice has a larger objective
    bool improved = false; ///< `best` is better than what the search began with
    bool complete = false; ///< the search ended by itself
    bool out_of_time = false;
    std::size_t nodes = 0;
    std::array<double, max_resources> prices{}; ///< of the root relaxation, λ included

    /// \param tolerance  improvements of the objective that are not worth a search
    branch_and_bound(relaxation& program, const std::vector<resource_vector>& costs,
        std::size_t resources, const resource_vector& room,
        const std::array<double, max_resources>& price, double tolerance)
        : lp_(program),
          costs_(costs),
          resources_(resources),
          room_(room),
          price_(price),
          tolerance_(tolerance),
          most_(program.upper),
          best_fill_(program.size())
    {
        std::iota(best_fill_.begin(), best_fill_.end(), std::size_t{0});
        std::sort(best_fill_.begin(), best_fill_.end(), [&](std::size_t a, std::size_t b) {
            return lp_.gain[a] != lp_.gain[b] ? lp_.gain[a] > lp_.gain[b] : a < b;
        });
        unusable_ = cost_lattice(costs, resources).least_loss(room, price);
        best.assign(lp_.size(), 0);
        trial_.assign(lp_.size(), 0);
        best_objective = -std::numeric_limits<double>::infinity();
    }

    /// Columns of one group exclude each other; `groups` is ascending. Without it the columns of a
    /// class are taken from the front.
    void at_most_one_of(std::vector<std::uint32_t> groups)
    {
        group_ = std::move(groups);
        per_group_.assign(group_.empty() ? 0 : group_.back() + std::size_t{1}, 0);
    }

    /// Only choices with a larger objective are of interest.
    void begin_with(double objective)
    {
        best_objective = objective;
        consider_nothing();
    }

    void search(const search_limits& limits, const stopwatch& watch)
    {
        limits_ = limits;
        watch_ = &watch;
        std::vector<branch> open;
        visit(open);
        prices = lp_.prices();
        bound = open.empty() ? best_objective : root_bound_;
        while (!open.empty()) {
            const branch next = open.back();
            open.pop_back();
            undo(next.trail);
            if (next.bound <= best_objective + tolerance_)
                continue;
            restrict(next.column, next.lower, next.upper);
            visit(open);
            if (nodes >= limits.nodes || watch.seconds() > limits.seconds) {
                out_of_time = nodes < limits.nodes;
                break;
            }
        }
        complete = open.empty();
        bound = best_objective;
        for (const branch& left : open)
            bound = std::max(bound, left.bound);
        bound = std::max(bound, unfinished_);
        complete = complete && !stopped_;
        undo(0);
    }

private:
    struct branch {
        std::size_t trail;
        std::size_t column;
        double lower;
        double upper;
        double bound;
    };
    struct change {
        std::size_t column;
        double lower;
        double upper;
    };

    relaxation& lp_;
    const std::vector<resource_vector>& costs_;
    std::size_t resources_;
    resource_vector room_;
    std::array<double, max_resources> price_;
    double tolerance_;
    double unusable_ = 0; ///< what every choice loses to capacity that no choice can use
    double root_bound_ = 0;
    std::vector<double> most_;
    std::vector<std::size_t> best_fill_;
    std::vector<double> trial_;
    std::vector<std::uint32_t> group_;
    std::vector<std::int32_t> per_group_;
    bool in_conflict_ = false;
    std::vector<change> trail_;
    search_limits limits_{};
    const stopwatch* watch_ = nullptr;
    bool stopped_ = false; ///< a nested search met its limits
    double unfinished_ = -std::numeric_limits<double>::infinity(); ///< and left this bound

    [[nodiscard]] double objective_of_slack(const resource_vector& left) const
    {
        double sum = 0;
        for (std::size_t r = 0; r < resources_; ++r)
            sum -= price_[r] * static_cast<double>(left[r]);
        return sum;
    }

    /// Taking no column at all is possible unless the room is negative, as with floors.
    void consider_nothing()
    {
        if (std::any_of(room_.begin(), room_.end(), [](std::int64_t left) { return left < 0; }))
            return;
        const double objective = objective_of_slack(room_);
        if (!(objective > best_objective))
            return;
        best_objective = objective;
        best.assign(lp_.size(), 0);
        improved = true;
    }

    void undo(std::size_t mark)
    {
        while (trail_.size() > mark) {
            const change& last = trail_.back();
            lp_.lower[last.column] = last.lower;
            lp_.upper[last.column] = last.upper;
            trail_.pop_back();
        }
    }

    void set_bounds(std::size_t column, double lower, double upper)
    {
        if (lower == lp_.lower[column] && upper == lp_.upper[column])
            return;
        trail_.push_back({column, lp_.lower[column], lp_.upper[column]});
        lp_.lower[column] = lower;
        lp_.upper[column] = upper;
    }

    /// Sets the bounds of a column and what follows from them within its class.
    void restrict(std::size_t column, double lower, double upper)
    {
        const std::uint32_t a_class = lp_.class_of[column];
        set_bounds(column, lower, upper);
        if (!group_.empty())
            return exclude(column, lower);
        if (upper < most_[column])
            for (std::size_t j = column + 1; j < lp_.size() && lp_.class_of[j] == a_class; ++j) {
                if (lp_.upper[j] == 0)
                    break;
                set_bounds(j, 0, 0);
            }
        if (lower > 0)
            for (std::size_t j = column; j-- > 0 && lp_.class_of[j] == a_class;) {
                if (lp_.lower[j] == most_[j])
                    break;
                set_bounds(j, most_[j], most_[j]);
            }
    }

    void exclude(std::size_t column, double lower)
    {
        if (lower == 0)
            return;
        for (std::size_t j = column; j-- > 0 && group_[j] == group_[column];)
            set_bounds(j, 0, 0);
        for (std::size_t j = column + 1; j < lp_.size() && group_[j] == group_[column]; ++j)
            set_bounds(j, 0, 0);
    }

    /// Closes the groups of columns that must be taken. False: two of a group must be, so that
    /// nothing better is below this node.
    bool settle_groups()
    {
        for (std::size_t j = 0; j < group_.size(); ++j) {
            if (lp_.lower[j] == 0)
                continue;
            for (std::size_t k = j + 1; k < group_.size() && group_[k] == group_[j]; ++k)
                if (lp_.lower[k] != 0)
                    return false;
            exclude(j, 1);
        }
        return true;
    }

    void visit(std::vector<branch>& open)
    {
        const bool is_root = nodes++ == 0;
        // At the caller's prices the bound needs no relaxation, and knows what must stay unused.
        const double at_price = bound_at_price();
        if (is_root)
            root_bound_ = at_price;
        if (at_price <= best_objective + tolerance_)
            return;
        fix_at_price(at_price - best_objective - tolerance_);
        const relaxation_status status = lp_.solve(best_objective + tolerance_);
        if (is_root)
            root_bound_ = std::min(root_bound_, lp_.bound);
        if (status == relaxation_status::infeasible || status == relaxation_status::cut_off)
            return;
        const std::size_t fractional = round(status == relaxation_status::optimal);
        const double room = lp_.bound - best_objective - tolerance_;
        if (room <= 0)
            return;
        fix(room);
        if (!settle_groups())
            return;
        if (lp_.size() > 100) {
            std::size_t open_columns = 0;
            for (std::size_t j = 0; j < lp_.size(); ++j)
                open_columns += lp_.lower[j] != lp_.upper[j];
            if (2 * open_columns < lp_.size())
                return nest();
        }
        if (fractional == lp_.size() && in_conflict_)
            return; // two columns of a group are both needed here: nothing better below
        const std::size_t column = fractional != lp_.size() ? fractional : undecided();
        if (column == lp_.size())
            return;
        const double x = std::clamp(lp_.value[column], lp_.lower[column], lp_.upper[column]);
        double down = std::floor(x + 1e-9);
        if (down >= lp_.upper[column])
            down = lp_.upper[column] - 1;
        const branch below{
            trail_.size(), column, lp_.lower[column], down, std::min(lp_.bound, at_price)};
        const branch above{
            trail_.size(), column, down + 1, lp_.upper[column], std::min(lp_.bound, at_price)};
        const bool up_first = x - down > 0.5;
        open.push_back(up_first ? below : above);
        open.push_back(up_first ? above : below);
    }

    /// Searches below this node with its open columns alone, now that most are decided: the cost of
    /// a node is proportional to the number of columns.
    void nest()
    {
        resource_vector room = room_;
        careful_sum decided;
        std::vector<std::size_t> columns;
        std::vector<resource_vector> costs;
        for (std::size_t j = 0; j < lp_.size(); ++j) {
            if (lp_.lower[j] != 0) {
                decided.add(lp_.gain[j] * lp_.lower[j]);
                for (std::size_t r = 0; r < resources_; ++r)
                    room[r] -= static_cast<std::int64_t>(lp_.lower[j]) * costs_[lp_.class_of[j]][r];
            }
            if (lp_.lower[j] == lp_.upper[j])
                continue;
            if (columns.empty() || lp_.class_of[columns.back()] != lp_.class_of[j])
                costs.push_back(costs_[lp_.class_of[j]]);
            columns.push_back(j);
        }
        decided.add(-round_room(room, costs, resources_, price_));
        const scaled_costs scaled(resources_, costs);
        relaxation program(costs, scaled, room, price_);
        std::vector<std::uint32_t> groups;
        std::uint32_t a_class = 0;
        for (std::size_t k = 0; k < columns.size(); ++k) {
            const std::size_t j = columns[k];
            if (k > 0 && lp_.class_of[columns[k - 1]] != lp_.class_of[j])
                ++a_class;
            program.add(lp_.gain[j], a_class, lp_.upper[j] - lp_.lower[j]);
            if (!group_.empty())
                groups.push_back(group_[j]);
        }
        branch_and_bound below(program, costs, resources_, room, price_, tolerance_);
        if (!groups.empty())
            below.at_most_one_of(std::move(groups));
        below.begin_with(best_objective - decided.value());
        search_limits rest = limits_;
        if (rest.nodes != std::numeric_limits<std::size_t>::max())
            rest.nodes -= std::min(nodes, rest.nodes);
        below.search(rest, *watch_);
        nodes += below.nodes;
        if (below.improved) {
            best = lp_.lower;
            for (std::size_t k = 0; k < columns.size(); ++k)
                best[columns[k]] += below.best[k];
            best_objective = below.best_objective + decided.value();
            improved = true;
        }
        if (!below.complete) {
            stopped_ = true;
            unfinished_ = std::max(unfinished_, below.bound + decided.value());
        }
    }

    /// Rounds the relaxation down and fills up. The column to branch on, or size().
    std::size_t round(bool optimal)
    {
        std::size_t fractional = lp_.size();
        double farthest = 1e-7;
        for (std::size_t j = 0; j < lp_.size(); ++j)
            trial_[j] = lp_.value[j];
        for (const std::size_t j : lp_.basis()) {
            if (j >= lp_.size())
                continue;
            const double x = std::clamp(lp_.value[j], lp_.lower[j], lp_.upper[j]);
            trial_[j] = std::floor(x + 1e-9);
            const double distance = std::min(x - std::floor(x), std::ceil(x) - x);
            if (distance > farthest) {
                farthest = distance;
                fractional = j;
            }
        }
        const std::size_t conflict = group_.empty() ? lp_.size() : conflicting();
        if (optimal && !in_conflict_)
            complete_trial();
        return fractional != lp_.size() ? fractional : conflict;
    }

    /// An undecided column of a group of which the trial takes several; size() if there is none.
    /// Counts how many columns of each group are taken, and whether that is in conflict anywhere.
    std::size_t conflicting()
    {
        std::fill(per_group_.begin(), per_group_.end(), 0);
        in_conflict_ = false;
        for (std::size_t j = 0; j < lp_.size(); ++j) {
            per_group_[group_[j]] += trial_[j] != 0;
            in_conflict_ = in_conflict_ || per_group_[group_[j]] > 1;
        }
        for (std::size_t j = 0; j < lp_.size() && in_conflict_; ++j)
            if (trial_[j] != 0 && per_group_[group_[j]] > 1 && lp_.lower[j] < lp_.upper[j])
                return j;
        return lp_.size();
    }

    void complete_trial()
    {
        resource_vector left = room_;
        for (std::size_t j = 0; j < lp_.size(); ++j)
            if (trial_[j] != 0)
                for (std::size_t r = 0; r < resources_; ++r)
                    left[r] -= static_cast<std::int64_t>(trial_[j]) * costs_[lp_.class_of[j]][r];
        if (!group_.empty())
            mend(left);
        for (std::size_t r = 0; r < resources_; ++r)
            if (left[r] < 0)
                return; // rounding up an almost whole number was too much
        for (const std::size_t j : best_fill_) {
            const resource_vector& cost = costs_[lp_.class_of[j]];
            auto more = static_cast<std::int64_t>(most_[j] - trial_[j]);
            for (std::size_t r = 0; r < resources_ && more > 0; ++r)
                if (cost[r] > 0)
                    more = std::min(more, left[r] / cost[r]);
            if (more <= 0 || (!group_.empty() && (!pays(j) || per_group_[group_[j]]++ > 0)))
                continue;
            trial_[j] += static_cast<double>(more);
            for (std::size_t r = 0; r < resources_; ++r)
                left[r] -= more * cost[r];
        }
        careful_sum sum;
        for (std::size_t j = 0; j < lp_.size(); ++j)
            sum.add(lp_.gain[j] * trial_[j]);
        sum.add(objective_of_slack(left));
        if (sum.value() > best_objective) {
            best_objective = sum.value();
            best = trial_;
            improved = true;
        }
    }

    /// Whether a column is worth taking where there is room for it: its value, gain plus prices.
    [[nodiscard]] bool pays(std::size_t j) const
    {
        double worth = lp_.gain[j];
        for (std::size_t r = 0; r < resources_; ++r)
            worth += price_[r] * static_cast<double>(costs_[lp_.class_of[j]][r]);
        return worth > 0;
    }

    /// Among alternatives, some give resources back: taken where the rounded choice lacks them.
    void mend(resource_vector& left)
    {
        for (const std::size_t j : best_fill_) {
            if (trial_[j] != 0 || per_group_[group_[j]] > 0)
                continue;
            const resource_vector& cost = costs_[lp_.class_of[j]];
            bool helps = false;
            bool harms = false;
            for (std::size_t r = 0; r < resources_; ++r) {
                helps = helps || (left[r] < 0 && cost[r] < 0);
                harms = harms || (cost[r] > 0 && left[r] < cost[r]);
            }
            if (!helps || harms)
                continue;
            trial_[j] = 1;
            ++per_group_[group_[j]];
            for (std::size_t r = 0; r < resources_; ++r)
                left[r] -= cost[r];
        }
    }

    [[nodiscard]] double bound_at_price() const
    {
        careful_sum sum;
        for (std::size_t j = 0; j < lp_.size(); ++j)
            sum.add(lp_.gain[j] * (lp_.gain[j] > 0 ? lp_.upper[j] : lp_.lower[j]));
        return sum.value() - unusable_;
    }

    /// As `fix`, with the gains for reduced costs.
    void fix_at_price(double room)
    {
        if (unusable_ == 0)
            return; // the relaxation knows better
        for (std::size_t j = 0; j < lp_.size(); ++j) {
            const double steps = std::floor(room / std::abs(lp_.gain[j]));
            if (!(steps < lp_.upper[j] - lp_.lower[j]))
                continue;
            if (lp_.gain[j] > 0)
                set_bounds(j, lp_.upper[j] - steps, lp_.upper[j]);
            else
                set_bounds(j, lp_.lower[j], lp_.lower[j] + steps);
        }
    }

    /// Tightens the bounds of columns that could not move without losing more than `room`.
    void fix(double room)
    {
        for (std::size_t j = 0; j < lp_.size(); ++j) {
            if (lp_.lower[j] == lp_.upper[j] || lp_.is_basic(j))
                continue;
            const double d = lp_.reduced[j];
            const double steps = std::floor(room / std::abs(d));
            if (!(steps < lp_.upper[j] - lp_.lower[j]))
                continue;
            if (d > 0)
                set_bounds(j, lp_.upper[j] - steps, lp_.upper[j]);
            else
                set_bounds(j, lp_.lower[j], lp_.lower[j] + steps);
        }
    }

    /// A column that is not decided although the relaxation is integral: the closest call.
    [[nodiscard]] std::size_t undecided() const
    {
        std::size_t closest = lp_.size();
        for (std::size_t j = 0; j < lp_.size(); ++j)
            if (lp_.lower[j] < lp_.upper[j] &&
                (closest == lp_.size() ||
                    std::abs(lp_.reduced[j]) < std::abs(lp_.reduced[closest])))
                closest = j;
        return closest;
    }
};

} // namespace espalier::detail
