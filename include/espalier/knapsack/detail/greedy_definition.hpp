// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/detail/validity_definition.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

// The steps of `greedy`, whose method is described in greedy.hpp.

namespace espalier {
namespace detail {

/// What has been kept so far, what it uses, and what else fits.
struct filling {
    resource_vector left;
    std::vector<std::uint8_t> paid; ///< by unit
    std::vector<std::uint8_t> keep; ///< by item
};

/// The most valuable first, or the densest; of equals those of lower index.
inline void sort_by_falling(const std::vector<double>& key, std::vector<std::uint32_t>& items)
{
    std::sort(items.begin(), items.end(), [&](std::uint32_t a, std::uint32_t b) {
        return key[a] != key[b] ? key[a] > key[b] : a < b;
    });
}

/// Prices, list, filling and bound of one problem.
///
/// The prices make one surrogate resource out of all: a resource that is short costs 1 over what is
/// left of it a unit, so that all that is left of every such resource is worth the same. An item
/// costs its own price and its share of the price of each unit that is not paid yet, as if all
/// users of the unit were kept. Together items cost no more than what is paid for them in the end,
/// so the bound holds.
class greedy_steps {
    const knapsack_problem& problem_;
    const decided begin_;
    units_of_items units_;
    price_vector price_{};
    std::vector<double> cost_;         ///< of each item, with a share of its units
    std::vector<std::uint32_t> order_; ///< free items of some value, the densest first

public:
    explicit greedy_steps(const knapsack_problem& problem)
        : problem_(problem), begin_(problem), units_(problem)
    {}

    /// Not empty: there is no choice, and why.
    [[nodiscard]] const std::string& reason() const { return begin_.reason; }

    /// What is decided is kept.
    [[nodiscard]] filling begin() const
    {
        filling base{begin_.left, begin_.paid, std::vector<std::uint8_t>(problem_.size(), 0)};
        base.paid.resize(problem_.shared.size(), 0);
        for (std::size_t item = 0; item < problem_.size() && begin_.has_decisions(); ++item)
            base.keep[item] = begin_.of(item) == decision::keep;
        return base;
    }

    /// Sets the prices, what they make of the costs, and the order.
    void price(const filling& base)
    {
        // A resource that could serve everything is no reason to prefer one item to another.
        resource_vector demand{};
        const std::vector<std::size_t> sizes = class_sizes(problem_);
        for (std::size_t c = 0; c < problem_.classes(); ++c)
            add(demand, problem_.class_costs[c], problem_.resources,
                static_cast<std::int64_t>(sizes[c]));
        for (std::size_t unit = 0; unit < problem_.shared.size(); ++unit)
            add(demand, problem_.shared.cost_of(unit), problem_.resources);
        for (std::size_t r = 0; r < problem_.resources; ++r)
            if (demand[r] > problem_.capacity[r])
                price_[r] = 1.0 / static_cast<double>(std::max<std::int64_t>(base.left[r], 1));
        cost_.resize(problem_.size());
        std::vector<double> density(problem_.size());
        for (std::uint32_t item = 0; item < problem_.size(); ++item) {
            cost_[item] = cost_of(base, item);
            density[item] = cost_[item] > 0 ? problem_.values[item] / cost_[item]
                                            : std::numeric_limits<double>::infinity();
            if (begin_.of(item) == decision::free && problem_.values[item] > 0)
                order_.push_back(item);
        }
        sort_by_falling(density, order_);
    }

    /// Keeps what the floors ask for: the densest of each class, or else the cheapest. Whether it
    /// could.
    bool meet_floors(filling& base) const
    {
        if (begin_.missing.empty())
            return true;
        std::vector<std::uint32_t> list = order_;
        for (std::uint32_t item = 0; item < problem_.size(); ++item)
            if (!(problem_.values[item] > 0))
                list.push_back(item);
        for (const bool cheapest : {false, true}) {
            if (cheapest)
                std::sort(list.begin(), list.end(), [&](std::uint32_t a, std::uint32_t b) {
                    return std::tuple(cost_[a], -problem_.values[a], a) <
                           std::tuple(cost_[b], -problem_.values[b], b);
                });
            filling attempt = base;
            std::vector<std::size_t> missing = begin_.missing;
            for (const std::uint32_t item : list)
                if (missing[problem_.class_of[item]] > 0 && take(item, attempt))
                    --missing[problem_.class_of[item]];
            if (std::all_of(missing.begin(), missing.end(), [](std::size_t m) { return m == 0; })) {
                base = std::move(attempt);
                return true;
            }
        }
        return false;
    }

    /// Keeps the item if it is free, not yet kept, and fits.
    bool take(std::uint32_t item, filling& into) const
    {
        resource_vector after = into.left;
        if (!fits(item, into, after))
            return false;
        into.left = after;
        for (const std::uint32_t unit : units_.of(item))
            into.paid[unit] = 1;
        into.keep[item] = 1;
        return true;
    }

    /// The better of two tries: down the list, and the same after the most valuable item that fits.
    [[nodiscard]] knapsack_solution fill(const filling& base) const
    {
        // Down the list alone, one large item that comes late can be worth more than all that was
        // kept: the classic worst case of the greedy method, which the second try mends.
        filling filled = base;
        for (const std::uint32_t item : order_)
            take(item, filled);
        knapsack_solution solution{.keep = std::move(filled.keep)};
        solution.status = solve_status::feasible;
        solution.value = value_of(problem_, solution.keep);

        const std::uint32_t* best = nullptr;
        for (const std::uint32_t& item : order_)
            if (best == nullptr || problem_.values[item] > problem_.values[*best])
                if (resource_vector after = base.left; fits(item, base, after))
                    best = &item;
        if (best == nullptr || solution.keep[*best])
            return solution;
        filled = base;
        take(*best, filled);
        for (const std::uint32_t item : order_)
            take(item, filled);
        if (const double value = value_of(problem_, filled.keep); value > solution.value) {
            solution.value = value;
            solution.keep = std::move(filled.keep);
        }
        return solution;
    }

    /// Sets bound and shadow prices: the list, cut where the surrogate capacity ends.
    void bound(knapsack_solution& solution) const
    {
        compensated_sum sum;
        for (std::size_t item = 0; item < problem_.size() && begin_.has_decisions(); ++item)
            if (begin_.of(item) == decision::keep)
                sum.add(problem_.values[item]);
        // Of a knapsack with one resource, the surrogate, in which items may be kept in parts
        // (Dantzig's bound): every feasible choice satisfies the surrogate constraint, so none is
        // worth more.
        double room = price_of(begin_.left, price_, problem_.resources);
        for (const std::uint32_t item : order_) {
            if (cost_[item] <= room) {
                sum.add(problem_.values[item]);
                room -= cost_[item];
                continue;
            }
            const double density = problem_.values[item] / cost_[item];
            sum.add(density * room);
            for (std::size_t r = 0; r < problem_.resources; ++r)
                solution.shadow_price[r] = density * price_[r];
            break;
        }
        // The running subtraction loses at most one unit in the last place of the room per item.
        const double slack = rounding_slack + static_cast<double>(order_.size()) *
                                                  std::numeric_limits<double>::epsilon();
        solution.bound = std::max(solution.value, sum.value() * (1 + 2 * slack));
        if (std::all_of(order_.begin(), order_.end(),
                [&](std::uint32_t item) { return solution.keep[item] != 0; })) {
            solution.bound = solution.value;
            solution.status = solve_status::optimal;
            solution.shadow_price = {};
        }
    }

private:
    /// Whether an item that is free and not yet kept fits.
    /// \param after  what is left beforehand; becomes what the item leaves
    [[nodiscard]] bool fits(std::uint32_t item, const filling& into, resource_vector& after) const
    {
        if (into.keep[item] || begin_.of(item) != decision::free)
            return false;
        add(after, problem_.cost_of(item), problem_.resources, -1);
        for (const std::uint32_t unit : units_.of(item))
            if (!into.paid[unit])
                add(after, problem_.shared.cost_of(unit), problem_.resources, -1);
        return is_within(after, problem_.resources);
    }

    /// The surrogate cost of an item: at the prices, with its shares of units.
    [[nodiscard]] double cost_of(const filling& base, std::size_t item) const
    {
        double total = 0;
        const auto pay = [&](const resource_vector& cost, double share) {
            for (std::size_t r = 0; r < problem_.resources; ++r)
                total += price_[r] * static_cast<double>(cost[r]) * share;
        };
        pay(problem_.cost_of(item), 1.0);
        for (const std::uint32_t unit : units_.of(item))
            if (!base.paid[unit])
                pay(problem_.shared.cost_of(unit),
                    1.0 / static_cast<double>(problem_.shared.users_of(unit).size()));
        return total;
    }
};

/// Keeps, beside what a feasible solution keeps, what else fits, the most valuable first.
inline void fill_up(const knapsack_problem& problem, knapsack_solution& solution)
{
    const greedy_steps steps(problem);
    filling filled = steps.begin();
    std::vector<std::uint32_t> others;
    for (std::uint32_t item = 0; item < problem.size(); ++item) {
        if (solution.keep[item])
            steps.take(item, filled);
        else if (problem.values[item] > 0)
            others.push_back(item);
    }
    sort_by_falling(problem.values, others);
    for (const std::uint32_t item : others)
        steps.take(item, filled);
    solution.keep = std::move(filled.keep);
    solution.value = value_of(problem, solution.keep);
    solution.bound = std::max(solution.bound, solution.value);
}

} // namespace detail

ESPALIER_INLINE knapsack_solution greedy::operator()(const knapsack_problem& problem) const
{
    const stopwatch watch;
    ensure_valid(problem);
    detail::greedy_steps steps(problem);
    if (!steps.reason().empty())
        return no_answer(solve_status::infeasible, problem, steps.reason(), watch);
    detail::filling base = steps.begin();
    steps.price(base);
    if (!steps.meet_floors(base))
        return no_answer(solve_status::unknown, problem,
            "no choice was found that meets the floors within the capacities; greedy cannot "
            "prove that there is none",
            watch);
    knapsack_solution solution = steps.fill(base);
    steps.bound(solution);
    solution.seconds = watch.seconds();
    return solution;
}

} // namespace espalier
