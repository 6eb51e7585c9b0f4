// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>

#include <algorithm>

// One sweep over the items, or over a sample of them: a window of values for each class, items
// above it are counted, those below are dropped, and the few inside are gathered.

namespace espalier::detail {

/// The items that are to be chosen from: free, of some value, not shared.
struct item_view {
    std::span<const double> values;
    std::span<const std::uint32_t> class_of;
    double scale = 1; ///< power of two that brings the largest value near 1

    [[nodiscard]] std::size_t size() const { return values.size(); }
    [[nodiscard]] double value(std::size_t item) const { return values[item] * scale; }
};

class item_sweep {
public:
    std::vector<double> low;           ///< window of each class: undecided are the items
    std::vector<double> high;          ///< with low ≤ value ≤ high
    std::vector<std::uint32_t> inside; ///< those items, ascending
    std::vector<std::size_t> above;    ///< items above the window, per class

    item_sweep(const item_view& items, std::size_t classes, const workers& crew)
        : items_(items), classes_(classes), crew_(crew)
    {}

    /// Counts, drops and gathers. False: the budget ended on the way.
    bool sweep(std::size_t level, std::vector<std::uint8_t>& keep, budget& limits)
    {
        above.assign(classes_, 0);
        inside.clear();
        if (level != items_.size()) {
            for (std::size_t k = 0; k < level; ++k)
                look_at(sampled(k, level));
            return limits.spend(10 * level);
        }
        for (std::size_t first = 0; first < items_.size(); first += tuning::stretch) {
            sweep_stretch(first, std::min(first + tuning::stretch, items_.size()), keep);
            if (!limits.spend(std::min(tuning::stretch, items_.size() - first)))
                return false;
        }
        return true;
    }

private:
    item_view items_;
    std::size_t classes_;
    workers crew_;

    /// The index of the k-th of m samples: one from each of m strata, at a place that is fixed but
    /// follows no pattern that the items might follow too.
    [[nodiscard]] std::size_t sampled(std::size_t k, std::size_t m) const
    {
        const std::size_t begin = k * items_.size() / m;
        const std::size_t end = (k + 1) * items_.size() / m;
        std::uint64_t mix = k + 0x9e3779b97f4a7c15U;
        mix = (mix ^ (mix >> 30)) * 0xbf58476d1ce4e5b9U;
        mix = (mix ^ (mix >> 27)) * 0x94d049bb133111ebU;
        return begin + static_cast<std::size_t>(mix >> 33) % (end - begin);
    }

    /// A stretch side by side, and put together in the order of the items: the same whatever the
    /// number of threads.
    void sweep_stretch(std::size_t first, std::size_t last, std::vector<std::uint8_t>& keep)
    {
        std::vector<swept> parts(crew_.parts(last - first));
        crew_.each_part(last - first, [&](std::size_t part, std::size_t begin, std::size_t end) {
            swept& its = parts[part];
            its.above.assign(classes_, 0);
            sweep_part(first + begin, first + end, keep, its.inside, its.above);
        });
        for (const swept& its : parts) {
            inside.insert(inside.end(), its.inside.begin(), its.inside.end());
            for (std::size_t c = 0; c < classes_; ++c)
                above[c] += its.above[c];
        }
    }

    /// What a part of the items adds to `inside` and `above`.
    struct swept {
        std::vector<std::uint32_t> inside;
        std::vector<std::size_t> above;
    };

    /// What one thread does of a stretch.
    void sweep_part(std::size_t begin, std::size_t end, std::vector<std::uint8_t>& keep,
        std::vector<std::uint32_t>& its_inside, std::vector<std::size_t>& its_above) const
    {
        // Written without branches: which side of a threshold an item is on is a coin toss.
        its_inside.resize((end - begin) / 64 + 1024);
        std::size_t found = 0;
        for (std::size_t item = begin; item < end; ++item) {
            const double value = items_.value(item);
            const std::uint32_t c = items_.class_of[item];
            const bool over = value > high[c];
            const bool in = value >= low[c] && !over && value > 0;
            keep[item] = over;
            its_above[c] += over;
            if (found == its_inside.size())
                its_inside.resize(2 * its_inside.size());
            its_inside[found] = static_cast<std::uint32_t>(item);
            found += in;
        }
        its_inside.resize(found);
    }

    /// The same for one item of a sample; what it keeps is nobody's concern.
    void look_at(std::size_t item)
    {
        const double value = items_.value(item);
        const std::uint32_t c = items_.class_of[item];
        if (value > high[c])
            ++above[c];
        else if (value >= low[c] && value > 0)
            inside.push_back(static_cast<std::uint32_t>(item));
    }
};

} // namespace espalier::detail
