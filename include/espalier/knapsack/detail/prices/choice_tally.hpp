// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/entry/components.hpp>

#include <algorithm>

// Sums of what choices use, without sums of vectors: what counts is how often each class is kept
// and each kind of unit is paid, and resources come in at the end. So adding a choice costs the
// same for two resources as for thirty-two.

namespace espalier::detail {

/// Counts what choices of components use. Costs are multiplied in at the end, once per class and
/// kind.
class choice_tally {
public:
    /// Of nothing yet. All three must outlive it.
    choice_tally(const components& parts, const std::vector<resource_vector>& class_costs,
        const std::vector<resource_vector>& kind_costs, std::size_t rows)
        : parts_(parts),
          class_costs_(class_costs),
          kind_costs_(kind_costs),
          rows_(rows),
          classes_(class_costs.size(), 0),
          kinds_(kind_costs.size(), 0)
    {}

    /// The same for a tally of many choices: those of small components are counted as they are, and
    /// what they use is found out at the end.
    [[nodiscard]] choice_tally of_many() const
    {
        choice_tally result = *this;
        result.small_.assign(
            std::min(parts_.patterns.size(), tuning::most_tallied_patterns) * choices_of_small_, 0);
        return result;
    }

    /// \param choice  the words of a choice of component c
    /// \param times   −1: it is made no more
    void add(std::size_t c, const std::uint64_t* choice, std::int64_t times = 1)
    {
        add_of(parts_.pattern_of[c], choice, times);
    }
    /// The same for a component of a pattern.
    void add_of(std::size_t its_pattern, const std::uint64_t* choice, std::int64_t times = 1)
    {
        const pattern& look = parts_.patterns[its_pattern];
        const std::size_t begin = its_pattern * choices_of_small_;
        if (begin < small_.size() && look.size() <= items_of_small_)
            small_[begin + *choice] += times;
        else
            add_usage(look, choice, times);
    }
    /// \param keep  the same, by position
    void add(std::size_t c, const std::vector<std::uint8_t>& keep, std::int64_t times = 1)
    {
        words_.assign(parts_.look(c).words(), 0);
        for (std::size_t k = 0; k < keep.size(); ++k)
            if (keep[k] != 0)
                pattern::keep(words_.data(), k);
        add(c, words_.data(), times);
    }
    /// Adds what another one has counted, of the same components.
    void add(const choice_tally& other)
    {
        for (std::size_t c = 0; c < classes_.size(); ++c)
            classes_[c] += other.classes_[c];
        for (std::size_t k = 0; k < kinds_.size(); ++k)
            kinds_[k] += other.kinds_[k];
        for (std::size_t at = 0; at < other.small_.size(); ++at)
            small_[at] += other.small_[at];
    }
    /// To be called before anything is asked of a tally of many.
    void close()
    {
        for (std::size_t at = 0; at < small_.size(); ++at)
            if (small_[at] != 0) {
                const std::uint64_t choice = at % choices_of_small_;
                add_usage(parts_.patterns[at / choices_of_small_], &choice, small_[at]);
            }
        small_.clear();
    }

    /// Items kept of a class.
    [[nodiscard]] std::int64_t kept(std::size_t a_class) const { return classes_[a_class]; }
    /// What all choices together use.
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
    // A component of three items has eight choices: counting those of a million components is an
    // increment each, and looking at what they use is done once for each choice of each pattern.
    static constexpr std::size_t items_of_small_ = 3;
    static constexpr std::size_t choices_of_small_ = std::size_t{1} << items_of_small_;

    const components& parts_;
    const std::vector<resource_vector>& class_costs_;
    const std::vector<resource_vector>& kind_costs_;
    std::size_t rows_;
    std::vector<std::int64_t> classes_;
    std::vector<std::int64_t> kinds_;
    std::vector<std::int64_t> small_;  ///< choices of small components, by pattern
    std::vector<std::uint64_t> words_; ///< scratch

    /// Counts the classes and kinds of one choice.
    void add_usage(const pattern& look, const std::uint64_t* choice, std::int64_t times)
    {
        look.usage(
            choice, [&](std::uint32_t a_class, int items) { classes_[a_class] += times * items; },
            [&](std::uint32_t kind) { kinds_[kind] += times; });
    }
};

} // namespace espalier::detail
