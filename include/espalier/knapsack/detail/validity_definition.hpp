// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/arithmetic.hpp>
#include <espalier/knapsack/detail/workers.hpp>
#include <espalier/knapsack/validity.hpp>
#include <espalier/linkage.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

// The rules of validity.hpp, and what solvers count while they are at it.

namespace espalier {
namespace detail {

/// Amounts of resources: none negative, and 0 in the places beyond the resources of the problem,
/// which are compared and added like the others by some loops.
/// \param negative, beyond  the sentences of the two rules
inline void ensure_amounts(
    const resource_vector& amounts, std::size_t resources, const char* negative, const char* beyond)
{
    for (std::size_t r = 0; r < resources; ++r)
        ensure(amounts[r] >= 0, negative, given{"resource", r}, given{"amount", amounts[r]});
    for (std::size_t r = resources; r < max_resources; ++r)
        ensure(amounts[r] == 0, beyond, given{"resource", r}, given{"amount", amounts[r]});
}

/// Values: numbers, not negative, finite, and so small that neither their sum nor what rounding
/// adds to it overflows. One pass without branches says whether all is well, which is the rule;
/// only then are the items gone through one by one for the first that is not.
inline void ensure_values(const knapsack_problem& problem, const workers& crew)
{
    const auto range = crew.of_parts<std::pair<double, bool>>(
        problem.size(), [&](std::size_t begin, std::size_t end) {
            double largest = 0;
            bool sound = true;
            for (std::size_t item = begin; item < end; ++item) {
                const double value = problem.values[item];
                sound = sound && value >= 0; // also false for NaN
                largest = value > largest ? value : largest;
            }
            return std::pair{largest, sound};
        });
    double largest = 0;
    bool sound = true;
    for (const auto& [largest_of_part, part_is_sound] : range) {
        largest = std::max(largest, largest_of_part);
        sound = sound && part_is_sound;
    }
    if (!sound || largest > std::numeric_limits<double>::max())
        for (std::size_t item = 0; item < problem.size(); ++item) {
            const double value = problem.values[item];
            ensure(!std::isnan(value), "a value must be a number", given{"item", item});
            ensure(value >= 0, "a value must not be negative", given{"item", item},
                given{"value", value});
            ensure(std::isfinite(value), "a value must be finite", given{"item", item},
                given{"value", value});
        }
    ensure(largest <= std::numeric_limits<double>::max() / 4 /
                          static_cast<double>(std::max<std::size_t>(problem.size(), 1)),
        "four times the number of items times the largest value must be finite",
        given{"largest value", largest});
}

/// Shared units: three lists that fit together (the rows of a sparse matrix), users that exist, and
/// that are ascending, so that nobody need ask whether a unit names an item twice.
inline void ensure_shared(const knapsack_problem& problem)
{
    const shared_units& shared = problem.shared;
    for (const resource_vector& cost : shared.costs)
        ensure_amounts(cost, problem.resources, "a shared unit must not have a negative cost",
            "a shared unit must cost nothing of resources that the problem does not have");
    if (shared.empty()) {
        ensure(
            shared.users.empty(), "users need a shared unit", given{"users", shared.users.size()});
        return;
    }
    ensure(shared.first.size() == shared.size() + 1,
        "shared.first must have one entry more than there are shared units",
        given{"entries", shared.first.size()}, given{"units", shared.size()});
    ensure(shared.first.front() == 0, "shared.first must begin with 0",
        given{"first entry", shared.first.front()});
    ensure(shared.first.back() == shared.users.size(),
        "shared.first must end with the number of users", given{"last entry", shared.first.back()},
        given{"users", shared.users.size()});
    for (std::size_t unit = 0; unit < shared.size(); ++unit) {
        ensure(shared.first[unit] <= shared.first[unit + 1], "shared.first must not decrease",
            given{"unit", unit});
        ensure(shared.kind[unit] < shared.costs.size(), "a shared unit must be of a known kind",
            given{"unit", unit}, given{"kind", shared.kind[unit]});
    }
    for (std::size_t unit = 0; unit < shared.size(); ++unit)
        for (std::size_t at = shared.first[unit]; at < shared.first[unit + 1]; ++at) {
            ensure(shared.users[at] < problem.size(), "a user must be the index of an item",
                given{"unit", unit}, given{"user", shared.users[at]});
            ensure(at == shared.first[unit] || shared.users[at - 1] < shared.users[at],
                "the users of a unit must be ascending and different", given{"unit", unit},
                given{"user", shared.users[at]});
        }
}

/// Floors that the classes have items for. Whether decisions and capacities leave room for them is
/// no question of validity but of the answer: `infeasible`, with a reason (decided.hpp).
/// \param sizes  items of each class
inline void ensure_floors(const knapsack_problem& problem, const std::vector<std::size_t>& sizes)
{
    if (problem.floors.empty())
        return;
    ensure(problem.floors.size() == problem.classes(),
        "there must be one floor for every class, or none at all",
        given{"floors", problem.floors.size()}, given{"classes", problem.classes()});
    for (std::size_t c = 0; c < problem.classes(); ++c)
        ensure(problem.floors[c] <= sizes[c], "a floor must not exceed the items of its class",
            given{"class", c}, given{"floor", problem.floors[c]}, given{"items", sizes[c]});
}

/// All costs together: less than 2^62 of every resource. Every partial sum of a solver, also one
/// less another, then fits into 64 bits, and no solver needs to look.
/// \param sizes  items of each class
inline void ensure_no_overflow(
    const knapsack_problem& problem, const std::vector<std::size_t>& sizes)
{
    constexpr std::int64_t limit = (std::int64_t{1} << 62) - 1;
    std::vector<std::size_t> of_kind(problem.shared.costs.size(), 0);
    for (const std::uint32_t kind : problem.shared.kind)
        ++of_kind[kind];
    for (std::size_t r = 0; r < problem.resources; ++r) {
        std::int64_t total = 0;
        const auto add = [&](std::int64_t cost, std::size_t times) {
            const auto count = static_cast<std::int64_t>(times);
            ensure(count == 0 || cost <= (limit - total) / count,
                "all items and units together must need less than 2^62 of a resource",
                given{"resource", r});
            total += cost * count;
        };
        for (std::size_t c = 0; c < problem.classes(); ++c)
            add(problem.class_costs[c][r], sizes[c]);
        for (std::size_t k = 0; k < of_kind.size(); ++k)
            add(problem.shared.costs[k][r], of_kind[k]);
    }
}

/// Items in each class. Two counters per class, because consecutive items mostly share theirs and
/// an increment would wait for the one before it.
inline std::vector<std::size_t> class_sizes(
    const knapsack_problem& problem, const workers& crew = {})
{
    const std::size_t classes = problem.classes();
    const auto counts = crew.of_parts<std::vector<std::size_t>>(
        problem.size(), [&](std::size_t begin, std::size_t end) {
            std::vector<std::size_t> of_both(2 * classes, 0);
            std::size_t item = begin;
            for (; item + 1 < end; item += 2) {
                ++of_both[problem.class_of[item]];
                ++of_both[classes + problem.class_of[item + 1]];
            }
            if (item < end)
                ++of_both[problem.class_of[item]];
            return of_both;
        });
    std::vector<std::size_t> sizes(classes, 0);
    for (const std::vector<std::size_t>& of_both : counts)
        for (std::size_t c = 0; c < classes; ++c)
            sizes[c] += of_both[c] + of_both[classes + c];
    return sizes;
}

/// Classes of items: known ones. The largest of them says it.
inline void ensure_classes_exist(const knapsack_problem& problem, const workers& crew)
{
    const auto last =
        crew.of_parts<std::uint32_t>(problem.size(), [&](std::size_t begin, std::size_t end) {
            std::uint32_t last_class = 0;
            for (std::size_t item = begin; item < end; ++item)
                last_class = std::max(last_class, problem.class_of[item]);
            return last_class;
        });
    const std::uint32_t last_class = *std::max_element(last.begin(), last.end());
    ensure(problem.size() == 0 || last_class < problem.classes(), "the class of an item must exist",
        given{"class", last_class}, given{"classes", problem.classes()});
}

/// \return the items of each class, which were counted on the way
inline std::vector<std::size_t> ensure_valid(const knapsack_problem& problem, const workers& crew)
{
    ensure(problem.resources >= 1 && problem.resources <= max_resources,
        "a problem must have between 1 and 32 resources", given{"resources", problem.resources});
    ensure(problem.size() < std::numeric_limits<std::uint32_t>::max(),
        "a problem must have fewer than 2^32 - 1 items", given{"items", problem.size()});
    ensure(problem.class_of.size() == problem.size(), "every item must have a class",
        given{"items", problem.size()}, given{"classes given", problem.class_of.size()});
    ensure(problem.fixed.empty() || problem.fixed.size() == problem.size(),
        "there must be one decision for every item, or none at all",
        given{"decisions", problem.fixed.size()}, given{"items", problem.size()});
    ensure_values(problem, crew);
    ensure_classes_exist(problem, crew);
    for (const resource_vector& cost : problem.class_costs)
        ensure_amounts(cost, problem.resources, "a class must not have a negative cost",
            "a class must cost nothing of resources that the problem does not have");
    ensure_amounts(problem.capacity, problem.resources, "a capacity must not be negative",
        "a capacity beyond the resources of the problem must be 0");
    for (std::size_t item = 0; item < problem.fixed.size(); ++item)
        ensure(problem.fixed[item] <= decision::prune, "a decision must be free, keep or prune",
            given{"item", item}, given{"decision", static_cast<int>(problem.fixed[item])});
    ensure_shared(problem);
    std::vector<std::size_t> sizes = class_sizes(problem, crew);
    ensure_floors(problem, sizes);
    ensure_no_overflow(problem, sizes);
    return sizes;
}

} // namespace detail

ESPALIER_INLINE void ensure_valid(const knapsack_problem& problem)
{
    static_cast<void>(detail::ensure_valid(problem, detail::workers{}));
}

} // namespace espalier
