// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/component_choices.hpp>
#include <espalier/knapsack/detail/prices/floor_bonuses.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

// The best choices of the components of one class that keep its floor, at given prices: exactly,
// where a bonus (floor_bonuses.hpp) only bounds them. A component that must keep one item may find
// three more worth the bonus, and where every layer of a deep network has its floor, such surplus
// adds up to percents of the bound.
//
// Each component says what it loses by keeping at least k items of the class; the least loss with
// which all of them together keep m is a recursion over the components.

namespace espalier::detail {

/// What a floor makes components do otherwise than they would.
struct forced_choices {
    double lost = 0; ///< against the best choices without the floor; infinite if it cannot be kept
    std::vector<std::pair<std::uint32_t, std::vector<std::uint8_t>>> choices{};
};

/// Whether `forced_by` is worth its time and memory.
inline bool can_force(const component_floor& floor, const components& parts)
{
    std::size_t items = 0;
    for (const std::uint32_t c : floor.components)
        items += parts.items(c);
    return floor.missing <= 64 && items <= (std::size_t{1} << 16U);
}

/// At the prices of the last `price_listings`.
inline forced_choices forced_by(component_choices& at, const component_floor& floor)
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    forced_choices result;
    if (floor.missing <= 0)
        return result;
    const auto missing = static_cast<std::size_t>(floor.missing);
    const std::size_t width = missing + 1;
    std::vector<double> least(width, infinity); // loss of keeping at least j, components so far
    std::vector<double> next(width);
    std::vector<std::uint8_t> share(floor.components.size() * width, 0); // of one component in j
    least[0] = 0;
    for (std::size_t i = 0; i < floor.components.size(); ++i) {
        const std::uint32_t c = floor.components[i];
        const std::size_t most = std::min(missing, at.parts.items(c));
        const std::vector<double>& lost = at.single().losses_of_keeping(c, floor.a_class, most);
        next.assign(width, infinity);
        for (std::size_t j = 0; j < width; ++j)
            for (std::size_t k = 0; k <= std::min(j, most); ++k)
                if (least[j - k] + lost[k] < next[j]) {
                    next[j] = least[j - k] + lost[k];
                    share[i * width + j] = static_cast<std::uint8_t>(k);
                }
        least.swap(next);
    }
    result.lost = least[missing];
    if (!(result.lost < infinity))
        return result;
    std::size_t j = missing;
    for (std::size_t i = floor.components.size(); i-- > 0;) {
        const std::size_t k = share[i * width + j];
        if (k > 0)
            result.choices.emplace_back(floor.components[i],
                at.single().choice_keeping(floor.components[i], floor.a_class, k));
        j -= k;
    }
    return result;
}

} // namespace espalier::detail
