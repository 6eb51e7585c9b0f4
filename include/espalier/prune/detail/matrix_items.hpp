// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/custom_resource.hpp>
#include <espalier/prune/resource_units.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

// The groups of matrices as items of a knapsack problem. A unit with a single user is part of that
// item's cost; the others are shared units of the problem. There may be ten million items, so their
// costs are never written out: a group has so many units of each kind to itself, a matrix knows a
// handful of such sets, and each set is a class of the problem. Of everything that grows with the
// items the problem itself is all that stays.

namespace espalier::detail {

/// Resources of the knapsack problem, by index; those of the user's own come last.
enum : std::size_t { dsp_index, bram18_index, lut_index, first_custom_index };

[[nodiscard]] inline resource_vector amounts_of(const resources& r)
{
    resource_vector amounts{r.dsp, r.bram18, r.lut};
    std::copy(r.custom.begin(), r.custom.end(), amounts.begin() + first_custom_index);
    return amounts;
}
[[nodiscard]] inline resources resources_of(const resource_vector& amounts)
{
    resources r{
        .dsp = amounts[dsp_index], .bram18 = amounts[bram18_index], .lut = amounts[lut_index]};
    std::copy_n(amounts.begin() + first_custom_index, r.custom.size(), r.custom.begin());
    return r;
}

/// A matrix among others: its groups, or their states, are consecutive items of one problem.
struct matrix_items {
    resource_units units;
    std::size_t keep_at_least = 1; ///< groups
    double keep_share = 0;         ///< part of the groups of each class
    std::size_t first_item = 0;
    std::size_t first_use = 0;          ///< place of the first user of its first shared unit
    resources total{};                  ///< need of all groups, once they are items
    std::size_t first_class = 0;        ///< of the problem
    std::vector<std::size_t> members{}; ///< groups in each of its classes

    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(units.users()); }
    [[nodiscard]] std::size_t groups() const
    {
        return static_cast<std::size_t>(units.groups().groups());
    }
    /// Whether a unit is part of the cost of its only user.
    [[nodiscard]] bool is_own(std::size_t kind, const auto& users) const
    {
        return users.size() == 1 && !units.serves_slots(units.kinds()[kind].type);
    }
};

/// Units that a group has to itself, by kind.
struct own_units {
    std::array<std::uint32_t, max_unit_kinds> of_kind{};

    [[nodiscard]] resources cost(const resource_units& units) const
    {
        resources all;
        for (std::size_t kind = 0; kind < units.kinds().size(); ++kind)
            all += of_kind[kind] * units.kinds()[kind].cost;
        return all;
    }
    friend bool operator==(const own_units&, const own_units&) = default;
    // NOLINTNEXTLINE(modernize-use-nullptr): clang 14 sees a 0 in the comparison
    friend auto operator<=>(const own_units&, const own_units&) = default; ///< any order
};

/// The units that each group has to itself, where many groups have the same.
class groups_own {
public:
    explicit groups_own(std::size_t groups) : set_of_(groups, 0), sets_(1), with_(1) {}
    void add(std::size_t group, std::size_t kind)
    {
        std::uint32_t& set = set_of_[group];
        const std::uint32_t known = with_[set][kind];
        set = known != 0 ? known : with_one_more(set, kind);
    }
    [[nodiscard]] std::size_t size() const { return set_of_.size(); }
    /// A number for what a group has: equal numbers, equal units.
    [[nodiscard]] std::uint32_t set_of(std::size_t group) const { return set_of_[group]; }
    [[nodiscard]] resources cost(std::size_t group, const resource_units& units) const
    {
        return sets_[set_of_[group]].cost(units);
    }

private:
    [[nodiscard]] std::uint32_t with_one_more(std::uint32_t set, std::size_t kind)
    {
        own_units more = sets_[set];
        ++more.of_kind[kind];
        const auto [known, is_new] =
            number_of_.try_emplace(more, static_cast<std::uint32_t>(sets_.size()));
        if (is_new) {
            sets_.push_back(more);
            with_.emplace_back();
        }
        return with_[set][kind] = known->second;
    }

    std::vector<std::uint32_t> set_of_; ///< of each group; set 0 is empty
    std::vector<own_units> sets_;
    std::vector<std::array<std::uint32_t, max_unit_kinds>> with_; ///< one more; 0: not yet asked
    std::map<own_units, std::uint32_t> number_of_;
};

/// Makes room for the shared units of all matrices, to the byte: they are walked once just to be
/// counted, since a vector that grows holds up to three times what it needs.
inline void reserve_units(shared_units& shared, std::span<const matrix_items> matrices)
{
    std::size_t units = 0, uses = 0;
    for (const matrix_items& matrix : matrices)
        matrix.units.each([&](std::size_t kind, const auto& users) {
            if (matrix.is_own(kind, users))
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
[[nodiscard]] inline groups_own add_shared_units(shared_units& shared, matrix_items& matrix)
{
    const auto shared_kind_of = [&](std::size_t kind) {
        const resource_vector cost = amounts_of(matrix.units.kinds()[kind].cost);
        const auto known = std::find(shared.costs.begin(), shared.costs.end(), cost);
        const auto number = static_cast<std::uint32_t>(known - shared.costs.begin());
        if (known == shared.costs.end())
            shared.costs.push_back(cost);
        return number;
    };
    const auto first_item = static_cast<std::uint32_t>(matrix.first_item);
    std::array<std::optional<std::uint32_t>, max_unit_kinds> shared_kinds{}; // once it is shared
    groups_own own(matrix.size());
    matrix.first_use = shared.users.size();
    matrix.units.each([&](std::size_t kind, const auto& users) {
        if (matrix.is_own(kind, users)) {
            own.add(static_cast<std::size_t>(*users.begin()), kind);
            return;
        }
        std::optional<std::uint32_t>& shared_kind = shared_kinds[kind];
        if (!shared_kind)
            shared_kind = shared_kind_of(kind);
        shared.kind.push_back(*shared_kind);
        for (const auto user : users)
            shared.users.push_back(first_item + static_cast<std::uint32_t>(user));
        shared.first.push_back(shared.users.size());
    });
    return own;
}

/// `times` what an item takes of the resources of the user's own.
/// \throws std::invalid_argument if it cannot be added to a total
[[nodiscard]] inline resources countable(std::size_t times,
    const std::array<std::int64_t, max_custom_resources>& custom,
    const std::array<std::int64_t, max_custom_resources>& total)
{
    constexpr std::int64_t most = std::int64_t{1} << 62;
    const auto count = static_cast<std::int64_t>(times);
    for (std::size_t k = 0; k < custom.size(); ++k)
        ensure(custom[k] <= (most - total[k]) / count,
            "all groups together take at most 2^62 of a resource", given{"a group", custom[k]},
            given{"groups", count}, given{"others", total[k]});
    return count * resources{.custom = custom};
}

/// Adds the items of a matrix. Items that need the same without sharing it are one class, in the
/// order of their first items. Nothing asks for items that only make groups whole: they are no
/// members of their class.
/// \param before  need of the matrices that are items already
inline void add_items(knapsack_problem& problem, matrix_items& matrix, const groups_own& own,
    std::span<const custom_resource> custom, const resources& before)
{
    matrix.first_class = problem.classes();
    std::map<resource_vector, std::uint32_t> classes;
    matrix.total = matrix.units.total();
    const auto custom_of = [&](std::size_t item) {
        return item < matrix.groups()
                   ? custom_cost(custom, matrix.units.groups(), static_cast<std::int64_t>(item))
                   : std::array<std::int64_t, max_custom_resources>{};
    };
    for (std::size_t g = 0; g < own.size();) {
        const std::size_t first = g;
        resources cost = own.cost(g, matrix.units);
        cost.custom = custom_of(g);
        while (++g < own.size() && g != matrix.groups() && own.set_of(g) == own.set_of(first) &&
               custom_of(g) == cost.custom)
            ;
        const std::size_t length = g - first;
        const auto [known, is_new] =
            classes.try_emplace(amounts_of(cost), static_cast<std::uint32_t>(problem.classes()));
        if (is_new) {
            problem.class_costs.push_back(amounts_of(cost));
            matrix.members.push_back(0);
        }
        problem.class_of.insert(problem.class_of.end(), length, known->second);
        matrix.members[known->second - matrix.first_class] += first < matrix.groups() ? length : 0;
        matrix.total += countable(length, cost.custom, (before + matrix.total).custom);
    }
}

/// Sets the floors of all classes. A share is a part of every class. The guard against an empty
/// layer sits on the largest, of which there is most to choose from, or, where a budget has no room
/// for that, on the groups that cost least of what there is.
inline void set_floors(
    knapsack_problem& problem, std::span<const matrix_items> matrices, bool on_cheapest = false)
{
    problem.floors.assign(problem.classes(), 0);
    // The part of a capacity that a group takes, of the resource of which it takes most.
    const auto part = [&](std::size_t c) {
        double most = 0;
        for (std::size_t r = 0; r < problem.resources; ++r)
            most = std::max(most, static_cast<double>(problem.class_costs[c][r]) /
                                      std::max(static_cast<double>(problem.capacity[r]), 0.5));
        return most;
    };
    for (const matrix_items& matrix : matrices) {
        std::vector<std::size_t> order(matrix.members.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        const auto comes_first = [&](std::size_t a, std::size_t b) {
            if (on_cheapest && part(matrix.first_class + a) != part(matrix.first_class + b))
                return part(matrix.first_class + a) < part(matrix.first_class + b);
            return matrix.members[a] != matrix.members[b] ? matrix.members[a] > matrix.members[b]
                                                          : a < b;
        };
        std::sort(order.begin(), order.end(), comes_first);
        std::size_t missing = matrix.keep_at_least;
        for (const std::size_t c : order) {
            const std::size_t members = matrix.members[c];
            // The nudge keeps 0.7 of 10 at 7 although 0.7 is not a binary fraction.
            const auto share = static_cast<std::size_t>(
                std::ceil(matrix.keep_share * static_cast<double>(members) * (1 - 1e-12)));
            const std::size_t guard = std::min(missing, members);
            missing = on_cheapest ? missing - guard : 0;
            problem.floors[matrix.first_class + c] = std::max(share, guard);
        }
    }
}

/// Whether the floors fit the capacities, but for the units that their items share.
[[nodiscard]] inline bool floors_fit(const knapsack_problem& problem)
{
    for (std::size_t r = 0; r < problem.resources; ++r) {
        std::int64_t left = problem.capacity[r];
        for (std::size_t c = 0; c < problem.classes(); ++c)
            left -= static_cast<std::int64_t>(problem.floors[c]) * problem.class_costs[c][r];
        if (left < 0)
            return false;
    }
    return true;
}

/// Everything of a problem but values and capacity.
/// \param matrices  at least one
[[nodiscard]] inline knapsack_problem costs_of(
    std::span<matrix_items> matrices, std::span<const custom_resource> custom = {})
{
    knapsack_problem problem;
    problem.resources = first_custom_index + custom.size();
    problem.shared.first.push_back(0);
    reserve_units(problem.shared, matrices);
    problem.class_of.reserve(matrices.back().first_item + matrices.back().size());
    resources total;
    for (matrix_items& matrix : matrices) {
        add_items(problem, matrix, add_shared_units(problem.shared, matrix), custom, total);
        total += matrix.total;
    }
    set_floors(problem, matrices);
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
    matrix.units.each([&](std::size_t kind, const auto& slots) {
        if (matrix.is_own(kind, slots))
            return;
        const auto first = user;
        for (const auto slot : slots)
            *user++ = order[static_cast<std::size_t>(slot)];
        std::sort(first, user);
    });
}

} // namespace espalier::detail
