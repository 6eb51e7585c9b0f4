// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/precision_of.hpp>
#include <espalier/model/quantize.hpp>

#include <algorithm>
#include <ap_fixed.h>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

// Random numbers in the formats of genuine types, and their bits.

namespace esp = espalier;

inline std::mt19937_64 randomness{1};
using integers = std::vector<std::int64_t>;

inline int pick(int from, int to)
{
    return from + static_cast<int>(randomness() % static_cast<std::uint64_t>(to - from + 1));
}

/// Often zero or an extreme.
template <class Fixed>
integers random_raws(std::size_t n)
{
    constexpr esp::fixed_point f = esp::fixed_point_of<Fixed>;
    integers raw(n);
    for (auto& x : raw) {
        const int kind = pick(0, 7);
        x = kind < 2    ? 0
            : kind == 2 ? esp::smallest_raw(f.format)
            : kind == 3
                ? esp::largest_raw(f.format)
                : esp::requantized(static_cast<std::int64_t>(randomness()) >> pick(0, 63), {64, 64},
                      esp::precision{f.format.width, f.format.width, f.format.is_signed});
        if (f.overflow == esp::overflow::sat_sym && f.format.is_signed)
            x = std::max(x, -esp::largest_raw(f.format));
    }
    return raw;
}

/// An array of a kernel's numbers with given bits.
template <class Fixed>
std::unique_ptr<Fixed[]> array_of(const integers& raw)
{
    auto numbers = std::make_unique<Fixed[]>(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i)
        numbers[i].range(Fixed::width - 1, 0) = static_cast<ap_ulong>(raw[i]);
    return numbers;
}

template <class Fixed>
integers raws_of(const Fixed* numbers, std::size_t n)
{
    constexpr esp::precision p = esp::precision_of<Fixed>;
    integers raw;
    for (std::size_t i = 0; i < n; ++i)
        raw.push_back(esp::requantized(
            static_cast<std::int64_t>(numbers[i].range(Fixed::width - 1, 0).to_uint64()),
            {p.width, p.width, false}, esp::precision{p.width, p.width, p.is_signed}));
    return raw;
}
