// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/verify.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <knapsack/frontier.hpp>
#include <knapsack/judge.hpp>
#include <limits>
#include <optional>
#include <random>
#include <utility>
#include <vector>

// Random problems of every kind that the solvers must agree on. The generator is the standard
// Mersenne Twister and all numbers are drawn from it by arithmetic, so that a seed means the same
// instance with every standard library.

namespace instances {

using namespace espalier;

class dice {
    std::mt19937_64 engine_;

public:
    explicit dice(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
    bool one_in(std::size_t n) { return below(n) == 0; }
    double unit() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
};

enum class values {
    uniform,
    few,
    tiny,
    huge,
    any_scale,
    correlated,
    all_equal,
    half_zero,
    zero,
    eighths,
    integers,
    nearly_equal,
    whole_range,
};
inline constexpr std::size_t value_kinds = 8; ///< of moderate problems: the first so many
inline constexpr std::size_t all_value_kinds = 13;

inline double draw(values kind, double cost, dice& random)
{
    const double u = random.unit();
    switch (kind) {
    case values::few:
        return static_cast<double>(random.below(4));
    case values::tiny:
        return u * 1e-30;
    case values::huge:
        return u * 1e30;
    case values::any_scale:
        return std::pow(10.0, 60 * u - 30);
    case values::correlated:
        return cost + 0.1 * u;
    case values::all_equal:
        return 0.7;
    case values::half_zero:
        return random.one_in(2) ? 0.0 : u;
    case values::zero:
        return 0.0;
    case values::eighths:
        return static_cast<double>(random.below(33)) / 8;
    case values::integers:
        return static_cast<double>(random.below(1000));
    case values::nearly_equal: // differ in the last digits only
        return 1 + 0x1p-50 * static_cast<double>(random.below(4));
    case values::whole_range:
        return std::pow(10.0, 600 * u - 300);
    case values::uniform:
        break;
    }
    return u;
}

/// Items and classes, no more.
inline knapsack_problem plain(
    std::size_t items, std::size_t resources, std::size_t classes, values kind, dice& random)
{
    knapsack_problem problem;
    problem.resources = resources;
    problem.class_costs.resize(classes);
    for (resource_vector& cost : problem.class_costs)
        for (std::size_t r = 0; r < resources; ++r)
            cost[r] = static_cast<std::int64_t>(random.below(6));
    resource_vector total{};
    for (std::size_t item = 0; item < items; ++item) {
        const auto c = static_cast<std::uint32_t>(random.below(classes));
        double cost = 0;
        for (std::size_t r = 0; r < resources; ++r) {
            cost += static_cast<double>(problem.class_costs[c][r]);
            total[r] += problem.class_costs[c][r];
        }
        problem.class_of.push_back(c);
        problem.values.push_back(draw(kind, cost, random));
    }
    for (std::size_t r = 0; r < resources; ++r)
        problem.capacity[r] =
            random.one_in(12)
                ? 0
                : static_cast<std::int64_t>(random.unit() * 1.1 * static_cast<double>(total[r]));
    return problem;
}

/// Every item its own cost vector: the general multi-dimensional knapsack.
inline knapsack_problem all_distinct(std::size_t items, std::size_t resources, dice& random)
{
    knapsack_problem problem;
    problem.resources = resources;
    resource_vector total{};
    for (std::size_t item = 0; item < items; ++item) {
        resource_vector cost{};
        for (std::size_t r = 0; r < resources; ++r)
            total[r] += cost[r] = static_cast<std::int64_t>(1 + random.below(100));
        problem.class_costs.push_back(cost);
        problem.class_of.push_back(static_cast<std::uint32_t>(item));
        problem.values.push_back(random.unit());
    }
    for (std::size_t r = 0; r < resources; ++r)
        problem.capacity[r] = total[r] / 2;
    return problem;
}

enum class sharing { chains, tiles, stars, sparse, rings, grids, nests, pools, tangles, none };
inline constexpr std::size_t sharing_kinds = 4; ///< of moderate problems: the first so many
inline constexpr std::size_t all_sharing_kinds = 9;

/// Adds shared units of the kinds that the problem has.
inline void add_units(knapsack_problem& problem, sharing shape, dice& random)
{
    const std::size_t items = problem.size();
    shared_units& shared = problem.shared;
    const std::size_t kinds = shared.costs.size();
    if (shared.first.empty())
        shared.first.assign(1, 0);
    const auto close = [&] {
        shared.kind.push_back(static_cast<std::uint32_t>(random.below(kinds)));
        shared.first.push_back(shared.users.size());
    };
    const auto use_if = [&](auto&& uses) {
        for (std::size_t item = 0; item < items; ++item)
            if (uses(item))
                shared.users.push_back(static_cast<std::uint32_t>(item));
        close();
    };
    const auto use = [&](std::size_t from, std::size_t to) {
        for (std::size_t item = from; item < std::min(to, items); ++item)
            shared.users.push_back(static_cast<std::uint32_t>(item));
        close();
    };
    const std::size_t width = 1 + random.below(3);
    switch (shape) {
    case sharing::chains: // each unit meets the next in one item
        for (std::size_t begin = 0; begin < items; begin += width)
            use(begin, begin + width + 1);
        break;
    case sharing::stars: // side by side, or the first users of all units before the second; then
                         // all units are open at once, which a judge of many items cannot follow
        if (const std::size_t units = (items + width - 1) / width; items % 2 == 1 && units <= 10)
            for (std::size_t unit = 0; unit < units; ++unit)
                use_if([&](std::size_t item) { return item % units == unit; });
        else
            for (std::size_t begin = 0; begin < items; begin += width)
                use(begin, begin + width);
        break;
    case sharing::tiles: // multipliers of 16 bits over columns of 36
        for (std::size_t bit = 0; bit < 16 * items; bit += 36)
            use(bit / 16, (bit + 36 + 15) / 16);
        break;
    case sharing::sparse:
        for (std::size_t unit = 0; unit < items / 2; ++unit)
            use_if([&](std::size_t) { return random.below(items) < 2; });
        break;
    case sharing::rings: // a chain whose ends meet
        for (std::size_t begin = 0; begin < items; ++begin)
            use_if([&](std::size_t item) { return item == begin || item == (begin + 1) % items; });
        break;
    case sharing::grids: // item (i, j) uses row unit i and column unit j
        for (std::size_t row = 0; row * (width + 1) < items; ++row)
            use(row * (width + 1), (row + 1) * (width + 1));
        for (std::size_t column = 0; column <= width; ++column)
            use_if([&](std::size_t item) { return item % (width + 1) == column; });
        break;
    case sharing::nests: // each unit's users are among those of the unit before
        for (std::size_t begin = 0, end = items; begin < end;) {
            use(begin, end);
            begin += 1 + random.below(2);
            end -= std::min(end, random.below(3));
        }
        break;
    case sharing::pools: // one unit for all, one for each pool, one for each item
        use(0, items);
        for (std::size_t begin = 0; begin < items; begin += width + 1)
            use(begin, begin + width + 1);
        for (std::size_t item = 0; item < items; ++item)
            use(item, item + 1);
        break;
    case sharing::tangles:
        for (std::size_t unit = 0; unit < width + 2; ++unit)
            use_if([&](std::size_t) { return random.one_in(2); });
        break;
    case sharing::none:
        break;
    }
    if (shared.empty())
        shared = {};
}

/// Gives a problem shared units of a few cheap kinds.
inline void share(knapsack_problem& problem, sharing shape, dice& random)
{
    problem.shared.costs.resize(1 + random.below(3));
    for (resource_vector& cost : problem.shared.costs)
        for (std::size_t r = 0; r < problem.resources; ++r)
            cost[r] = static_cast<std::int64_t>(random.below(4));
    add_units(problem, shape, random);
}

inline void fix_some(knapsack_problem& problem, dice& random)
{
    problem.fixed.assign(problem.size(), decision::free);
    for (decision& fixed : problem.fixed) {
        const std::size_t side = random.below(12);
        fixed = side == 0 ? decision::keep : side == 1 ? decision::prune : decision::free;
    }
}

inline void set_floors(knapsack_problem& problem, dice& random)
{
    std::vector<std::size_t> sizes(problem.classes(), 0);
    for (const std::uint32_t c : problem.class_of)
        ++sizes[c];
    problem.floors.assign(problem.classes(), 0);
    for (std::size_t c = 0; c < problem.classes(); ++c)
        if (random.one_in(3))
            problem.floors[c] = std::min(sizes[c], random.below(3));
}

/// A problem of any kind, with up to `most` items.
inline knapsack_problem any(std::size_t most, dice& random)
{
    const std::size_t items = 1 + random.below(most);
    const std::size_t resources = 1 + random.below(5);
    if (random.one_in(8))
        return all_distinct(items, resources, random);
    const std::size_t classes = 1 + random.below(random.one_in(2) ? 5 : 50);
    const auto kind = static_cast<values>(random.below(value_kinds));
    knapsack_problem problem = plain(items, resources, classes, kind, random);
    if (random.one_in(2))
        share(problem, static_cast<sharing>(random.below(sharing_kinds)), random);
    if (random.one_in(3))
        fix_some(problem, random);
    if (random.one_in(3))
        set_floors(problem, random);
    return problem;
}

/// Largest value of a feasible choice, by trying all; negative if there is none.
inline double brute_force(const knapsack_problem& problem)
{
    const std::optional<long double> best = judge::best_of_all_choices(problem);
    return best ? static_cast<double>(*best) : -1;
}

// What follows makes small problems of every kind, most of them at some limit: amounts up to 2^62,
// capacities that bind by one or never, floors that no choice meets.

enum class costs { small, hundreds, equal, coprime, large, decades };
inline constexpr std::size_t cost_kinds = 6;

/// \param most  so large that all items and units together stay below 2^62
inline std::int64_t draw(costs kind, std::int64_t most, dice& random)
{
    constexpr std::int64_t primes[]{2, 3, 5, 7, 11, 13, 101, 103, 997, 1009, 65'537, 999'983};
    const auto below = [&](std::int64_t n) {
        return static_cast<std::int64_t>(random.below(static_cast<std::size_t>(n)));
    };
    switch (kind) {
    case costs::hundreds:
        return below(100);
    case costs::equal:
        return 3;
    case costs::coprime:
        return primes[random.below(std::size(primes))];
    case costs::large:
        return random.one_in(3) ? most : random.one_in(2) ? most - below(1000) : below(most);
    case costs::decades:
        return std::min(most, static_cast<std::int64_t>(std::pow(2.0, 61 * random.unit())) - 1);
    case costs::small:
        break;
    }
    return below(6);
}

enum class floors { none, one_each, some, many };

/// What a small problem of any kind is made of.
struct recipe {
    std::size_t items = 0;
    std::size_t resources = 0;
    std::size_t classes = 0; ///< 0: every item has its own
    sharing shape = sharing::none;
    sharing second_shape = sharing::none; ///< over the same items
    costs cost = costs::small;
    bool costs_differ = false; ///< every resource draws its own kind of cost
    values value = values::uniform;
    floors floor = floors::none;
    std::size_t fixed_in = 0; ///< one item in so many is fixed to keep, another to prune; 0: none
    bool at_limits = false;   ///< capacities of 0, the total, less by one, 2^31, …
};

/// \param most  items
inline recipe any_recipe(std::size_t most, dice& random)
{
    recipe made;
    made.items = random.one_in(8)   ? 1 + random.below(5)
                 : random.one_in(8) ? 11 + random.below(4)
                                    : 6 + random.below(5);
    made.items = std::min(made.items, most);
    const std::size_t size = random.below(16);
    made.resources = size < 5    ? 1
                     : size < 10 ? 2
                     : size < 14 ? 3 + random.below(3)
                                 : 6 + random.below(27);
    made.classes = random.one_in(4) ? 0 : 1 + random.below(5);
    if (!random.one_in(4))
        made.shape = static_cast<sharing>(random.below(all_sharing_kinds));
    if (made.shape != sharing::none && random.one_in(4))
        made.second_shape = static_cast<sharing>(random.below(all_sharing_kinds));
    made.cost = random.one_in(2) ? costs::small : static_cast<costs>(random.below(cost_kinds));
    made.costs_differ = random.one_in(5);
    made.value = static_cast<values>(random.below(all_value_kinds));
    if (random.one_in(2))
        made.floor = static_cast<floors>(1 + random.below(3));
    if (random.one_in(4))
        made.fixed_in = random.one_in(4) ? 3 : 12;
    made.at_limits = random.one_in(2);
    return made;
}

namespace small {

inline std::vector<std::size_t> class_sizes(const knapsack_problem& problem)
{
    std::vector<std::size_t> sizes(problem.classes(), 0);
    for (const std::uint32_t c : problem.class_of)
        ++sizes[c];
    return sizes;
}

inline void set_floors(knapsack_problem& problem, floors kind, dice& random)
{
    if (kind == floors::none)
        return;
    const std::vector<std::size_t> sizes = class_sizes(problem);
    problem.floors.assign(problem.classes(), 0);
    for (std::size_t c = 0; c < problem.classes(); ++c) {
        const std::size_t wanted = kind == floors::one_each ? 1
                                   : kind == floors::some   ? random.below(3)
                                                            : random.below(sizes[c] + 1);
        problem.floors[c] = std::min(sizes[c], wanted);
    }
}

/// Costs of classes and units; now and then all of a class or kind cost nothing.
inline void set_costs(knapsack_problem& problem, const recipe& of, dice& random)
{
    const std::int64_t most = ((std::int64_t{1} << 62) - 1) /
                              static_cast<std::int64_t>(problem.size() + problem.shared.size() + 1);
    std::vector<costs> kinds(problem.resources, of.cost);
    if (of.costs_differ)
        for (costs& kind : kinds)
            kind = static_cast<costs>(random.below(cost_kinds));
    const std::size_t free_in = random.one_in(2) ? 3 : 100;
    const std::size_t spared_in = random.one_in(2) ? 3 : 100;
    for (auto* all : {&problem.class_costs, &problem.shared.costs})
        for (resource_vector& cost : *all) {
            const bool is_free = random.one_in(free_in);
            for (std::size_t r = 0; r < problem.resources; ++r)
                if (!is_free && !random.one_in(spared_in))
                    cost[r] = draw(kinds[r], most, random);
        }
}

inline void set_values(knapsack_problem& problem, values kind, dice& random)
{
    for (const std::uint32_t c : problem.class_of) {
        double cost = 0;
        for (std::size_t r = 0; r < problem.resources; ++r)
            cost += static_cast<double>(problem.class_costs[c][r]);
        problem.values.push_back(draw(kind, cost, random));
    }
    if (random.one_in(8)) { // the items of one class are worth nothing
        const std::size_t c = random.below(problem.classes());
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (problem.class_of[item] == c)
                problem.values[item] = 0;
    }
    if (random.one_in(12)) // one item hides the others
        problem.values[random.below(problem.size())] = random.one_in(2) ? 1e3 : 1e17;
}

/// A random choice that keeps the decisions and, where they let it, the floors.
inline std::vector<std::uint8_t> any_choice(const knapsack_problem& problem, dice& random)
{
    std::vector<std::uint8_t> keep(problem.size());
    std::vector<std::size_t> kept(problem.classes(), 0);
    const bool few = random.one_in(2);
    for (std::size_t item = 0; item < problem.size(); ++item) {
        keep[item] = problem.fixed_at(item) == decision::keep ||
                     (problem.fixed_at(item) == decision::free && !few && random.one_in(2));
        kept[problem.class_of[item]] += keep[item];
    }
    for (std::size_t item = 0; item < problem.size(); ++item) {
        const std::uint32_t c = problem.class_of[item];
        if (!keep[item] && problem.fixed_at(item) == decision::free &&
            kept[c] < problem.floor_of(c)) {
            keep[item] = 1;
            ++kept[c];
        }
    }
    return keep;
}

inline void set_capacities(knapsack_problem& problem, bool at_limits, dice& random)
{
    const resource_vector total =
        usage(problem, std::vector<std::uint8_t>(problem.size(), std::uint8_t{1}));
    const resource_vector part = usage(problem, any_choice(problem, random));
    const std::size_t style = random.below(3);
    const double share = 1.1 * random.unit();
    const std::size_t limit_in = problem.resources > 5 ? 10 : 3;
    for (std::size_t r = 0; r < problem.resources; ++r) {
        const double fraction = random.one_in(2) ? share : random.unit();
        const auto some = static_cast<std::int64_t>(fraction * static_cast<double>(total[r]));
        std::int64_t& capacity = problem.capacity[r];
        capacity = style == 0   ? part[r] // to be filled exactly
                   : style == 1 ? std::max(part[r], some)
                                : some;
        if (!at_limits || !random.one_in(limit_in))
            continue;
        const std::int64_t limits[]{0, total[r], std::max(total[r], std::int64_t{1}) - 1,
            std::max(part[r], std::int64_t{1}) - 1, part[r] + 1, std::int64_t{1} << 31,
            std::int64_t{1} << 40, std::int64_t{1} << 60, std::numeric_limits<std::int64_t>::max()};
        capacity = limits[random.below(std::size(limits))];
    }
}

} // namespace small

inline knapsack_problem make(const recipe& of, dice& random)
{
    knapsack_problem problem;
    problem.resources = of.resources;
    problem.class_costs.resize(of.classes == 0 ? of.items : of.classes);
    for (std::uint32_t item = 0; item < of.items; ++item)
        problem.class_of.push_back(
            of.classes == 0 ? item : static_cast<std::uint32_t>(random.below(of.classes)));
    problem.values.resize(of.items); // units are drawn over so many items
    if (of.shape != sharing::none) {
        problem.shared.costs.resize(1 + random.below(4));
        add_units(problem, of.shape, random);
        if (of.second_shape != sharing::none && !problem.shared.empty())
            add_units(problem, of.second_shape, random);
        if (!problem.shared.empty() && random.one_in(6)) { // a unit without users
            problem.shared.kind.push_back(0);
            problem.shared.first.push_back(problem.shared.users.size());
        }
    }
    small::set_floors(problem, of.floor, random);
    small::set_costs(problem, of, random);
    problem.values.clear();
    small::set_values(problem, of.value, random);
    if (of.fixed_in != 0) {
        problem.fixed.assign(problem.size(), decision::free);
        for (decision& fixed : problem.fixed) {
            const std::size_t side = random.below(of.fixed_in);
            fixed = side == 0 ? decision::keep : side == 1 ? decision::prune : decision::free;
        }
    }
    small::set_capacities(problem, of.at_limits, random);
    return problem;
}

/// A problem of up to a few hundred items that the frontier judges, and what it is made of.
/// \param work  entries that the judge may have to compute
inline std::pair<recipe, knapsack_problem> any_long(dice& random, std::size_t work = 20'000'000)
{
    recipe of;
    of.items = 20 + random.below(random.one_in(4) ? 400 : 100);
    of.resources = 1 + random.below(2);
    of.classes = 1 + random.below(5);
    constexpr sharing shapes[]{sharing::chains, sharing::tiles, sharing::stars, sharing::rings,
        sharing::grids, sharing::pools, sharing::none};
    of.shape = shapes[random.below(std::size(shapes))];
    of.value = static_cast<values>(random.below(all_value_kinds));
    knapsack_problem problem;
    problem.resources = of.resources;
    problem.class_costs.resize(of.classes);
    for (std::size_t item = 0; item < of.items; ++item) // classes in blocks, as layers are, or not
        problem.class_of.push_back(static_cast<std::uint32_t>(
            random.one_in(3) ? random.below(of.classes) : item * of.classes / of.items));
    problem.shared.costs.resize(of.shape == sharing::none ? 0 : 1 + random.below(3));
    for (auto* all : {&problem.class_costs, &problem.shared.costs})
        for (resource_vector& cost : *all)
            for (std::size_t r = 0; r < problem.resources; ++r)
                cost[r] = static_cast<std::int64_t>(random.one_in(4) ? 0 : 1 + random.below(4));
    problem.values.resize(of.items);
    if (of.shape != sharing::none)
        add_units(problem, of.shape, random);
    problem.values.clear();
    small::set_values(problem, of.value, random);
    if (random.one_in(2)) { // classes of little value lose everything but their floors
        std::vector<double> worth(of.classes);
        for (double& eighths : worth)
            eighths = static_cast<double>(1 + random.below(8)) / 8;
        for (std::size_t item = 0; item < of.items; ++item)
            problem.values[item] *= worth[problem.class_of[item]];
    }
    if (random.one_in(4))
        fix_some(problem, random);
    problem.floors.assign(of.classes, 0);
    if (!random.one_in(3)) {
        const std::vector<std::size_t> sizes = small::class_sizes(problem);
        for (std::size_t c = 0; c < of.classes; ++c)
            problem.floors[c] = std::min(sizes[c], random.below(of.classes > 3 ? 2 : 3));
        of.floor = floors::some;
    }
    // As much of the resources as the table of the judge may take.
    const std::size_t amounts =
        std::clamp<std::size_t>(work / (judge::frontier(problem).states() * of.items), 16, 3'000);
    const resource_vector part = usage(problem, small::any_choice(problem, random));
    const double side =
        of.resources == 1 ? static_cast<double>(amounts) : std::sqrt(static_cast<double>(amounts));
    const bool filled = random.one_in(3);
    for (std::size_t r = 0; r < problem.resources; ++r)
        problem.capacity[r] =
            std::min(filled ? part[r] : static_cast<std::int64_t>(1.2 * side * random.unit()),
                static_cast<std::int64_t>(1.2 * side));
    return {of, problem};
}

} // namespace instances
