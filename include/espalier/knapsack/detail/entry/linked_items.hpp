// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/entry/free_items.hpp>
#include <espalier/knapsack/detail/prices/floor_choices.hpp>

#include <algorithm>
#include <limits>

// What is left to choose of a problem whose items share units: its components, what their items are
// worth, and the floors that are taken into account.
//
// Where a choice without floors breaks some of them, the prices rise by what those use up, and that
// breaks others. So from then on all floors are taken into account and not only those that were
// broken; one that nothing breaks costs nothing (priced_floors.hpp). But for the floors of classes
// that have items of no value: those items would have to come in with them, to be kept where they
// use less than others do, and are in the way where the floor is no matter. They wait until they
// are broken.

namespace espalier::detail {

class linked_items {
public:
    std::vector<std::uint32_t> kept; ///< items that decisions and floors keep
    resource_vector room;            ///< for the others, no more than all of them can use
    components parts;
    std::vector<component_floor> floors;
    double largest = 0;        ///< value of an item that may be kept
    double scale = 1;          ///< power of two that brings it near 1
    bool has_vanished = false; ///< some values are nothing next to the largest: scaled they are 0
    bool is_complete = false;  ///< otherwise the budget ended before all components were found

    /// \param floored  the classes whose floors were broken by a choice made without them; none: no
    ///                 floors are taken into account
    /// \param ceiling  no item of a larger value can be kept
    /// \param with_others  whether the other floors are, once some were broken
    linked_items(const knapsack_problem& problem, const decided& begin,
        const std::vector<std::uint32_t>& floored, double ceiling, budget& limits,
        const workers& crew, bool with_others = true)
        : room(begin.left)
    {
        value_range worth{.least = std::vector<double>(
                              problem.classes(), std::numeric_limits<double>::denorm_min()),
            .most = ceiling};
        for (const std::uint32_t c : floored) // which may need items of no value
            worth.least[c] = 0;
        for (std::uint32_t item = 0; item < problem.size() && begin.has_decisions(); ++item)
            if (begin.of(item) == decision::keep)
                kept.push_back(item);
        find_floors(problem, begin, floored, with_others);
        component_finder finder(problem, begin, limits, worth, kept);
        is_complete = finder.find(parts);
        if (!is_complete)
            return;
        set_values(problem, begin, worth, crew);
        find_components_of_floors();
    }

private:
    /// Within a class whose items use no units the most valuable items may always be the kept ones:
    /// so they meet its floor.
    void find_floors(const knapsack_problem& problem, const decided& begin,
        const std::vector<std::uint32_t>& floored, bool with_others)
    {
        if (floored.empty())
            return;
        std::vector<std::uint8_t> is_shared(problem.classes(), 0);
        for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
            for (const std::uint32_t user : problem.shared.users_of(unit))
                is_shared[problem.class_of[user]] = 1;
        std::vector<std::uint8_t> was_broken(problem.classes(), 0);
        for (const std::uint32_t c : floored)
            was_broken[c] = 1;
        // A floor that was not broken may turn out to bind once others are kept, and looking after
        // it from the beginning spares a round. But not where its class has items of no value,
        // which would have to come in for it.
        std::vector<std::uint8_t> must_wait(problem.classes(), with_others ? 0 : 1);
        for (std::uint32_t item = 0; item < problem.size(); ++item)
            if (!(problem.values[item] > 0) && begin.of(item) == decision::free)
                must_wait[problem.class_of[item]] = 1;
        std::vector<std::size_t> wanted(problem.classes(), 0);
        for (std::uint32_t c = 0; c < problem.classes(); ++c) {
            if (is_shared[c] == 0)
                wanted[c] = with_others || was_broken[c] != 0 ? begin.missing[c] : 0;
            else if (was_broken[c] != 0 || (begin.missing[c] > 0 && must_wait[c] == 0))
                floors.push_back(
                    {c, static_cast<std::int64_t>(begin.missing[c]), {}, was_broken[c] != 0});
        }
        take_most_valuable(problem, begin, wanted, kept, room);
    }

    /// An item may be kept if its value allows it and it fits alone, with its units.
    void set_values(const knapsack_problem& problem, const decided& begin, const value_range& worth,
        const workers& crew)
    {
        // Whether an item fits depends on its class and units alone, so on the pattern.
        std::vector<std::int64_t> number(parts.patterns.size(), 0);
        for (const std::uint32_t p : parts.pattern_of)
            ++number[p];
        std::vector<std::vector<std::uint8_t>> fits;
        resource_vector useful{};
        for (std::size_t p = 0; p < parts.patterns.size(); ++p)
            fits.push_back(fitting(problem, begin, parts.patterns[p], number[p], useful));
        for (std::size_t r = 0; r < problem.resources; ++r)
            room[r] = std::min(room[r], useful[r]);

        parts.value.resize(parts.items());
        const auto its = crew.of_parts<double>(parts.size(), [&](std::size_t from, std::size_t to) {
            double its_largest = 0;
            for (std::size_t c = from; c < to; ++c) {
                const std::uint8_t* its_fits = fits[parts.pattern_of[c]].data();
                for (std::size_t at = parts.first[c]; at < parts.first[c + 1]; ++at) {
                    const std::uint32_t item = parts.item[at];
                    const bool holds = worth.holds(problem, item); // in any case: no branch
                    parts.value[at] = *its_fits++ != 0 && holds
                                          ? problem.values[item]
                                          : -std::numeric_limits<double>::infinity();
                    its_largest = std::max(its_largest, parts.value[at]);
                }
            }
            return its_largest;
        });
        largest = *std::max_element(its.begin(), its.end());
        scale = scale_of(largest);
        // Scaling by a power of two rounds nothing, unless a value is 2^1000 times smaller than
        // another.
        const auto any = crew.of_parts<int>(parts.items(), [&](std::size_t from, std::size_t to) {
            bool has = false;
            for (std::size_t at = from; at < to; ++at) {
                const bool was_positive = parts.value[at] > 0;
                parts.value[at] *= scale;
                has |= was_positive && !(parts.value[at] > 0);
            }
            return has;
        });
        has_vanished = std::find(any.begin(), any.end(), 1) != any.end();
    }

    /// Which items of a pattern fit; adds what those and their units use, `number` times.
    static std::vector<std::uint8_t> fitting(const knapsack_problem& problem, const decided& begin,
        const pattern& look, std::int64_t number, resource_vector& useful)
    {
        std::vector<std::uint8_t> result(look.size());
        std::vector<std::uint64_t> all(look.words(), 0); // the choice of all that fit
        for (std::size_t k = 0; k < look.size(); ++k) {
            resource_vector units{};
            for (const pattern::link& unit : look.links_of(k))
                add(units, problem.shared.costs[unit.kind], problem.resources);
            result[k] = begin.fits(problem, look.class_of[k], units);
            if (result[k] != 0)
                pattern::keep(all.data(), k);
        }
        look.usage(
            all.data(),
            [&](std::uint32_t c, int items) {
                add(useful, problem.class_costs[c], problem.resources, number * items);
            },
            [&](std::uint32_t kind) {
                add(useful, problem.shared.costs[kind], problem.resources, number);
            });
        return result;
    }

    /// The components that have items of each floor's class, ascending.
    void find_components_of_floors()
    {
        if (floors.empty())
            return;
        // In the order of their classes.
        std::vector<component_floor*> floor_of(floors.back().a_class + 1, nullptr);
        for (component_floor& floor : floors)
            floor_of[floor.a_class] = &floor;
        for (std::uint32_t c = 0; c < parts.size(); ++c)
            for (const std::uint32_t a_class : parts.look(c).class_of) {
                component_floor* its = a_class < floor_of.size() ? floor_of[a_class] : nullptr;
                if (its != nullptr && (its->components.empty() || its->components.back() != c))
                    its->components.push_back(c);
            }
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

} // namespace espalier::detail
