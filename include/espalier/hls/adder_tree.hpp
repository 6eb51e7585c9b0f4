// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

// Sums of several numbers as adders of two, neighbour by neighbour.

namespace espalier {

/// One adder. Its operands are leaves (below the number of leaves) or the results of adders before
/// it (counted on behind the leaves).
struct tree_adder {
    std::int64_t left = 0;
    std::int64_t right = 0;
    int left_bits = 0;
    int right_bits = 0;
    int bits = 0; ///< of the result
};

/// The adders of a balanced sum, in an order in which each comes after its operands; the last has
/// the result. Sums grow by a bit for each level up to `most_bits`, and wrap there.
/// \param leaves  numbers that are added up; one or none needs no adder
/// \param bits    of each
[[nodiscard]] inline std::vector<tree_adder> adder_tree(
    std::int64_t leaves, int bits, int most_bits)
{
    struct node {
        std::int64_t number;
        int bits;
    };
    std::vector<node> level;
    for (std::int64_t i = 0; i < leaves; ++i)
        level.push_back({i, bits});
    std::vector<tree_adder> adders;
    while (level.size() > 1) {
        std::vector<node> above;
        for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
            const int sum = std::min(std::max(level[i].bits, level[i + 1].bits) + 1, most_bits);
            adders.push_back(
                {level[i].number, level[i + 1].number, level[i].bits, level[i + 1].bits, sum});
            above.push_back({leaves + static_cast<std::int64_t>(adders.size()) - 1, sum});
        }
        if (level.size() % 2 == 1)
            above.push_back(level.back());
        level = std::move(above);
    }
    return adders;
}

} // namespace espalier
