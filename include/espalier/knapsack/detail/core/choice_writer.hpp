// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/floor_places.hpp>

#include <algorithm>

namespace espalier::detail {

/// Writes choices of components as what is kept of the problem. All components are written once;
/// from then on only those whose choice was another, of which a core has a few.
class choice_writer {
public:
    /// \param keep  by item of the problem
    choice_writer(const component_choices& at, std::vector<std::uint8_t>& keep, const workers& crew)
        : at_(at), keep_(keep), crew_(crew)
    {}

    /// The best choices at the prices.
    void write_all()
    {
        const components& parts = at_.parts;
        const auto write_choice = [&](std::size_t c) {
            for (std::size_t at = parts.first[c]; at < parts.first[c + 1]; ++at)
                keep_[parts.item[at]] = at_.keeps(c, at - parts.first[c]);
        };
        if (!is_written_)
            crew_.each_part(parts.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
                for (std::size_t c = begin; c < end; ++c)
                    write_choice(c);
            });
        is_written_ = true;
        std::for_each(otherwise_.begin(), otherwise_.end(), write_choice);
        otherwise_.clear();
    }

    /// Another choice of some components, until all are written again.
    void write(const listed_place& place, const alternative& choice)
    {
        const components& parts = at_.parts;
        // The choice of a place goes through its components, and through the items of each.
        std::size_t k = 0;
        otherwise_.insert(otherwise_.end(), place.components.begin(), place.components.end());
        for (const std::uint32_t c : place.components)
            for (std::size_t at = parts.first[c]; at < parts.first[c + 1]; ++at)
                keep_[parts.item[at]] = choice.keep[k++];
    }

    /// Keeps the best choice of one component if it fits what is left, nothing of it otherwise.
    /// \param kept, value  of all that was written so: items by class, and what they are worth
    void write_if_fits(std::uint32_t c, resource_vector& left, std::vector<std::int64_t>& kept,
        compensated_sum& value)
    {
        resource_vector after = left;
        const std::uint64_t* choice = at_.choice_of(c);
        const pattern& look = at_.parts.look(c);
        look.usage(
            choice,
            [&](std::uint32_t a_class, int items) {
                after = less(after, at_.class_costs[a_class], at_.rows, items);
            },
            [&](std::uint32_t kind) { after = less(after, at_.kind_costs[kind], at_.rows); });
        if (!is_within(after, at_.rows))
            return;
        left = after;
        for (std::size_t k = 0; k < look.size(); ++k)
            if (pattern::keeps(choice, k)) {
                keep_[at_.parts.item[at_.parts.first[c] + k]] = 1;
                ++kept[look.class_of[k]];
                value.add(at_.parts.value[at_.parts.first[c] + k]);
            }
    }

private:
    const component_choices& at_;
    std::vector<std::uint8_t>& keep_;
    workers crew_;
    bool is_written_ = false;
    std::vector<std::uint32_t> otherwise_; ///< components
};

} // namespace espalier::detail
