// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/components.hpp>
#include <espalier/knapsack/detail/prices/component_choices.hpp>
#include <espalier/knapsack/detail/prices/component_oracle.hpp>
#include <espalier/knapsack/detail/prices/floor_choices.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <limits>
#include <set>
#include <utility>
#include <vector>

// Problems with shared units for the tests of what deals with components, and all choices of a
// component, straight from the problem.

namespace linked {

using namespace espalier;

/// As much as anything asks for.
struct endless {
    stopwatch watch;
    detail::budget limits{watch, 1e9, detail::budget::no_limit};
};

/// A problem, what is decided of it, and its components with the values of the problem.
struct setting {
    knapsack_problem problem;
    decided begin;
    endless time;
    detail::components parts;
    std::vector<std::vector<std::uint32_t>> units_of; ///< that are not paid, by item

    explicit setting(knapsack_problem the_problem) : problem(std::move(the_problem)), begin(problem)
    {
        detail::component_finder(problem, begin, time.limits).find(parts);
        for (const std::uint32_t item : parts.item)
            parts.value.push_back(problem.values[item]);
        units_of.resize(problem.size());
        for (std::uint32_t unit = 0; unit < problem.shared.size(); ++unit)
            if (begin.paid.empty() || begin.paid[unit] == 0)
                for (const std::uint32_t user : problem.shared.users_of(unit))
                    units_of[user].push_back(unit);
    }
    setting(const setting&) = delete;
    setting& operator=(const setting&) = delete;

    [[nodiscard]] detail::component_choices choices(const detail::workers& crew = {}) const
    {
        return {parts, problem.class_costs, problem.shared.costs, problem.resources, crew};
    }
    /// The components that have items of a class, as a floor.
    [[nodiscard]] detail::component_floor floor(std::uint32_t a_class, std::int64_t missing) const
    {
        detail::component_floor result{a_class, missing, {}};
        for (std::uint32_t c = 0; c < parts.size(); ++c) {
            const std::vector<std::uint32_t>& its = parts.look(c).class_of;
            if (std::find(its.begin(), its.end(), a_class) != its.end())
                result.components.push_back(c);
        }
        return result;
    }
};

/// One way to decide the items of a component.
struct choice {
    std::vector<std::uint8_t> keep; ///< by position
    double value = 0;
    resource_vector usage{};
    std::vector<std::int64_t> kept{}; ///< by class

    /// Value and bonuses less prices.
    [[nodiscard]] double worth(
        const detail::price_vector& price, const std::vector<double>& bonus) const
    {
        long double sum = static_cast<long double>(value);
        for (std::size_t r = 0; r < max_resources; ++r)
            sum -= static_cast<long double>(price[r]) * static_cast<long double>(usage[r]);
        for (std::size_t c = 0; c < kept.size(); ++c)
            sum += static_cast<long double>(bonus[c]) * static_cast<long double>(kept[c]);
        return static_cast<double>(sum);
    }
};

/// What keeping some items of a component means.
inline choice choice_of(const setting& of, std::size_t c, const std::vector<std::uint8_t>& keep)
{
    const knapsack_problem& problem = of.problem;
    choice result{.keep = keep};
    result.kept.assign(problem.classes(), 0);
    std::set<std::uint32_t> units;
    const auto pay = [&](const resource_vector& cost) {
        for (std::size_t r = 0; r < problem.resources; ++r)
            result.usage[r] += cost[r];
    };
    for (std::size_t k = 0; k < keep.size(); ++k)
        if (keep[k] != 0) {
            const std::size_t at = of.parts.first[c] + k;
            const std::uint32_t item = of.parts.item[at];
            units.insert(of.units_of[item].begin(), of.units_of[item].end());
            result.value += of.parts.value[at];
            ++result.kept[problem.class_of[item]];
            pay(problem.class_costs[problem.class_of[item]]);
        }
    for (const std::uint32_t unit : units)
        pay(problem.shared.costs[problem.shared.kind[unit]]);
    return result;
}

/// All choices of a component that keep nothing that cannot be kept.
inline std::vector<choice> all_choices(const setting& of, std::size_t c)
{
    std::vector<choice> all;
    const std::size_t items = of.parts.items(c);
    std::vector<std::uint8_t> keep(items);
    for (std::size_t bits = 0; bits >> items == 0; ++bits) {
        bool is_possible = true;
        for (std::size_t k = 0; k < items; ++k) {
            keep[k] = bits >> k & 1U;
            is_possible =
                is_possible && (keep[k] == 0 || of.parts.value[of.parts.first[c] + k] >= 0);
        }
        if (is_possible)
            all.push_back(choice_of(of, c, keep));
    }
    return all;
}

/// A problem of a few items, units shared in any way, some decisions, floors where they are asked
/// for, values of at most about 1.
inline knapsack_problem small_problem(std::size_t most, bool with_floors, instances::dice& random)
{
    constexpr instances::values kinds[]{instances::values::uniform, instances::values::few,
        instances::values::half_zero, instances::values::eighths, instances::values::all_equal};
    constexpr instances::sharing shapes[]{instances::sharing::chains, instances::sharing::tiles,
        instances::sharing::stars, instances::sharing::sparse, instances::sharing::rings,
        instances::sharing::grids, instances::sharing::nests, instances::sharing::pools};
    knapsack_problem problem = instances::plain(1 + random.below(most), 1 + random.below(3),
        1 + random.below(4), kinds[random.below(std::size(kinds))], random);
    for (double& value : problem.values)
        value /= 4;
    instances::share(problem, shapes[random.below(std::size(shapes))], random);
    if (random.one_in(4))
        instances::fix_some(problem, random);
    if (with_floors)
        instances::set_floors(problem, random);
    return problem;
}

/// Many components of a few items each.
inline knapsack_problem many_stars(
    std::size_t items, std::size_t resources, std::size_t classes, instances::dice& random)
{
    knapsack_problem problem =
        instances::plain(items, resources, classes, instances::values::uniform, random);
    instances::share(problem, instances::sharing::stars, random);
    return problem;
}

inline detail::price_vector any_price(std::size_t resources, double most, instances::dice& random)
{
    detail::price_vector price{};
    for (std::size_t r = 0; r < resources; ++r)
        price[r] = random.one_in(5) ? 0.0 : most * random.unit();
    return price;
}

/// A small setting with an oracle at some prices, and all choices of every component.
struct enumerated {
    setting of;
    detail::price_vector price{};
    std::vector<double> bonus;
    detail::component_oracle oracle{of.parts};
    std::vector<std::vector<choice>> all{};

    explicit enumerated(instances::dice& random) : of(small_problem(10, false, random))
    {
        if (random.one_in(3))
            for (double& value : of.parts.value)
                if (random.one_in(5))
                    value = -std::numeric_limits<double>::infinity();
        for (std::size_t c = 0; c < of.parts.size(); ++c)
            all.push_back(all_choices(of, c));
        move(random);
    }
    void move(instances::dice& random)
    {
        price = any_price(of.problem.resources, 0.1, random);
        bonus.assign(of.problem.classes(), 0.0);
        if (random.one_in(2))
            bonus[random.below(bonus.size())] = random.unit();
        oracle.single.prices.price(
            price, of.problem.resources, of.problem.class_costs, of.problem.shared.costs, bonus);
    }
    [[nodiscard]] double worth(const choice& one) const { return one.worth(price, bonus); }
    [[nodiscard]] double best(std::size_t c) const
    {
        double most = -std::numeric_limits<double>::infinity();
        for (const choice& one : all[c])
            most = std::max(most, worth(one));
        return most;
    }
    [[nodiscard]] double worth_of(std::size_t c, const std::vector<std::uint8_t>& keep) const
    {
        return worth(choice_of(of, c, keep));
    }
    std::vector<detail::alternative> list(std::size_t c, double limit,
        const std::vector<std::uint32_t>& floored, std::size_t most = 100'000)
    {
        return oracle.single.list(c, limit, of.problem.resources, of.problem.class_costs,
            of.problem.shared.costs, floored, most, of.time.limits);
    }
};

} // namespace linked
