// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/weight_assignment.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

// Which weights the multipliers of a row take, where the structure leaves that open. The i-th
// multiplier of a block takes the i-th best of what the block may take: of the M inputs of each
// cycle (n_of_m), or, RF at a time, of all weights of the row (free_row). So whatever number of a
// block's multipliers is kept, they serve the weights that are worth most, and as the multipliers
// of a block are worth less and less, a knapsack over single multipliers chooses that number
// exactly.

namespace espalier {

/// The best assignment of the weights of a matrix to its multipliers.
/// \param groups       of a structure that leaves it open; of itself not assigned yet
/// \param importances  one for each weight in hardware order; of equal ones the first comes first
/// \throws std::invalid_argument if the structure leaves nothing open or their number is wrong
[[nodiscard]] inline weight_assignment assign(
    const grouping& groups, std::span<const double> importances)
{
    const weight_matrix& m = groups.matrix();
    ensure(is_assignable(groups.how().kind),
        "weights are assigned to multipliers under n_of_m and free_row only");
    ensure(m.weights() < std::numeric_limits<std::uint32_t>::max(),
        "a matrix whose weights are assigned has fewer than 2^32 - 1 of them",
        given{"weights", m.weights()});
    ensure(static_cast<std::int64_t>(importances.size()) == m.weights(),
        "weights are assigned by the importance of each of them",
        given{"importances", importances.size()}, given{"weights", m.weights()});
    std::vector<std::uint32_t> weight_in(importances.size());
    std::iota(weight_in.begin(), weight_in.end(), 0U);
    // With one cycle every multiplier has one weight, whichever it is.
    if (m.reuse_factor == 1)
        return weight_assignment(std::move(weight_in));

    const auto reuse = static_cast<std::size_t>(m.reuse_factor);
    const auto row = static_cast<std::size_t>(m.n_in());
    std::vector<std::uint32_t> candidates;
    const auto best_first = [&] {
        std::sort(candidates.begin(), candidates.end(), [&](std::uint32_t a, std::uint32_t b) {
            return importances[a] > importances[b] || (importances[a] == importances[b] && a < b);
        });
    };
    for (std::size_t first = 0; first < weight_in.size(); first += row) {
        if (groups.how().kind == structure_kind::free_row) {
            candidates.assign(weight_in.begin() + static_cast<std::ptrdiff_t>(first),
                weight_in.begin() + static_cast<std::ptrdiff_t>(first + row));
            best_first();
            std::copy(candidates.begin(), candidates.end(),
                weight_in.begin() + static_cast<std::ptrdiff_t>(first));
            continue;
        }
        const std::size_t block = static_cast<std::size_t>(groups.how().streams) * reuse;
        for (std::size_t of_block = first; of_block < first + row; of_block += block) {
            const std::size_t end = std::min(of_block + block, first + row);
            for (std::size_t cycle = 0; cycle < reuse; ++cycle) {
                candidates.clear();
                for (std::size_t slot = of_block + cycle; slot < end; slot += reuse)
                    candidates.push_back(static_cast<std::uint32_t>(slot));
                best_first();
                std::size_t slot = of_block + cycle;
                for (const std::uint32_t weight : candidates) {
                    weight_in[slot] = weight;
                    slot += reuse;
                }
            }
        }
    }
    return weight_assignment(std::move(weight_in));
}

/// The best assignment where the inputs of every row stand in another order.
/// \param importances  one for each weight in hardware order and as the inputs are, not as they
///                     stand
/// \param input_at     for each place of a row the input that stands there
///                     (`input_channels::inputs_under`)
/// \throws std::invalid_argument likewise, or if there is not a place for each input
[[nodiscard]] inline weight_assignment assign(const grouping& groups,
    std::span<const double> importances, std::span<const std::size_t> input_at)
{
    const auto row = static_cast<std::size_t>(groups.matrix().n_in());
    ensure(input_at.size() == row, "an order of inputs has a place for each of them",
        given{"places", input_at.size()}, given{"inputs", row});
    std::vector<double> placed(importances.size());
    for (std::size_t i = 0; i < placed.size(); ++i)
        placed[i] = importances[i - i % row + input_at[i % row]];
    const weight_assignment of_places = assign(groups, placed);
    std::vector<std::uint32_t> weight_in(placed.size());
    for (std::size_t slot = 0; slot < weight_in.size(); ++slot) {
        const auto place =
            static_cast<std::size_t>(of_places.weight_in(static_cast<std::int64_t>(slot)));
        weight_in[slot] = static_cast<std::uint32_t>(place - place % row + input_at[place % row]);
    }
    return weight_assignment(std::move(weight_in));
}

} // namespace espalier
