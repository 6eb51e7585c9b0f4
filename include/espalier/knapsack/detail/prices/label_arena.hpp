// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
    [[nodiscard]] std::int64_t* amounts(std::uint32_t index) { return &amounts_[index * width_]; }
    [[nodiscard]] const std::int64_t* amounts(std::uint32_t index) const
    {
        return &amounts_[index * width_];
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
        std::size_t left = 0;
        for (const std::uint32_t index : some) {
            bool is_dominated = false;
            // Those of nearly the same value first; whoever is dominated mostly is by them.
            const std::size_t until = left - std::min(left, compared_);
            for (std::size_t k = left; k-- > until && !is_dominated;) {
                if (all_[some[k]].state != all_[index].state)
                    break;
                is_dominated = uses_no_more(some[k], index);
            }
            if (!is_dominated)
                some[left++] = index;
        }
        some.resize(left);
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
    static constexpr std::size_t compared_ = 256; ///< labels that one is compared with

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
