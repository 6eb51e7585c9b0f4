// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/tuning.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

// Labels of a listing: ways to decide the first few of some things (items of a component,
// components of a floor), each with what it is worth, what it uses, and the way it came.

namespace espalier::detail {

struct label {
    double worth = 0; ///< value less prices
    double value = 0; ///< but for a constant
    std::uint32_t state = 0;
    std::uint32_t parent = 0; ///< the label it was made from
    std::uint32_t choice = 0; ///< made for the last thing
};

class label_arena {
    std::size_t width_;
    std::vector<label> all_{1};
    std::vector<std::int64_t> amounts_; ///< `width` of each label

public:
    /// \param width  amounts of a label: less of each is better
    explicit label_arena(std::size_t width) : width_(width), amounts_(width, 0) {}

    [[nodiscard]] std::size_t size() const { return all_.size(); }
    label& operator[](std::uint32_t index) { return all_[index]; }
    const label& operator[](std::uint32_t index) const { return all_[index]; }
    [[nodiscard]] std::int64_t* amounts(std::uint32_t index)
    {
        return amounts_.data() + index * width_;
    }
    [[nodiscard]] const std::int64_t* amounts(std::uint32_t index) const
    {
        return amounts_.data() + index * width_;
    }

    /// A new label made from another.
    std::uint32_t extend(std::uint32_t index)
    {
        label made = all_[index];
        made.parent = index;
        made.choice = 0;
        all_.push_back(made);
        amounts_.resize(amounts_.size() + width_);
        std::copy_n(amounts(index), width_, amounts_.end() - static_cast<std::ptrdiff_t>(width_));
        return static_cast<std::uint32_t>(all_.size() - 1);
    }
    /// Takes back the label that was made last.
    void drop_last()
    {
        all_.pop_back();
        amounts_.resize(amounts_.size() - width_);
    }

    /// Drops labels whose value is no more, and whose amounts are no less, than those of another in
    /// the same state. Prices are not part of it: what is not used must be paid for as well.
    void drop_dominated(std::vector<std::uint32_t>& some) const
    {
        std::sort(some.begin(), some.end(), [&](std::uint32_t a, std::uint32_t b) {
            if (all_[a].state != all_[b].state)
                return all_[a].state < all_[b].state;
            return all_[a].value != all_[b].value ? all_[a].value > all_[b].value : a < b;
        });
        if (width_ <= 2)
            return keep_undominated(some, [front = std::map<std::int64_t, std::int64_t>{}, this](
                                              std::uint32_t index, bool is_first) mutable {
                if (is_first)
                    front.clear();
                const std::int64_t* its = amounts(index);
                return add_to(front, width_ > 0 ? its[0] : 0, width_ > 1 ? its[1] : 0);
            });
        std::vector<std::uint32_t> kept;
        keep_undominated(some, [&](std::uint32_t index, bool is_first) {
            if (is_first)
                kept.clear();
            // Those of nearly the same value first; whoever is dominated mostly is by them.
            const std::size_t until = kept.size() - std::min(kept.size(), tuning::labels_compared);
            for (std::size_t k = kept.size(); k-- > until;)
                if (uses_no_more(kept[k], index))
                    return false;
            kept.push_back(index);
            return true;
        });
    }

    /// The choices that led to a label, for `count` things.
    [[nodiscard]] std::vector<std::uint32_t> choices(std::uint32_t index, std::size_t count) const
    {
        std::vector<std::uint32_t> made(count);
        for (std::size_t k = count; k-- > 0; index = all_[index].parent)
            made[k] = all_[index].choice;
        return made;
    }

private:
    /// Drops those labels of a sorted list that `is_undominated(index, is the first of its state)`
    /// is false for.
    template <class IsUndominated>
    void keep_undominated(std::vector<std::uint32_t>& some, IsUndominated is_undominated) const
    {
        std::size_t left = 0;
        std::uint32_t state = 0;
        for (std::size_t k = 0; k < some.size(); ++k) {
            const bool is_first = k == 0 || all_[some[k]].state != state;
            state = all_[some[k]].state;
            if (is_undominated(some[k], is_first))
                some[left++] = some[k];
        }
        some.resize(left);
    }

    /// Two amounts against a staircase of pairs none of which is within another. Whether they were
    /// added; otherwise another pair is no larger in either.
    static bool add_to(
        std::map<std::int64_t, std::int64_t>& front, std::int64_t first, std::int64_t second)
    {
        auto at = front.upper_bound(first);
        if (at != front.begin() && std::prev(at)->second <= second)
            return false;
        if (at != front.begin() && std::prev(at)->first == first)
            at = front.erase(std::prev(at));
        while (at != front.end() && at->second >= second)
            at = front.erase(at);
        front.emplace_hint(at, first, second);
        return true;
    }

    /// Whether one label's amounts are none larger than another's.
    [[nodiscard]] bool uses_no_more(std::uint32_t one, std::uint32_t other) const
    {
        const std::int64_t* a = amounts(one);
        const std::int64_t* b = amounts(other);
        for (std::size_t k = 0; k < width_; ++k)
            if (a[k] > b[k])
                return false;
        return true;
    }
};

} // namespace espalier::detail
