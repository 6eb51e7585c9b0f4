// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/components.hpp>
#include <espalier/knapsack/detail/start.hpp>
#include <espalier/knapsack/detail/thresholds.hpp>
#include <espalier/knapsack/detail/workers.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

// What is left to choose once decisions and floors are taken care of: the free items, for problems
// without shared units, and the components with the rows they are subject to, for those with.

namespace espalier::detail {

/// The free items of some value, after decisions and floors have been met.
struct free_items {
    std::vector<double> values;
    std::vector<std::uint32_t> class_of;
    std::vector<std::uint32_t> item; ///< index in the problem
    std::vector<std::uint32_t> kept; ///< items that decisions and floors keep
    resource_vector room{};
    bool is_everything = false; ///< nothing was decided: the problem's own arrays serve, uncopied

    free_items(const knapsack_problem& problem, const start& begin) : room(begin.left)
    {
        is_everything = problem.fixed.empty() && begin.missing.empty();
        if (is_everything)
            return;
        std::vector<std::uint8_t> taken(problem.size(), 0);
        for (std::size_t i = 0; i < problem.size(); ++i)
            if (problem.fixed_at(i) == decision::keep)
                kept.push_back(static_cast<std::uint32_t>(i));
        take_floors(problem, begin, taken);
        for (std::size_t i = 0; i < problem.size(); ++i)
            if (!taken[i] && problem.fixed_at(i) == decision::free) {
                values.push_back(problem.values[i]);
                class_of.push_back(problem.class_of[i]);
                item.push_back(static_cast<std::uint32_t>(i));
            }
    }

    /// The items that may be chosen; refers to this and to the problem.
    [[nodiscard]] item_view view(const knapsack_problem& problem, const workers& crew = {}) const
    {
        item_view result{.values = values, .class_of = class_of};
        if (is_everything)
            result = {.values = problem.values, .class_of = problem.class_of};
        result.scale = scale_of(largest_of(result, problem, crew));
        return result;
    }

private:
    /// The largest value of an item that fits: next to one that does not, all others might vanish.
    [[nodiscard]] double largest_of(
        const item_view& items, const knapsack_problem& problem, const workers& crew) const
    {
        std::vector<double> weight(problem.classes(), 1.0);
        for (std::size_t c = 0; c < problem.classes(); ++c)
            for (std::size_t r = 0; r < problem.resources; ++r)
                if (problem.class_costs[c][r] > room[r])
                    weight[c] = 0;
        const bool all_fit = std::find(weight.begin(), weight.end(), 0.0) == weight.end();
        std::vector<double> largest(crew.parts(items.size()), 0.0);
        crew.each_part(items.size(), [&](std::size_t part, std::size_t begin, std::size_t end) {
            double its = 0;
            if (all_fit) // the same with fewer steps
                for (std::size_t i = begin; i < end; ++i)
                    its = std::max(its, items.values[i]);
            else
                for (std::size_t i = begin; i < end; ++i)
                    its = std::max(its, items.values[i] * weight[items.class_of[i]]);
            largest[part] = its;
        });
        return *std::max_element(largest.begin(), largest.end());
    }

    /// Within a class the most valuable items may always be the kept ones: so they meet the floor.
    void take_floors(
        const knapsack_problem& problem, const start& begin, std::vector<std::uint8_t>& taken)
    {
        std::vector<std::vector<std::uint32_t>> candidates(begin.missing.size());
        for (std::size_t i = 0; i < problem.size() && !candidates.empty(); ++i)
            if (begin.missing[problem.class_of[i]] > 0 && problem.fixed_at(i) == decision::free)
                candidates[problem.class_of[i]].push_back(static_cast<std::uint32_t>(i));
        for (std::size_t c = 0; c < candidates.size(); ++c) {
            const auto wanted = static_cast<std::ptrdiff_t>(begin.missing[c]);
            std::nth_element(candidates[c].begin(),
                candidates[c].begin() + std::max<std::ptrdiff_t>(wanted - 1, 0),
                candidates[c].end(), [&](std::uint32_t a, std::uint32_t b) {
                    return problem.values[a] != problem.values[b]
                               ? problem.values[a] > problem.values[b]
                               : a < b;
                });
            for (std::ptrdiff_t k = 0; k < wanted; ++k) {
                const std::uint32_t i = candidates[c][static_cast<std::size_t>(k)];
                taken[i] = 1;
                kept.push_back(i);
                for (std::size_t r = 0; r < problem.resources; ++r)
                    room[r] -= problem.class_costs[c][r];
            }
        }
    }
};

/// Problems with shared units: the components, their costs, and the floors that are enforced as
/// additional rows ("keep at least k" is "use at most −k" of a resource that an item gives back).
struct linked_setup {
    std::size_t rows;
    std::vector<resource_vector> class_costs;
    resource_vector room;
    double scale = 1;
    value_range worth; ///< of items that may be kept
    components parts;

    /// \param floored  the classes whose floors become rows
    /// \param ceiling  no item of a larger value can be kept
    linked_setup(const knapsack_problem& problem, const start& begin,
        const std::vector<std::uint32_t>& floored, double ceiling, const workers& crew)
        : rows(problem.resources + floored.size()),
          class_costs(problem.class_costs),
          room(begin.left),
          worth(range_of(problem, floored, ceiling)),
          parts(component_finder(problem, begin.paid, worth).find())
    {
        ensure(rows < max_resources,
            "resources and floors that bind must together be fewer than 32 where units are shared",
            given{"resources", problem.resources}, given{"floors", floored.size()});
        set_values(problem, begin, crew);
        for (std::size_t f = 0; f < floored.size(); ++f) {
            class_costs[floored[f]][problem.resources + f] = -1;
            room[problem.resources + f] = -static_cast<std::int64_t>(begin.missing[floored[f]]);
        }
    }

private:
    /// Worth something or asked for by a floor, and not worth more than any choice can be.
    static value_range range_of(
        const knapsack_problem& problem, const std::vector<std::uint32_t>& floored, double ceiling)
    {
        value_range range{.least = std::vector<double>(
                              problem.classes(), std::numeric_limits<double>::denorm_min()),
            .most = ceiling};
        for (const std::uint32_t c : floored)
            range.least[c] = 0;
        return range;
    }

    /// An item may be kept if its value allows it and it fits alone, with its units.
    void set_values(const knapsack_problem& problem, const start& begin, const workers& crew)
    {
        std::vector<std::vector<std::uint8_t>> fits;
        for (const pattern& look : parts.patterns)
            fits.push_back(fitting(problem, begin.left, look));
        parts.value.resize(parts.items());
        std::vector<double> largest(crew.parts(parts.size()), 0.0);
        crew.each_part(parts.size(), [&](std::size_t part, std::size_t from, std::size_t to) {
            double its_largest = 0;
            for (std::size_t c = from; c < to; ++c) {
                const std::vector<std::uint8_t>& its_fits = fits[parts.pattern_of[c]];
                for (std::size_t k = 0; k < its_fits.size(); ++k) {
                    const std::size_t at = parts.first[c] + k;
                    const std::uint32_t item = parts.item[at];
                    parts.value[at] = its_fits[k] && worth.holds(problem, item)
                                          ? problem.values[item]
                                          : -std::numeric_limits<double>::infinity();
                    its_largest = std::max(its_largest, parts.value[at]);
                }
            }
            largest[part] = its_largest;
        });
        scale = scale_of(*std::max_element(largest.begin(), largest.end()));
        crew.each_part(parts.items(), [&](std::size_t, std::size_t from, std::size_t to) {
            for (std::size_t at = from; at < to; ++at)
                parts.value[at] *= scale;
        });
    }

    static std::vector<std::uint8_t> fitting(
        const knapsack_problem& problem, const resource_vector& room, const pattern& look)
    {
        std::vector<std::uint8_t> result(look.size(), 1);
        for (std::size_t k = 0; k < look.size(); ++k)
            for (std::size_t r = 0; r < problem.resources; ++r) {
                std::int64_t need = problem.class_costs[look.class_of[k]][r];
                for (std::size_t at = look.first_link[k]; at < look.first_link[k + 1]; ++at)
                    need += problem.shared.costs[look.links[at].kind][r];
                result[k] = result[k] && need <= room[r];
            }
        return result;
    }
};

/// Classes of which a choice keeps fewer than the floor.
inline std::vector<std::uint32_t> broken_floors(
    const knapsack_problem& problem, const std::vector<std::uint8_t>& keep)
{
    std::vector<std::uint32_t> broken;
    if (problem.floors.empty())
        return broken;
    std::vector<std::size_t> kept(problem.classes(), 0);
    for (std::size_t item = 0; item < problem.size(); ++item)
        kept[problem.class_of[item]] += keep[item];
    for (std::uint32_t c = 0; c < problem.classes(); ++c)
        if (kept[c] < problem.floors[c])
            broken.push_back(c);
    return broken;
}

/// Value, status, bound and prices of a solution whose mask is set, from the selection behind it.
template <class Selection>
void conclude(const knapsack_problem& problem, const Selection& selected, double scale,
    const workers& crew, knapsack_solution& solution)
{
    solution.value = value_of(problem, solution.keep, crew);
    // What the sum of the values would not show is not searched for to the end.
    const bool proven =
        selected.proven || (selected.loss - selected.least_loss) / scale <=
                               std::numeric_limits<double>::epsilon() * solution.value;
    solution.status = proven                 ? solve_status::optimal
                      : selected.out_of_time ? solve_status::time_limit
                                             : solve_status::feasible;
    const double remaining =
        selected.rounding + (selected.proven ? 0.0 : selected.loss - selected.least_loss);
    solution.bound = (solution.value + remaining / scale) * (1 + rounding_slack);
    for (std::size_t r = 0; r < problem.resources; ++r)
        solution.shadow_price[r] = selected.price()[r] / scale;
}

} // namespace espalier::detail
