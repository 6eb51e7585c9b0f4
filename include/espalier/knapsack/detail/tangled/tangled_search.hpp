// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/linked_items.hpp>
#include <espalier/knapsack/detail/prices/price_master.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/detail/tangled/tangled_nodes.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

// Units shared in too tangled a way for dynamic programming over a frontier, as in a grid where
// every item needs its row and its column: branch and bound over the units.
//
// At fixed prices the best choice is a closure (closure.hpp), so the Lagrangian bound costs a
// maximum flow, and at the best prices it equals the bound of the linear relaxation. Below a node
// in which what is left is no longer tangled, or shares nothing at all, the other methods solve the
// rest to the end: a few units are decided on the way to that, never the items.

namespace espalier::detail {

class tangled_search : private tangled_nodes {
public:
    knapsack_solution best; ///< the choice found, with its value and the bound
    bool has_answer = false;
    bool is_complete = false; ///< all of the tree was searched: without an answer there is none

    using tangled_nodes::tangled_nodes;

    /// A choice to begin with.
    void begin_with(const std::vector<std::uint8_t>& keep) { consider(keep); }

    /// \param solve  calls `exact`'s other methods for a problem that is not tangled
    template <class Solve>
    void run(const Solve& solve)
    {
        std::vector<node> open(1);
        open.front().state.assign(problem_.shared.size(), unit_state::free);
        for (std::size_t u = 0; u < begin_.paid.size(); ++u)
            if (begin_.paid[u] != 0)
                open.front().state[u] = unit_state::paid;
        double left_open = 0; // bound of what was not solved to the end
        for (std::size_t count = 1; !open.empty() && !limits_.is_spent(); ++count) {
            // Depth first finds choices, the node of the largest bound lowers the bound of all.
            if (count % 4 == 0)
                std::iter_swap(open.end() - 1,
                    std::max_element(open.begin(), open.end(),
                        [](const node& a, const node& b) { return a.bound < b.bound; }));
            node next = std::move(open.back());
            open.pop_back();
            if (next.bound <= least_worth_it())
                continue;
            visit(next, open, left_open, solve);
        }
        double bound = std::max(left_open, best.value);
        for (const node& one : open)
            bound = std::max(bound, one.bound);
        is_complete = open.empty() && left_open == 0 && !limits_.is_spent();
        best.bound = std::max(best.value, bound) * (1 + rounding_slack);
        best.status = bound <= least_worth_it() && has_answer ? solve_status::optimal
                      : limits_.out_of_time()                 ? solve_status::time_limit
                                                              : solve_status::feasible;
        for (std::size_t r = 0; r < problem_.resources; ++r)
            best.shadow_price[r] = root_price_[r];
    }

private:
    price_vector root_price_{};
    bool is_root_ = true;

    /// A better choice would be worth more than this.
    [[nodiscard]] double least_worth_it() const
    {
        return has_answer ? best.value * (1 + 4 * std::numeric_limits<double>::epsilon()) : -1.0;
    }

    void consider(const std::vector<std::uint8_t>& keep)
    {
        const double value = value_of(problem_, keep);
        if (has_answer && value <= best.value)
            return;
        has_answer = true;
        best.value = value;
        best.keep = keep;
    }

    template <class Solve>
    void visit(node& at, std::vector<node>& open, double& left_open, const Solve& solve)
    {
        const rest left = rest_of(at);
        if (!left.fits)
            return;
        if (left.units.empty() || !is_tangled(left))
            return finish(at, left, left_open, solve);
        const std::size_t branch_on = relax(at, left);
        if (at.bound <= least_worth_it())
            return;
        if (limits_.is_spent() || branch_on == none_)
            left_open = std::max(left_open, at.bound);
        else
            branch(at, branch_on, open);
    }

    void branch(node& at, std::size_t unit, std::vector<node>& open) const
    {
        node without = at;
        without.state[unit] = unit_state::unpaid;
        at.state[unit] = unit_state::paid;
        open.push_back(std::move(without));
        open.push_back(std::move(at)); // looked at first
    }

    // The Lagrangian bound of a node.

    /// Minimises the bound over the prices. The unit to branch on.
    std::size_t relax(node& at, const rest& left)
    {
        make_graph(left);
        price_master master(problem_.resources, left.room, 0);
        closure flow(graph_);
        double least = std::numeric_limits<double>::infinity();
        price_vector price = at.price;
        std::vector<std::vector<std::uint8_t>> tried;
        for (int round = 0; round < 60; ++round) {
            set_profits(left, price);
            flow.solve(profit_, price_of_unit_);
            const bool goes_on = limits_.spend(4 * flow.work + 8 * left.items.size());
            const double bound = flow.worth + price_of(left.room, price, problem_.resources);
            if (bound < least) {
                least = bound;
                at.price = price;
            }
            const double total = least / scale_ + left.kept_value;
            at.bound = std::min(at.bound, total * (1 + rounding_slack));
            resource_vector usage{};
            double value = 0;
            for (std::size_t k = 0; k < left.items.size(); ++k)
                if (flow.kept[k] != 0) {
                    value += problem_.values[left.items[k]] * scale_;
                    usage = less(usage, problem_.class_costs[problem_.class_of[left.items[k]]],
                        problem_.resources, -1);
                }
            for (std::size_t k = 0; k < left.units.size(); ++k)
                if (flow.used[k] != 0)
                    usage = less(usage, problem_.shared.costs[problem_.shared.kind[left.units[k]]],
                        problem_.resources, -1);
            if (is_within(less(left.room, usage, problem_.resources), problem_.resources))
                try_units(at, left, flow.used);
            if (at.bound <= least_worth_it() || !goes_on)
                break;
            if (!master.add(usage, value))
                break;
            tried.push_back(flow.used);
            if (!master.solve(limits_) || least - master.bound() <= 1e-9 * std::abs(least))
                break;
            price = master.prices();
        }
        const std::size_t branch_on = most_divided(left, master, tried);
        if (is_root_) {
            for (std::size_t r = 0; r < problem_.resources; ++r)
                root_price_[r] = at.price[r] / scale_;
            is_root_ = false;
        }
        return branch_on;
    }

    /// The unit that the mixture of closures pays in part, of many users rather than few.
    std::size_t most_divided(const rest& left, const price_master& master,
        const std::vector<std::vector<std::uint8_t>>& tried)
    {
        std::vector<double> part(left.units.size(), 0);
        const std::vector<double> weights = master.weights();
        for (std::size_t t = 0; t < std::min(tried.size(), weights.size()); ++t)
            for (std::size_t k = 0; k < part.size(); ++k)
                part[k] += tried[t][k] != 0 ? weights[t] : 0.0;
        std::size_t result = none_;
        double most = -1;
        for (std::size_t k = 0; k < part.size(); ++k) {
            const auto users = static_cast<double>(graph_.first_use[k + 1] - graph_.first_use[k]);
            const double score = (0.01 + std::min(part[k], 1 - part[k])) * users;
            if (score > most) {
                most = score;
                result = left.units[k];
            }
        }
        return result;
    }

    // Choices.

    /// Tries the choice that pays some units and keeps items for their density.
    void try_units(const node& at, const rest& left, const std::vector<std::uint8_t>& used)
    {
        resource_vector room = left.room;
        for (std::size_t k = 0; k < left.units.size(); ++k)
            if (used[k] != 0)
                room = less(room, problem_.shared.costs[problem_.shared.kind[left.units[k]]],
                    problem_.resources);
        std::vector<std::uint8_t> keep(problem_.size(), 0);
        for (std::size_t i = 0; i < problem_.size() && begin_.has_decisions(); ++i)
            keep[i] = begin_.of(i) == decision::keep;
        std::vector<std::uint32_t> order;
        std::vector<double> density(left.items.size());
        for (std::uint32_t k = 0; k < left.items.size(); ++k) {
            bool is_possible = true;
            for (std::size_t n = graph_.first_unit[k]; n < graph_.first_unit[k + 1]; ++n)
                is_possible = is_possible && used[graph_.units[n]] != 0;
            if (!is_possible)
                continue;
            const double price = price_of(problem_.class_costs[problem_.class_of[left.items[k]]],
                at.price, problem_.resources);
            density[k] = problem_.values[left.items[k]] * scale_ / (price + 1e-12);
            order.push_back(k);
        }
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return density[a] != density[b] ? density[a] > density[b] : a < b;
        });
        for (const std::uint32_t k : order) {
            const resource_vector after = less(
                room, problem_.class_costs[problem_.class_of[left.items[k]]], problem_.resources);
            if (is_within(after, problem_.resources)) {
                room = after;
                keep[left.items[k]] = 1;
            }
        }
        limits_.spend(20 * left.items.size());
        if (broken_floors(problem_, keep).empty())
            consider(keep);
    }

    template <class Solve>
    void finish(const node& at, const rest& left, double& left_open, const Solve& solve)
    {
        const knapsack_problem part = part_of(left);
        if (part.resources == 0)
            return;
        const knapsack_solution solution = solve(part);
        if (is_root_) // what is left after all was not tangled
            root_price_ = solution.shadow_price;
        is_root_ = false;
        if (!solution.has_answer()) {
            if (solution.status == solve_status::unknown)
                left_open = std::max(left_open, at.bound);
            return;
        }
        std::vector<std::uint8_t> keep(problem_.size(), 0);
        for (std::size_t i = 0; i < problem_.size() && begin_.has_decisions(); ++i)
            keep[i] = begin_.of(i) == decision::keep;
        for (std::size_t k = 0; k < left.items.size(); ++k)
            keep[left.items[k]] = solution.keep[k];
        consider(keep);
        if (solution.status != solve_status::optimal)
            left_open = std::max(left_open, std::min(at.bound, solution.bound + left.kept_value));
    }
};

} // namespace espalier::detail
