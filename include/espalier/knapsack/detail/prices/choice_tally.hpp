// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/entry/components.hpp>
#include <espalier/knapsack/detail/entry/pattern.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace espalier::detail {

/// Counts what choices of components use. Costs are multiplied in at the end, once per class and
/// kind.
class choice_tally {
public:
    choice_tally(const components& parts, const std::vector<resource_vector>& class_costs,
        const std::vector<resource_vector>& kind_costs, std::size_t rows)
        : parts_(parts),
          class_costs_(class_costs),
          kind_costs_(kind_costs),
          rows_(rows),
          classes_(class_costs.size(), 0),
          kinds_(kind_costs.size(), 0)
    {}

    /// \param choice  the words of a choice of component c
    void add(std::size_t c, const std::uint64_t* choice)
    {
        parts_.look(c).usage(
            choice, [&](std::uint32_t a_class, int items) { classes_[a_class] += items; },
            [&](std::uint32_t kind) { ++kinds_[kind]; });
    }
    /// \param keep  the same, by position
    void add(std::size_t c, const std::vector<std::uint8_t>& keep)
    {
        words_.assign(parts_.look(c).words(), 0);
        for (std::size_t k = 0; k < keep.size(); ++k)
            if (keep[k] != 0)
                pattern::keep(words_.data(), k);
        add(c, words_.data());
    }
    void add(const choice_tally& other)
    {
        for (std::size_t c = 0; c < classes_.size(); ++c)
            classes_[c] += other.classes_[c];
        for (std::size_t k = 0; k < kinds_.size(); ++k)
            kinds_[k] += other.kinds_[k];
    }
    /// Items kept of a class.
    [[nodiscard]] std::int64_t kept(std::size_t a_class) const { return classes_[a_class]; }
    [[nodiscard]] resource_vector usage() const
    {
        resource_vector sum{};
        for (std::size_t r = 0; r < rows_; ++r) {
            for (std::size_t c = 0; c < classes_.size(); ++c)
                sum[r] += classes_[c] * class_costs_[c][r];
            for (std::size_t k = 0; k < kinds_.size(); ++k)
                sum[r] += kinds_[k] * kind_costs_[k][r];
        }
        return sum;
    }

private:
    const components& parts_;
    const std::vector<resource_vector>& class_costs_;
    const std::vector<resource_vector>& kind_costs_;
    std::size_t rows_;
    std::vector<std::int64_t> classes_;
    std::vector<std::int64_t> kinds_;
    std::vector<std::uint64_t> words_; ///< scratch
};

} // namespace espalier::detail
