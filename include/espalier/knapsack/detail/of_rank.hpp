// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/tuning.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <vector>

namespace espalier::detail {

/// The value that so many of the others are not larger than, the n-th smallest counted from 0; ∞ if
/// there are not so many. Of many values only those are put in order that a sample of a few
/// thousand does not rule out; where it was not a fair one, all are.
[[nodiscard]] inline double of_rank(const std::vector<double>& values, std::size_t rank)
{
    constexpr std::size_t samples = tuning::rank_samples;
    if (rank >= values.size())
        return std::numeric_limits<double>::infinity();
    const auto at = [](std::vector<double>& some, std::size_t n) {
        const auto place = some.begin() + static_cast<std::ptrdiff_t>(n);
        std::nth_element(some.begin(), place, some.end());
        return *place;
    };
    std::vector<double> some;
    // The rank scales with the sample; a quarter more and some dozen against bad luck.
    const std::size_t stride = values.size() / samples;
    const std::size_t sampled = stride > 1 ? (rank / stride) * 5 / 4 + 32 : samples;
    if (sampled < samples / 4) {
        for (std::size_t k = 0; k < samples; ++k)
            some.push_back(values[k * stride]);
        const double most = at(some, sampled);
        some.clear();
        std::copy_if(values.begin(), values.end(), std::back_inserter(some),
            [&](double value) { return value <= most; });
    }
    if (some.size() <= rank)
        some = values;
    return at(some, rank);
}

} // namespace espalier::detail
