// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/verify.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

// Random problems of every kind that the solvers must agree on, and the judge that tries all
// choices. The generator is the standard Mersenne Twister and all numbers are drawn from it by
// arithmetic, so that a seed means the same instance with every standard library.

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

enum class values { uniform, few, tiny, huge, any_scale, correlated, all_equal, half_zero };
inline constexpr std::size_t value_kinds = 8;

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

enum class sharing { chains, tiles, stars, sparse };
inline constexpr std::size_t sharing_kinds = 4;

/// Adds shared units to a problem.
inline void share(knapsack_problem& problem, sharing kind, dice& random)
{
    const std::size_t items = problem.size();
    const std::size_t kinds = 1 + random.below(3);
    shared_units& shared = problem.shared;
    shared.costs.resize(kinds);
    for (resource_vector& cost : shared.costs)
        for (std::size_t r = 0; r < problem.resources; ++r)
            cost[r] = static_cast<std::int64_t>(random.below(4));
    shared.first.assign(1, 0);
    const auto close = [&] {
        shared.kind.push_back(static_cast<std::uint32_t>(random.below(kinds)));
        shared.first.push_back(shared.users.size());
    };
    const auto use = [&](std::size_t from, std::size_t to) {
        for (std::size_t item = from; item < std::min(to, items); ++item)
            shared.users.push_back(static_cast<std::uint32_t>(item));
        close();
    };
    const std::size_t width = 1 + random.below(3);
    if (kind == sharing::chains) // each unit meets the next in one item
        for (std::size_t begin = 0; begin < items; begin += width)
            use(begin, begin + width + 1);
    if (kind == sharing::stars)
        for (std::size_t begin = 0; begin < items; begin += width)
            use(begin, begin + width);
    if (kind == sharing::tiles) { // multipliers of 16 bits over columns of 36
        for (std::size_t bit = 0; bit < 16 * items; bit += 36)
            use(bit / 16, (bit + 36 + 15) / 16);
    }
    if (kind == sharing::sparse)
        for (std::size_t unit = 0; unit < items / 2; ++unit) {
            for (std::size_t item = 0; item < items; ++item)
                if (random.below(items) < 2)
                    shared.users.push_back(static_cast<std::uint32_t>(item));
            close();
        }
    if (shared.empty())
        shared = {};
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
    std::vector<std::uint8_t> keep(problem.size());
    double best = -1;
    for (std::size_t choice = 0; choice < (std::size_t{1} << problem.size()); ++choice) {
        double value = 0;
        for (std::size_t item = 0; item < problem.size(); ++item) {
            keep[item] = choice >> item & 1U;
            value += keep[item] ? problem.values[item] : 0.0;
        }
        if (value > best && is_feasible(problem, keep))
            best = value;
    }
    return best;
}

} // namespace instances
