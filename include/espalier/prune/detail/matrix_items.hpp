// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/resource_units.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

// The groups of matrices as items of a knapsack problem. A unit with a single user is part of that
// item's cost; the others are shared units of the problem. There may be ten million items, so their
// costs are never written out: a group has so many products and so many columns to itself, a matrix
// knows a handful of such pairs, and each pair is a class of the problem. Of everything that grows
// with the items the problem itself is all that stays.

namespace espalier::detail {

/// Resources of the knapsack problem, by index.
enum : std::size_t { dsp_index, bram18_index, lut_index, indexed_resources };

[[nodiscard]] inline resource_vector amounts_of(const resources& r)
{
    return {r.dsp, r.bram18, r.lut};
}
[[nodiscard]] inline resources resources_of(const resource_vector& amounts)
{
    return {.dsp = amounts[dsp_index], .bram18 = amounts[bram18_index], .lut = amounts[lut_index]};
}

/// A matrix among others: its groups are consecutive items of one problem.
struct matrix_items {
    resource_units units;
    std::size_t keep_at_least = 1; ///< groups
    double keep_share = 0;         ///< part of the groups of each class
    std::size_t first_item = 0;
    std::size_t first_use = 0; ///< place of the first user of its first shared unit

    [[nodiscard]] std::size_t size() const
    {
        return static_cast<std::size_t>(units.groups().groups());
    }
    /// Whether a unit is part of the cost of its only user.
    [[nodiscard]] bool is_own(unit_type type, const auto& users) const
    {
        return users.size() == 1 && !units.serves_slots(type);
    }
};

/// Units that a group has to itself.
struct own_units {
    std::uint32_t products = 0;
    std::uint32_t columns = 0;

    void add(unit_type type) { ++(type == unit_type::product ? products : columns); }
    [[nodiscard]] resources cost(const resource_units& units) const
    {
        return products * units.cost(unit_type::product) + columns * units.cost(unit_type::column);
    }
    friend bool operator==(const own_units&, const own_units&) = default;
};

/// Makes room for the shared units of all matrices, to the byte: they are walked once just to be
/// counted, since a vector that grows holds up to three times what it needs.
inline void reserve_units(shared_units& shared, std::span<const matrix_items> matrices)
{
    std::size_t units = 0, uses = 0;
    for (const matrix_items& matrix : matrices)
        matrix.units.each([&](unit_type type, const auto& users) {
            if (matrix.is_own(type, users))
                return;
            ++units;
            uses += static_cast<std::size_t>(users.size());
        });
    shared.kind.reserve(units);
    shared.first.reserve(units + 1);
    shared.users.reserve(uses);
}

/// Adds the shared units of a matrix. Slots stand for the groups of the same index.
/// \return what is not shared: the units that each group has to itself
[[nodiscard]] inline std::vector<own_units> add_shared_units(
    shared_units& shared, matrix_items& matrix)
{
    const auto kind_of = [&](unit_type type) {
        const resource_vector cost = amounts_of(matrix.units.cost(type));
        const auto known = std::find(shared.costs.begin(), shared.costs.end(), cost);
        const auto kind = static_cast<std::uint32_t>(known - shared.costs.begin());
        if (known == shared.costs.end())
            shared.costs.push_back(cost);
        return kind;
    };
    const auto first_item = static_cast<std::uint32_t>(matrix.first_item);
    std::array<std::optional<std::uint32_t>, 2> kinds{}; // of each type, once it is shared
    std::vector<own_units> own(matrix.size());
    matrix.first_use = shared.users.size();
    matrix.units.each([&](unit_type type, const auto& users) {
        if (matrix.is_own(type, users)) {
            own[static_cast<std::size_t>(*users.begin())].add(type);
            return;
        }
        std::optional<std::uint32_t>& kind = kinds[static_cast<std::size_t>(type)];
        if (!kind)
            kind = kind_of(type);
        shared.kind.push_back(*kind);
        for (const auto user : users)
            shared.users.push_back(first_item + static_cast<std::uint32_t>(user));
        shared.first.push_back(shared.users.size());
    });
    return own;
}

/// Adds the items of a matrix. Items that have as many units of each type to themselves are one
/// class, in the order of their first items. The guard against an empty layer sits on the largest,
/// a share on every class.
inline void add_items(
    knapsack_problem& problem, const matrix_items& matrix, std::span<const own_units> own)
{
    const std::size_t first_class = problem.classes();
    std::vector<own_units> classes;
    std::vector<std::size_t> members;
    for (auto run = own.begin(); run != own.end();) {
        const auto run_end =
            std::find_if(run, own.end(), [&](const own_units& item) { return item != *run; });
        const auto known = static_cast<std::size_t>(
            std::find(classes.begin(), classes.end(), *run) - classes.begin());
        if (known == classes.size()) {
            classes.push_back(*run);
            members.push_back(0);
        }
        const auto length = static_cast<std::size_t>(run_end - run);
        members[known] += length;
        problem.class_of.insert(
            problem.class_of.end(), length, static_cast<std::uint32_t>(first_class + known));
        run = run_end;
    }
    for (const own_units& item : classes)
        problem.class_costs.push_back(amounts_of(item.cost(matrix.units)));
    const auto largest = static_cast<std::size_t>(
        std::max_element(members.begin(), members.end()) - members.begin());
    for (std::size_t c = 0; c < members.size(); ++c) {
        // The nudge keeps 0.7 of 10 at 7 although 0.7 is not a binary fraction.
        const auto share = static_cast<std::size_t>(
            std::ceil(matrix.keep_share * static_cast<double>(members[c]) * (1 - 1e-12)));
        const std::size_t guard = c == largest ? std::min(matrix.keep_at_least, members[c]) : 0;
        problem.floors.push_back(std::max(share, guard));
    }
}

/// Everything of a problem but values and capacity.
/// \param matrices  at least one
[[nodiscard]] inline knapsack_problem costs_of(std::span<matrix_items> matrices)
{
    knapsack_problem problem;
    problem.resources = indexed_resources;
    problem.shared.first.push_back(0);
    reserve_units(problem.shared, matrices);
    problem.class_of.reserve(matrices.back().first_item + matrices.back().size());
    for (matrix_items& matrix : matrices)
        add_items(problem, matrix, add_shared_units(problem.shared, matrix));
    return problem;
}

/// Lets the groups of a ranked matrix take their slots: best value first, ties by index.
inline void assign_slots(knapsack_problem& problem, const matrix_items& matrix)
{
    std::vector<std::uint32_t> order(matrix.size());
    std::iota(order.begin(), order.end(), static_cast<std::uint32_t>(matrix.first_item));
    // Values below 0 and NaN are refused by the solver, not here, but must not upset the sort.
    const auto value = [&](std::uint32_t item) {
        return problem.values[item] >= 0 ? problem.values[item] : -1.0;
    };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return value(a) > value(b) || (value(a) == value(b) && a < b);
    });
    auto user = problem.shared.users.begin() + static_cast<std::ptrdiff_t>(matrix.first_use);
    matrix.units.each([&](unit_type type, const auto& slots) {
        if (matrix.is_own(type, slots))
            return;
        const auto first = user;
        for (const auto slot : slots)
            *user++ = order[static_cast<std::size_t>(slot)];
        std::sort(first, user);
    });
}

} // namespace espalier::detail
