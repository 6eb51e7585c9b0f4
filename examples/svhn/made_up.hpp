// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "digits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

namespace svhn {

/// Digits that are made up, to see whether everything runs: the seven segments of a display, at any
/// place and of any colour on any other.
inline digits made_up_digits(std::int64_t count, std::uint32_t seed)
{
    // Of the segments: left, top, width and height, in fifths of the digit's width.
    constexpr std::array<std::array<int, 4>, 7> segments{{{0, 0, 5, 1}, {0, 0, 1, 5}, {4, 0, 1, 5},
        {0, 4, 5, 1}, {0, 4, 1, 5}, {4, 4, 1, 5}, {0, 8, 5, 1}}};
    constexpr std::array<int, 10> lit{0b1110111, 0b0100100, 0b1011101, 0b1101101, 0b0101110,
        0b1101011, 0b1111011, 0b0100101, 0b1111111, 0b1101111};
    std::mt19937 random(seed);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    digits all;
    all.pixels.resize(static_cast<std::size_t>(count * side * side * channels));
    for (std::int64_t i = 0; i < count; ++i) {
        const int digit = below(10);
        all.labels.push_back(static_cast<std::uint8_t>(digit));
        std::array<int, channels> paper{};
        std::array<int, channels> ink{};
        const int sign = below(2) == 0 ? 1 : -1;
        for (std::size_t c = 0; c < ink.size(); ++c) {
            paper[c] = 128 - sign * (20 + below(60));
            ink[c] = 128 + sign * (20 + below(60));
        }
        const int left = 6 + below(6);
        const int top = 2 + below(6);
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                const int across = (x - left) / 3; // floor: before the digit is before its fifths
                const int down = (y - top) * 9 / 24;
                bool on = false;
                for (std::size_t s = 0; s < segments.size(); ++s)
                    on =
                        on || ((lit[static_cast<std::size_t>(digit)] >> s & 1) != 0 && x >= left &&
                                  y >= top && across >= segments[s][0] &&
                                  across < segments[s][0] + segments[s][2] &&
                                  down >= segments[s][1] && down < segments[s][1] + segments[s][3]);
                for (std::size_t c = 0; c < ink.size(); ++c)
                    all.pixels[static_cast<std::size_t>(((i * side + y) * side + x) * channels) +
                               c] =
                        static_cast<std::uint8_t>(
                            std::clamp((on ? ink[c] : paper[c]) + below(40) - 20, 0, 255));
            }
    }
    return all;
}

} // namespace svhn
