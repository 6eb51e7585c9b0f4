// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <random>
#include <vector>

// Digits of 28 × 28 pixels, made here: seven segments, drawn with a pen of random strength at a
// random place, with noise.

/// \tparam Image  made of rows and columns, and shows a pixel for each pair of them
template <class Image>
struct digits {
    std::vector<Image> images;
    std::vector<unsigned long> labels;

    digits(std::size_t count, unsigned seed)
    {
        std::mt19937 random(seed);
        for (std::size_t i = 0; i < count; ++i) {
            labels.push_back(random() % 10);
            images.push_back(drawn(labels.back(), random));
        }
    }

private:
    static long below(std::mt19937& random, unsigned n) { return static_cast<long>(random() % n); }

    static Image drawn(unsigned long digit, std::mt19937& random)
    {
        // Top, upper left, upper right, middle, lower left, lower right, bottom.
        static constexpr std::array<const char*, 10> segments{"1110111", "0010010", "1011101",
            "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"};
        struct bar {
            long row, column, rows, columns;
        };
        static constexpr std::array<bar, 7> bars{{{0, 0, 0, 9}, {0, 0, 8, 0}, {0, 9, 8, 0},
            {8, 0, 0, 9}, {8, 0, 8, 0}, {8, 9, 8, 0}, {16, 0, 0, 9}}};
        Image image(28, 28);
        for (long r = 0; r < 28; ++r)
            for (long c = 0; c < 28; ++c)
                image(r, c) = static_cast<unsigned char>(below(random, 90));
        const long top = 4 + below(random, 4);
        const long left = 7 + below(random, 4);
        const long pen = 1 + below(random, 2);
        for (std::size_t s = 0; s < bars.size(); ++s)
            if (segments[digit][s] == '1')
                for (long r = 0; r <= bars[s].rows + pen; ++r)
                    for (long c = 0; c <= bars[s].columns + pen; ++c)
                        image(top + bars[s].row + r, left + bars[s].column + c) =
                            static_cast<unsigned char>(150 + below(random, 106));
        return image;
    }
};
