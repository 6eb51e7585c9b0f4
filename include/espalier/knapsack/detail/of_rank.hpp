// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <vector>

namespace espalier::detail {

/// The value that so many of the others are not larger than, the n-th smallest counted from 0; ∞ if
/// there are not so many.
[[nodiscard]] inline double of_rank(std::vector<double> values, std::size_t rank)
{
    if (rank >= values.size())
        return std::numeric_limits<double>::infinity();
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

} // namespace espalier::detail
