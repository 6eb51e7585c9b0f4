// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/arithmetic.hpp>
#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/validity_definition.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/solving.hpp>
#include <espalier/linkage.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

// The steps of `greedy`, whose method is described in greedy.hpp.

namespace espalier {
namespace detail {

/// What has been kept so far, what it uses, and what else fits.
class filling {
    const knapsack_problem& problem_;
    const decided& begin_;
    units_of_items units_;

public:
    resource_vector left;
    std::vector<std::uint8_t> paid;
    std::vector<std::uint8_t> keep;

    filling(const knapsack_problem& problem, const decided& begin)
        : problem_(problem),
          begin_(begin),
          units_(problem),
          left(begin.left),
          paid(begin.paid),
          keep(problem.size(), 0)
    {
        paid.resize(problem.shared.size(), 0);
        for (std::size_t item = 0; item < problem.size() && begin.has_decisions(); ++item)
            keep[item] = begin.of(item) == decision::keep;
    }

    [[nodiscard]] std::span<const std::uint32_t> units_of(std::size_t item) const
    {
        return units_.of(item);
    }

    /// Whether the item is free, not yet kept, and fits; `after` is then what it leaves.
    [[nodiscard]] bool fits(std::size_t item, resource_vector& after) const
    {
        if (keep[item] || begin_.of(item) != decision::free)
            return false;
        after = left;
        const auto subtract = [&](const resource_vector& cost) {
            bool enough = true;
            for (std::size_t r = 0; r < problem_.resources; ++r)
                enough = (after[r] -= cost[r]) >= 0 && enough;
            return enough;
        };
        if (!subtract(problem_.class_costs[problem_.class_of[item]]))
            return false;
        for (const std::uint32_t unit : units_.of(item))
            if (!paid[unit] && !subtract(problem_.shared.costs[problem_.shared.kind[unit]]))
                return false;
        return true;
    }

    /// Keeps the item if it fits.
    bool take(std::size_t item)
    {
        resource_vector after;
        if (!fits(item, after))
            return false;
        left = after;
        for (const std::uint32_t unit : units_.of(item))
            paid[unit] = 1;
        keep[item] = 1;
        return true;
    }
};

struct greedy_steps {
    static std::array<double, max_resources> prices(
        const knapsack_problem& problem, const filling& base)
    {
        resource_vector demand{};
        const std::vector<std::size_t> sizes = class_sizes(problem);
        for (std::size_t r = 0; r < problem.resources; ++r) {
            for (std::size_t c = 0; c < problem.classes(); ++c)
                demand[r] += static_cast<std::int64_t>(sizes[c]) * problem.class_costs[c][r];
            for (const std::uint32_t kind : problem.shared.kind)
                demand[r] += problem.shared.costs[kind][r];
        }
        std::array<double, max_resources> price{};
        for (std::size_t r = 0; r < problem.resources; ++r)
            if (demand[r] > problem.capacity[r])
                price[r] = 1.0 / static_cast<double>(std::max<std::int64_t>(base.left[r], 1));
        return price;
    }

    static double cost_of(const knapsack_problem& problem, const filling& base,
        const std::array<double, max_resources>& price, std::size_t item)
    {
        double total = 0;
        const auto add = [&](const resource_vector& cost, double share) {
            for (std::size_t r = 0; r < problem.resources; ++r)
                total += price[r] * static_cast<double>(cost[r]) * share;
        };
        add(problem.class_costs[problem.class_of[item]], 1.0);
        for (const std::uint32_t unit : base.units_of(item))
            if (!base.paid[unit])
                add(problem.shared.costs[problem.shared.kind[unit]],
                    1.0 / static_cast<double>(problem.shared.users_of(unit).size()));
        return total;
    }

    /// Free items of some value, the densest first.
    static std::vector<std::uint32_t> by_density(
        const knapsack_problem& problem, const decided& begin, const std::vector<double>& cost)
    {
        std::vector<double> density(problem.size());
        std::vector<std::uint32_t> order;
        order.reserve(problem.size());
        for (std::size_t item = 0; item < problem.size(); ++item) {
            density[item] = cost[item] > 0 ? problem.values[item] / cost[item]
                                           : std::numeric_limits<double>::infinity();
            if (begin.of(item) == decision::free && problem.values[item] > 0)
                order.push_back(static_cast<std::uint32_t>(item));
        }
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return density[a] != density[b] ? density[a] > density[b] : a < b;
        });
        return order;
    }

    /// Keeps what the floors ask for: the densest of each class, or else the cheapest.
    static bool meet_floors(const knapsack_problem& problem, const decided& begin,
        const std::vector<double>& cost, const std::vector<std::uint32_t>& order, filling& base)
    {
        if (begin.missing.empty())
            return true;
        std::vector<std::uint32_t> dense = order;
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (!(problem.values[item] > 0))
                dense.push_back(static_cast<std::uint32_t>(item));
        std::vector<std::uint32_t> place(problem.size());
        for (std::size_t k = 0; k < dense.size(); ++k)
            place[dense[k]] = static_cast<std::uint32_t>(k);
        std::vector<std::uint32_t> cheap = dense;
        std::sort(cheap.begin(), cheap.end(), [&](std::uint32_t a, std::uint32_t b) {
            return cost[a] != cost[b] ? cost[a] < cost[b] : place[a] < place[b];
        });
        for (const auto* list : {&dense, &cheap}) {
            filling attempt = base;
            std::vector<std::size_t> missing = begin.missing;
            for (const std::uint32_t item : *list)
                if (missing[problem.class_of[item]] > 0 && attempt.take(item))
                    --missing[problem.class_of[item]];
            if (std::all_of(missing.begin(), missing.end(), [](std::size_t m) { return m == 0; })) {
                base.left = attempt.left;
                base.paid = std::move(attempt.paid);
                base.keep = std::move(attempt.keep);
                return true;
            }
        }
        return false;
    }

    /// A second try, which begins with the most valuable item that fits.
    static void around_best_single(const knapsack_problem& problem,
        const std::vector<std::uint32_t>& order, const filling& base, knapsack_solution& solution)
    {
        std::uint32_t best = std::numeric_limits<std::uint32_t>::max();
        filling filled = base;
        for (const std::uint32_t item : order)
            if (best == std::numeric_limits<std::uint32_t>::max() ||
                problem.values[item] > problem.values[best]) {
                resource_vector after;
                if (base.fits(item, after))
                    best = item;
            }
        if (best == std::numeric_limits<std::uint32_t>::max() || solution.keep[best])
            return;
        filled.take(best);
        for (const std::uint32_t item : order)
            filled.take(item);
        const double value = value_of(problem, filled.keep);
        if (value > solution.value) {
            solution.value = value;
            solution.keep = std::move(filled.keep);
        }
    }

    static void bound(const knapsack_problem& problem, const decided& begin,
        const std::vector<double>& cost, const std::vector<std::uint32_t>& order,
        const std::array<double, max_resources>& price, knapsack_solution& solution)
    {
        compensated_sum sum;
        for (std::size_t item = 0; item < problem.size() && begin.has_decisions(); ++item)
            if (begin.of(item) == decision::keep)
                sum.add(problem.values[item]);
        double room = 0;
        for (std::size_t r = 0; r < problem.resources; ++r)
            room += price[r] * static_cast<double>(begin.left[r]);
        for (const std::uint32_t item : order) {
            if (cost[item] <= room) {
                sum.add(problem.values[item]);
                room -= cost[item];
                continue;
            }
            const double density = problem.values[item] / cost[item];
            sum.add(density * room);
            for (std::size_t r = 0; r < problem.resources; ++r)
                solution.shadow_price[r] = density * price[r];
            break;
        }
        // The running subtraction loses at most one unit in the last place of the room per item.
        const double slack = rounding_slack + static_cast<double>(order.size()) *
                                                  std::numeric_limits<double>::epsilon();
        solution.bound = std::max(solution.value, sum.value() * (1 + 2 * slack));
        if (std::all_of(order.begin(), order.end(),
                [&](std::uint32_t item) { return solution.keep[item] != 0; })) {
            solution.bound = solution.value;
            solution.status = solve_status::optimal;
            solution.shadow_price = {};
        }
    }
};

/// Keeps, beside what a feasible solution keeps, what else fits, the most valuable first.
inline void fill_up(const knapsack_problem& problem, knapsack_solution& solution)
{
    const decided begin(problem);
    filling filled(problem, begin);
    std::vector<std::uint32_t> others;
    for (std::uint32_t item = 0; item < problem.size(); ++item) {
        if (solution.keep[item])
            filled.take(item);
        else if (problem.values[item] > 0)
            others.push_back(item);
    }
    std::sort(others.begin(), others.end(), [&](std::uint32_t a, std::uint32_t b) {
        return problem.values[a] != problem.values[b] ? problem.values[a] > problem.values[b]
                                                      : a < b;
    });
    for (const std::uint32_t item : others)
        filled.take(item);
    solution.keep = std::move(filled.keep);
    solution.value = value_of(problem, solution.keep);
    solution.bound = std::max(solution.bound, solution.value);
}

} // namespace detail

ESPALIER_INLINE knapsack_solution greedy::operator()(const knapsack_problem& problem) const
{
    const stopwatch watch;
    ensure_valid(problem);
    const decided begin(problem);
    if (!begin.reason.empty())
        return no_answer(solve_status::infeasible, problem, begin.reason, watch);

    detail::filling base(problem, begin);
    const std::array<double, max_resources> price = detail::greedy_steps::prices(problem, base);
    std::vector<double> cost(problem.size());
    for (std::size_t item = 0; item < problem.size(); ++item)
        cost[item] = detail::greedy_steps::cost_of(problem, base, price, item);
    const std::vector<std::uint32_t> order = detail::greedy_steps::by_density(problem, begin, cost);
    if (!detail::greedy_steps::meet_floors(problem, begin, cost, order, base))
        return no_answer(solve_status::unknown, problem,
            "no choice was found that meets the floors within the capacities; greedy cannot "
            "prove that there is none",
            watch);

    knapsack_solution solution;
    solution.status = solve_status::feasible;
    detail::filling filled = base;
    for (const std::uint32_t item : order)
        filled.take(item);
    solution.value = value_of(problem, filled.keep);
    solution.keep = std::move(filled.keep);
    detail::greedy_steps::around_best_single(problem, order, base, solution);
    detail::greedy_steps::bound(problem, begin, cost, order, price, solution);
    solution.seconds = watch.seconds();
    return solution;
}

} // namespace espalier
