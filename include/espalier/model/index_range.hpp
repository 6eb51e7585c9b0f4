// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

// Lazy ranges of indices. std::views would do, but the oldest clang we support cannot compile those
// of libstdc++ 12.

namespace espalier {

/// The sequence f(0), f(1), …, f(size - 1), computed while it is walked.
template <class Function>
class computed_range {
public:
    class iterator {
    public:
        using value_type = std::int64_t;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = std::int64_t;
        using iterator_category = std::input_iterator_tag; // by value, so no more in C++17's terms
        using iterator_concept = std::forward_iterator_tag;

        constexpr iterator() = default;
        constexpr iterator(const computed_range* range, std::int64_t at) : range_(range), at_(at) {}
        constexpr std::int64_t operator*() const { return range_->function_(at_); }
        constexpr iterator& operator++()
        {
            ++at_;
            return *this;
        }
        constexpr iterator operator++(int)
        {
            auto old = *this;
            ++at_;
            return old;
        }
        friend constexpr bool operator==(const iterator& a, const iterator& b)
        {
            return a.at_ == b.at_;
        }

    private:
        const computed_range* range_ = nullptr;
        std::int64_t at_ = 0;
    };

    /// The elements for the indices from 0 on.
    /// \param function  index → element
    constexpr computed_range(std::int64_t size, Function function)
        : size_(size), function_(function)
    {}
    [[nodiscard]] constexpr iterator begin() const { return {this, 0}; }
    [[nodiscard]] constexpr iterator end() const { return {this, size_}; }
    [[nodiscard]] constexpr std::int64_t size() const { return size_; }
    [[nodiscard]] constexpr std::int64_t operator[](std::int64_t k) const { return function_(k); }

private:
    std::int64_t size_;
    Function function_;
};

/// The half-open range of indices [first, last): `for (auto i : range)` walks it.
struct index_range {
    std::int64_t first = 0;
    std::int64_t last = 0; ///< one past the last index

    class iterator {
    public:
        using value_type = std::int64_t;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = std::int64_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        constexpr iterator() = default;
        constexpr explicit iterator(std::int64_t at) : at_(at) {}
        constexpr std::int64_t operator*() const { return at_; }
        constexpr iterator& operator++()
        {
            ++at_;
            return *this;
        }
        constexpr iterator operator++(int) { return iterator(at_++); }
        friend constexpr bool operator==(const iterator&, const iterator&) = default;

    private:
        std::int64_t at_ = 0;
    };

    [[nodiscard]] constexpr iterator begin() const { return iterator(first); }
    [[nodiscard]] constexpr iterator end() const { return iterator(last); }
    [[nodiscard]] constexpr std::int64_t size() const { return last - first; }
    friend constexpr bool operator==(const index_range&, const index_range&) = default;
};

} // namespace espalier
