// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/prices/price_master.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/detail/tangled/closure.hpp>
#include <espalier/knapsack/detail/tangled/conditioned_bound.hpp>
#include <espalier/knapsack/detail/tangled/cutset.hpp>
#include <espalier/knapsack/detail/tangled/open_part.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

// Units shared in too tangled a way for dynamic programming over a frontier, as in a grid where
// every item needs its row and its column: conditioning on a cutset.
//
// 1. At fixed prices the best choice is a closure (closure.hpp), so the bound of the linear
//    relaxation costs a maximum flow for each of a few prices.
// 2. A few units are found without which the rest falls into small components (cutset.hpp).
// 3. From a choice that is known, one or two of these units are paid or given up as long as that
//    leads to better ones.
// 4. All decisions about them are gone through, depth first; the bound of each is the Lagrangian
//    one at prices that follow on the way (conditioned_bound.hpp). Where all are decided, and the
//    bound leaves hope, the other methods solve the rest to the end.

namespace espalier::detail {

class tangled_search {
public:
    knapsack_solution best; ///< the choice found, with its value and the bound
    bool has_answer = false;
    bool is_complete = false; ///< all was searched: without an answer there is none

    /// \param problem  must outlive this, as must what is decided about it
    tangled_search(const knapsack_problem& problem, const decided& begin, budget& limits)
        : problem_(problem),
          begin_(begin),
          limits_(limits),
          units_(problem),
          state_of_all_(problem.shared.size(), unit_decision::open)
    {
        // Values are scaled by a power of two to near 1, where tolerances of the flow mean
        // something.
        double largest = 0;
        compensated_sum kept;
        for (std::size_t i = 0; i < problem.size(); ++i)
            if (begin.of(i) == decision::free)
                largest = std::max(largest, problem.values[i]);
            else if (begin.of(i) == decision::keep)
                kept.add(problem.values[i]);
        scale_ = scale_of(largest);
        kept_value_ = kept.value();
        for (std::size_t u = 0; u < begin.paid.size(); ++u)
            if (begin.paid[u] != 0)
                state_of_all_[u] = unit_decision::paid;
    }

    /// A choice to begin with.
    void begin_with(const std::vector<std::uint8_t>& keep) { consider(keep); }

    /// \param solve  solves what decisions about the cutset leave, a knapsack problem
    template <class Solve>
    void run(const Solve& solve)
    {
        const open_part whole = rest_of(begin_.left);
        double open = nothing_;
        if (whole.units.empty()) {
            open = finish(begin_.left, infinity_, solve);
        } else {
            const sharing_graph graph = whole.graph();
            closure flow(graph);
            const double relaxed = relax(whole, graph, flow);
            cutset without(whole, graph, limits_);
            if (limits_.is_spent()) {
                open = relaxed;
            } else {
                conditioned_bound bounds(without, graph, flow, scale_);
                for (std::uint32_t& u : without.units)
                    u = whole.units[u];
                cut_ = &without;
                bounds_ = &bounds;
                state_.assign(without.units.size(), unit_decision::open);
                exchange(solve);
                state_.assign(without.units.size(), unit_decision::open);
                open = search(0, begin_.left, price_, relaxed, solve);
            }
        }
        is_complete = open == nothing_;
        best.bound = std::max(best.value, open) * (1 + rounding_slack);
        best.status = open <= least_worth_it() && has_answer ? solve_status::optimal
                      : limits_.out_of_time()                ? solve_status::time_limit
                                                             : solve_status::feasible;
        for (std::size_t r = 0; r < problem_.resources; ++r)
            best.shadow_price[r] = price_[r] / scale_;
    }

private:
    static constexpr double infinity_ = std::numeric_limits<double>::infinity();
    static constexpr double nothing_ = -infinity_; ///< bound of no choice

    const knapsack_problem& problem_;
    const decided& begin_;
    budget& limits_;
    units_of_items units_;
    double scale_ = 1;
    double kept_value_ = 0; ///< of the items that are decided
    std::vector<unit_decision> state_of_all_;
    price_vector price_{}; ///< of the linear relaxation, scaled
    const cutset* cut_ = nullptr;
    conditioned_bound* bounds_ = nullptr;
    std::vector<unit_decision> state_; ///< of the cutset

    /// A better choice would be worth more than this.
    [[nodiscard]] double least_worth_it() const
    {
        return has_answer ? best.value * (1 + 4 * std::numeric_limits<double>::epsilon()) : -1.0;
    }

    /// Takes a feasible choice if it is worth more than the best.
    void consider(const std::vector<std::uint8_t>& keep)
    {
        const double value = value_of(problem_, keep);
        if (has_answer && value <= best.value)
            return;
        has_answer = true;
        best.value = value;
        best.keep = keep;
    }

    /// What is open under the decisions about the problem alone, none about the cutset.
    [[nodiscard]] open_part rest_of(const resource_vector& room) const
    {
        return {problem_, begin_, units_, state_of_all_, room};
    }

    /// Minimises the Lagrangian bound over the prices, by cutting planes. The bound; the closure
    /// becomes that at the best prices.
    double relax(const open_part& whole, const sharing_graph& graph, closure& flow)
    {
        const std::size_t rows = problem_.resources;
        price_master master(rows, whole.room, 0);
        // At prices λ an item gains its value less its price and needs its units, which cost
        // theirs: the most that can be gained is a maximum closure, and its usage is a cut for the
        // master program.
        std::vector<double> profit(graph.items());
        std::vector<double> unit_price(graph.size());
        const auto solve_at = [&](const price_vector& price) {
            for (std::size_t k = 0; k < profit.size(); ++k)
                profit[k] = problem_.values[whole.items[k]] * scale_ -
                            price_of(whole.item_cost(whole.items[k]), price, rows);
            for (std::size_t k = 0; k < unit_price.size(); ++k)
                unit_price[k] = price_of(whole.unit_cost(whole.units[k]), price, rows);
            flow.solve(profit, unit_price);
            return flow.worth + price_of(whole.room, price, rows);
        };
        double least = infinity_;
        price_vector price{};
        for (int round = 0; round < 60; ++round) {
            if (const double bound = solve_at(price); bound < least) {
                least = bound;
                price_ = price;
            }
            resource_vector usage{};
            for (std::size_t k = 0; k < profit.size(); ++k)
                if (flow.kept[k] != 0)
                    usage = less(usage, whole.item_cost(whole.items[k]), rows, -1);
            for (std::size_t k = 0; k < unit_price.size(); ++k)
                if (flow.used[k] != 0)
                    usage = less(usage, whole.unit_cost(whole.units[k]), rows, -1);
            if (!limits_.spend(4 * flow.work + 8 * profit.size()) ||
                !master.add(usage, flow.worth + price_of(usage, price, rows)) ||
                !master.solve(limits_) || least - master.bound() <= 1e-9 * std::abs(least))
                break;
            price = master.prices();
        }
        solve_at(price_);
        return (least / scale_ + kept_value_) * (1 + rounding_slack);
    }

    /// Pays for other units of the cutset than the best choice uses, or for fewer or more.
    template <class Solve>
    void exchange(const Solve& solve)
    {
        if (!has_answer)
            return;
        for (std::size_t u = 0; u < state_.size(); ++u) {
            const auto users = problem_.shared.users_of(cut_->units[u]);
            state_[u] = std::any_of(users.begin(), users.end(),
                            [&](std::uint32_t user) { return best.keep[user] != 0; })
                            ? unit_decision::paid
                            : unit_decision::unpaid;
        }
        // With all of the cutset decided there is one leaf, whose bound may be anything: it is
        // solved if it can be better at all.
        const auto is_better = [&] {
            const double before = best.value;
            resource_vector room = begin_.left;
            for (std::size_t u = 0; u < state_.size(); ++u)
                if (state_[u] == unit_decision::paid)
                    room = less(room, cut_->costs[u], problem_.resources);
            search(state_.size(), room, price_, infinity_, solve);
            return best.value > before;
        };
        const auto turn = [&](std::size_t u) {
            state_[u] =
                state_[u] == unit_decision::paid ? unit_decision::unpaid : unit_decision::paid;
        };
        is_better(); // which solves what the choice leaves of the rest
        for (bool goes_on = true; goes_on && !limits_.is_spent();) {
            goes_on = false;
            for (std::size_t a = 0; a < state_.size(); ++a)
                for (std::size_t b = a; b < state_.size() && !limits_.is_spent(); ++b) {
                    if (a != b && state_[a] == state_[b])
                        continue;
                    turn(a);
                    if (a != b)
                        turn(b);
                    if (is_better()) {
                        goes_on = true;
                        continue;
                    }
                    turn(a);
                    if (a != b)
                        turn(b);
                }
        }
    }

    /// Goes through all decisions about the units of the cutset from one on.
    /// \param above  a bound
    /// \return a bound of what was not searched to the end
    template <class Solve>
    double search(std::size_t next, resource_vector room, price_vector price, double above,
        const Solve& solve)
    {
        if (!is_within(room, problem_.resources))
            return nothing_;
        if (limits_.is_spent())
            return above;
        room = bounds_->usable(state_, room);
        // Prices move with the decisions: a few steps of the bound at every node, more where it
        // decides whether a whole problem is solved.
        const bool is_leaf = next == state_.size();
        const double least = bounds_->lower(state_, room, price,
            (least_worth_it() - kept_value_) * scale_, is_leaf ? 20 : 3, limits_);
        const double bound = std::min(above, (least / scale_ + kept_value_) * (1 + rounding_slack));
        if (bound <= least_worth_it())
            return nothing_;
        if (is_leaf)
            return finish(room, bound, solve);
        double open = nothing_;
        if (bounds_->is_of_use(static_cast<std::uint32_t>(next))) {
            state_[next] = unit_decision::paid;
            open = search(
                next + 1, less(room, cut_->costs[next], problem_.resources), price, bound, solve);
        }
        state_[next] = unit_decision::unpaid;
        open = std::max(open, search(next + 1, room, price, bound, solve));
        state_[next] = unit_decision::open;
        return open;
    }

    /// Solves what is left where all of the cutset is decided.
    template <class Solve>
    double finish(const resource_vector& room, double above, const Solve& solve)
    {
        // The leaf's problem knows neither the units of the cutset nor the items that were decided
        // before; both come back here, in what is kept and in the bound.
        std::vector<unit_decision> all = state_of_all_;
        for (std::size_t u = 0; u < state_.size(); ++u)
            all[cut_->units[u]] = state_[u];
        const open_part left(problem_, begin_, units_, all, room);
        const knapsack_solution solution = solve(left.problem());
        if (!solution.has_answer())
            return solution.status == solve_status::unknown ? above : nothing_;
        std::vector<std::uint8_t> keep(problem_.size(), 0);
        for (std::size_t i = 0; i < problem_.size() && begin_.has_decisions(); ++i)
            keep[i] = begin_.of(i) == decision::keep;
        for (std::size_t k = 0; k < left.items.size(); ++k)
            keep[left.items[k]] = solution.keep[k];
        consider(keep);
        return solution.status == solve_status::optimal
                   ? nothing_
                   : std::min(above, solution.bound + kept_value_);
    }
};

} // namespace espalier::detail
