// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/verify.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/classic.hpp>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

// The knapsacks of the literature, and harder sharing than networks have.
//
// - published: Petersen (1967), problems 1 to 7, and Weingartner and Ness (1967), with their optima
// - general: the recipe of Chu and Beasley (1998)
// - correlated: one constraint, the kinds of Pisinger (2005)
// - sharing: registers of a grid, chains, rings and pooled selectors

namespace classics {

using namespace espalier;

struct instance {
    std::string kind;
    std::string name;
    knapsack_problem problem;
    std::optional<double> optimum{}; ///< as published
};

template <class... Parts>
std::string text(const Parts&... parts)
{
    std::ostringstream out;
    (out << ... << parts);
    return out.str();
}

/// Numbers drawn by arithmetic, the same with every standard library.
class dice {
    std::mt19937_64 engine_;

public:
    explicit dice(std::uint64_t seed) : engine_(seed) {}
    std::int64_t below(std::int64_t n)
    {
        return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n));
    }
    std::int64_t between(std::int64_t first, std::int64_t last)
    {
        return first + below(last - first + 1);
    }
    double unit() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
};

// --- Published -----------------------------------------------------------------------------------

/// The first so many of each row: Petersen's problems are cut out of each other.
std::vector<std::vector<std::int64_t>> first_columns(
    std::vector<std::vector<std::int64_t>> rows, std::size_t columns)
{
    for (std::vector<std::int64_t>& row : rows)
        row.resize(columns);
    return rows;
}

inline void add_petersen(std::vector<instance>& all)
{
    const auto add = [&](const char* name, const std::vector<double>& profits,
                         const std::vector<std::vector<std::int64_t>>& weights,
                         const std::vector<std::int64_t>& capacity, double optimum) {
        all.push_back({"published", name,
            instances::general(profits, first_columns(weights, profits.size()), capacity),
            optimum});
    };
    const auto first = [](std::vector<double> profits, std::size_t count) {
        profits.resize(count);
        return profits;
    };

    add("petersen1", {100, 600, 1200, 2400, 500, 2000},
        {{8, 12, 13, 64, 22, 41}, {8, 12, 13, 75, 22, 41}, {3, 6, 4, 18, 6, 4},
            {5, 10, 8, 32, 6, 12}, {5, 13, 8, 42, 6, 20}, {5, 13, 8, 48, 6, 20}, {0, 0, 0, 0, 8, 0},
            {3, 0, 4, 0, 8, 0}, {3, 2, 4, 0, 8, 4}, {3, 2, 4, 8, 8, 4}},
        {80, 96, 20, 36, 44, 48, 10, 18, 22, 24}, 3800);
    add("petersen2", {600.1, 310.5, 1800, 3850, 18.6, 198.7, 882, 4200, 402.5, 327},
        {{20, 5, 100, 200, 2, 4, 60, 150, 80, 40}, {20, 7, 130, 280, 2, 8, 110, 210, 100, 40},
            {60, 3, 50, 100, 4, 2, 20, 40, 6, 12}, {60, 8, 70, 200, 4, 6, 40, 70, 16, 20},
            {60, 13, 70, 250, 4, 10, 60, 90, 20, 24}, {60, 13, 70, 280, 4, 10, 70, 105, 22, 28},
            {5, 2, 20, 100, 2, 5, 10, 60, 0, 0}, {45, 14, 80, 180, 6, 10, 40, 100, 20, 0},
            {55, 14, 80, 200, 6, 10, 50, 140, 30, 40}, {65, 14, 80, 220, 6, 10, 50, 180, 30, 50}},
        {450, 540, 200, 360, 440, 480, 200, 360, 440, 480}, 8706.1);

    const std::vector<double> profits{100, 220, 90, 400, 300, 400, 205, 120, 160, 580, 400, 140,
        100, 1300, 650, 320, 480, 80, 60, 2550, 3100, 1100, 950, 450, 300, 220, 200, 520};
    const std::vector<std::vector<std::int64_t>> weights{
        {8, 24, 13, 80, 70, 80, 45, 15, 28, 90, 130, 32, 20, 120, 40, 30, 20, 6, 3, 180, 220, 50,
            30, 50, 12, 5, 8, 10},
        {8, 44, 13, 100, 100, 90, 75, 25, 28, 120, 130, 32, 40, 160, 40, 60, 55, 10, 6, 240, 290,
            80, 90, 70, 27, 17, 8, 28},
        {3, 6, 4, 20, 20, 30, 8, 3, 12, 14, 40, 6, 3, 20, 5, 0, 5, 3, 0, 20, 30, 40, 10, 0, 5, 0, 0,
            10},
        {5, 9, 6, 40, 30, 40, 16, 5, 18, 24, 60, 16, 11, 30, 25, 10, 13, 5, 1, 80, 60, 50, 20, 30,
            10, 5, 3, 20},
        {5, 11, 7, 50, 40, 40, 19, 7, 18, 29, 70, 21, 17, 30, 25, 15, 25, 5, 1, 100, 70, 55, 20, 50,
            15, 15, 6, 20},
        {5, 11, 7, 55, 40, 40, 21, 9, 18, 29, 70, 21, 17, 35, 25, 20, 25, 5, 2, 110, 70, 55, 20, 50,
            20, 15, 6, 20},
        {0, 0, 1, 10, 4, 10, 0, 6, 0, 6, 32, 3, 0, 70, 10, 0, 0, 0, 0, 0, 30, 10, 0, 10, 10, 5, 0,
            10},
        {3, 4, 5, 20, 14, 20, 6, 12, 10, 18, 42, 9, 12, 100, 20, 5, 6, 4, 1, 20, 50, 30, 5, 20, 20,
            10, 10, 20},
        {3, 6, 9, 30, 29, 20, 12, 12, 10, 30, 42, 18, 18, 110, 20, 15, 18, 7, 2, 40, 60, 50, 25, 25,
            25, 15, 10, 28},
        {3, 8, 9, 35, 29, 20, 16, 15, 10, 30, 42, 20, 18, 120, 20, 20, 22, 7, 3, 50, 60, 55, 25, 30,
            25, 15, 10, 28}};
    const std::vector<std::int64_t> capacity{550, 700, 130, 240, 280, 310, 110, 205, 260, 275};
    add("petersen3", first(profits, 15), weights, capacity, 4015);
    add("petersen4", first(profits, 20), weights, capacity, 6120);
    add("petersen5", profits, weights, {930, 1210, 272, 462, 532, 572, 240, 400, 470, 490}, 12400);

    const std::vector<double> long_profits{560, 1125, 300, 620, 2100, 431, 68, 328, 47, 122, 322,
        196, 41, 25, 425, 4260, 416, 115, 82, 22, 631, 132, 420, 86, 42, 103, 215, 81, 91, 26, 49,
        420, 316, 72, 71, 49, 108, 116, 90, 738, 1811, 430, 3060, 215, 58, 296, 620, 418, 47, 81};
    const std::vector<std::vector<std::int64_t>> long_weights{
        {40, 91, 10, 30, 160, 20, 3, 12, 3, 18, 9, 25, 1, 1, 10, 280, 10, 8, 1, 1, 49, 8, 21, 6, 1,
            5, 10, 8, 2, 1, 0, 10, 42, 6, 4, 8, 0, 10, 1, 40, 86, 11, 120, 8, 3, 32, 28, 13, 2, 4},
        {16, 92, 41, 16, 150, 23, 4, 18, 6, 0, 12, 8, 2, 1, 0, 200, 20, 6, 2, 1, 70, 9, 22, 4, 1, 5,
            10, 6, 4, 0, 4, 12, 8, 4, 3, 0, 10, 0, 6, 28, 93, 9, 30, 22, 0, 36, 45, 13, 2, 2},
        {38, 39, 32, 71, 80, 26, 5, 40, 8, 12, 30, 15, 0, 1, 23, 100, 0, 20, 3, 0, 40, 6, 8, 0, 6,
            4, 22, 4, 6, 1, 5, 14, 8, 2, 8, 0, 20, 0, 0, 6, 12, 6, 80, 13, 6, 22, 14, 0, 1, 2},
        {8, 71, 30, 60, 200, 18, 6, 30, 4, 8, 31, 6, 3, 0, 18, 60, 21, 4, 0, 2, 32, 15, 31, 2, 2, 7,
            8, 2, 8, 0, 2, 8, 6, 7, 1, 0, 0, 20, 8, 14, 20, 2, 40, 6, 1, 14, 20, 12, 0, 1},
        {38, 52, 30, 42, 170, 9, 7, 20, 0, 3, 21, 4, 1, 2, 14, 310, 8, 4, 6, 1, 18, 15, 38, 10, 4,
            8, 6, 0, 0, 3, 0, 10, 6, 1, 3, 0, 3, 5, 4, 0, 30, 12, 16, 18, 3, 16, 22, 30, 4, 0}};
    add("petersen6", first(long_profits, 39), long_weights, {600, 500, 500, 500, 600}, 10618);
    add("petersen7", long_profits, long_weights, {800, 650, 550, 550, 650}, 16537);
}

inline void add_weingartner(std::vector<instance>& all)
{
    int number = 0;
    for (auto& [problem, optimum] : instances::weingartner())
        all.push_back({"published", text("weingartner", ++number), std::move(problem), optimum});
}

// --- By recipe -----------------------------------------------------------------------------------

inline void add_chu_beasley(std::vector<instance>& all)
{
    for (const std::size_t rows : {5U, 10U, 30U})
        for (const std::size_t items : {100U, 250U})
            for (const int percent : {25, 50, 75}) {
                dice random(rows * 1000 + items + static_cast<std::uint64_t>(percent));
                std::vector<std::vector<std::int64_t>> weights(
                    rows, std::vector<std::int64_t>(items));
                std::vector<double> profits(items);
                std::vector<std::int64_t> capacity(rows);
                for (std::size_t item = 0; item < items; ++item) {
                    std::int64_t sum = 0;
                    for (std::size_t r = 0; r < rows; ++r) {
                        weights[r][item] = random.between(0, 1000);
                        sum += weights[r][item];
                        capacity[r] += weights[r][item];
                    }
                    profits[item] = std::floor(
                        static_cast<double>(sum) / static_cast<double>(rows) + 500 * random.unit());
                }
                for (std::int64_t& amount : capacity)
                    amount = amount * percent / 100;
                all.push_back({"general", text("chu_beasley_", rows, "x", items, "_", percent),
                    instances::general(profits, weights, capacity)});
            }
}

inline void add_correlated(std::vector<instance>& all)
{
    struct kind {
        const char* name;
        double (*profit)(std::int64_t weight, std::int64_t range, dice& random);
        bool weight_of_profit = false; ///< the inverse kind draws the profit first
    };
    const kind kinds[]{
        {"weakly",
            [](std::int64_t weight, std::int64_t range, dice& random) {
                return static_cast<double>(
                    std::max<std::int64_t>(1, weight + random.between(-range / 10, range / 10)));
            }},
        {"strongly", [](std::int64_t weight, std::int64_t range,
                         dice&) { return static_cast<double>(weight + range / 10); }},
        {"subset_sum",
            [](std::int64_t weight, std::int64_t, dice&) { return static_cast<double>(weight); }},
        {"inverse",
            [](std::int64_t weight, std::int64_t range, dice&) {
                return static_cast<double>(weight + range / 10);
            },
            true},
    };
    for (const kind& one : kinds)
        for (const std::size_t items : {100U, 1000U})
            for (const std::int64_t range : {1000, 1'000'000}) {
                dice random(items + static_cast<std::uint64_t>(range));
                std::vector<std::vector<std::int64_t>> weights(1, std::vector<std::int64_t>(items));
                std::vector<double> profits(items);
                std::int64_t total = 0;
                for (std::size_t item = 0; item < items; ++item) {
                    const std::int64_t drawn = random.between(1, range);
                    const double other = one.profit(drawn, range, random);
                    profits[item] = one.weight_of_profit ? static_cast<double>(drawn) : other;
                    weights[0][item] =
                        one.weight_of_profit ? static_cast<std::int64_t>(other) : drawn;
                    total += weights[0][item];
                }
                all.push_back({"correlated", text(one.name, "_", items, "_", range),
                    instances::general(profits, weights, {total / 2})});
            }
}

// --- Sharing -------------------------------------------------------------------------------------

/// Items of a few classes, with values uniform or near what their class costs.
inline knapsack_problem items_of_classes(
    std::size_t items, std::size_t resources, std::size_t classes, dice& random)
{
    knapsack_problem problem;
    problem.resources = resources;
    problem.class_costs.resize(classes);
    for (resource_vector& cost : problem.class_costs)
        for (std::size_t r = 0; r < resources; ++r)
            cost[r] = random.between(1, 4);
    for (std::size_t item = 0; item < items; ++item) {
        problem.class_of.push_back(
            static_cast<std::uint32_t>(random.below(static_cast<std::int64_t>(classes))));
        problem.values.push_back(random.unit());
    }
    problem.shared.first.push_back(0);
    return problem;
}

inline void add_unit(knapsack_problem& problem, std::vector<std::size_t> users, std::uint32_t kind)
{
    std::sort(users.begin(), users.end());
    for (const std::size_t user : users)
        problem.shared.users.push_back(static_cast<std::uint32_t>(user));
    problem.shared.first.push_back(problem.shared.users.size());
    problem.shared.kind.push_back(kind);
}

void limit_to(knapsack_problem& problem, double share)
{
    const resource_vector total =
        usage(problem, std::vector<std::uint8_t>(problem.size(), std::uint8_t{1}));
    for (std::size_t r = 0; r < problem.resources; ++r)
        problem.capacity[r] = static_cast<std::int64_t>(share * static_cast<double>(total[r]));
}

/// Item (i, j) needs input register i and accumulator j; resources are DSPs and flip-flops.
inline knapsack_problem grid(std::size_t inputs, std::size_t outputs, double share)
{
    dice random(inputs * outputs);
    knapsack_problem problem = items_of_classes(inputs * outputs, 2, 1, random);
    problem.class_costs = {{1, 0}};
    problem.shared.costs = {{0, 16}, {0, 40}};
    for (std::size_t i = 0; i < inputs; ++i) {
        std::vector<std::size_t> users;
        for (std::size_t j = 0; j < outputs; ++j)
            users.push_back(i * outputs + j);
        add_unit(problem, users, 0);
    }
    for (std::size_t j = 0; j < outputs; ++j) {
        std::vector<std::size_t> users;
        for (std::size_t i = 0; i < inputs; ++i)
            users.push_back(i * outputs + j);
        add_unit(problem, users, 1);
    }
    limit_to(problem, share);
    return problem;
}

/// Each unit is shared by an item and the next; in a ring also by the last and the first.
inline knapsack_problem chain(std::size_t items, std::size_t resources, bool closed)
{
    dice random(items + resources);
    knapsack_problem problem = items_of_classes(items, resources, 5, random);
    for (int kind = 0; kind < 3; ++kind) {
        resource_vector cost{};
        for (std::size_t r = 0; r < resources; ++r)
            cost[r] = random.between(1, 3);
        problem.shared.costs.push_back(cost);
    }
    for (std::size_t item = 0; item + !closed < items; ++item)
        add_unit(problem, {item, (item + 1) % items}, static_cast<std::uint32_t>(random.below(3)));
    limit_to(problem, 0.4);
    return problem;
}

/// Multipliers of 16 bits in the order of their outputs, over memory columns of 36 bits; those of
/// the same input share a selector. Resources are DSPs, columns and LUTs.
inline knapsack_problem selectors(std::size_t items, std::size_t streams)
{
    dice random(items + streams);
    knapsack_problem problem = items_of_classes(items, 3, 1, random);
    problem.class_costs = {{1, 0, 3}};
    problem.shared.costs = {{0, 1, 0}, {0, 0, 60}};
    for (std::size_t bit = 0; bit < 16 * items; bit += 36) {
        std::vector<std::size_t> users;
        for (std::size_t item = bit / 16; item < std::min(items, (bit + 36 + 15) / 16); ++item)
            users.push_back(item);
        add_unit(problem, users, 0);
    }
    for (std::size_t stream = 0; stream < streams; ++stream) {
        std::vector<std::size_t> users;
        for (std::size_t item = stream; item < items; item += streams)
            users.push_back(item);
        add_unit(problem, users, 1);
    }
    limit_to(problem, 0.3);
    return problem;
}

inline void add_sharing(std::vector<instance>& all)
{
    all.push_back({"sharing", "grid_50x20_30", grid(50, 20, 0.3)});
    all.push_back({"sharing", "grid_50x20_60", grid(50, 20, 0.6)});
    for (const std::size_t resources : {1U, 2U})
        for (const std::size_t items : {1000U, 4000U, 10'000U})
            all.push_back(
                {"sharing", text("chain_", items, "_", resources), chain(items, resources, false)});
    all.push_back({"sharing", "ring_1000_1", chain(1000, 1, true)});
    all.push_back({"sharing", "ring_1000_2", chain(1000, 2, true)});
    all.push_back({"sharing", "selectors_840_7", selectors(840, 7)});
    all.push_back({"sharing", "selectors_1920_16", selectors(1920, 16)});
}

inline std::vector<instance> all()
{
    std::vector<instance> all;
    add_petersen(all);
    add_weingartner(all);
    add_chu_beasley(all);
    add_correlated(all);
    add_sharing(all);
    return all;
}

} // namespace classics
