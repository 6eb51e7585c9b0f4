// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

// The long step of the dual simplex method for bounded variables: a row that is outside its bounds
// is eased by every column that flips from one bound to the other, and as long as that is not
// enough the prices may go on. So one pivot crosses thousands of breakpoints.

namespace espalier::detail {

/// How far a basic variable may be outside its bounds, relative to its size.
inline constexpr double row_tolerance = 1e-9;

/// Where the reduced cost of a column turns its sign as the prices move.
struct breakpoint {
    double ratio; ///< how far the prices have moved there
    double drop;  ///< by how much passing it eases the row
    std::size_t column;

    bool operator<(const breakpoint& other) const
    {
        return ratio != other.ratio ? ratio < other.ratio : column < other.column;
    }
};

/// Orders the breakpoints; the index of the first that is not passed, their number
/// if all together are not enough.
/// \param slope  by how much the row is outside its bounds
[[nodiscard]] inline std::size_t first_not_passed(std::vector<breakpoint>& all, double slope)
{
    // Passing a column that eases the row exactly to its bound, or short of it by rounding only,
    // would make a feasible row look infeasible.
    slope -= row_tolerance * std::max(1.0, slope);
    std::sort(all.begin(), all.end());
    for (std::size_t k = 0; k < all.size(); ++k) {
        if (all[k].drop >= slope)
            return k;
        slope -= all[k].drop;
    }
    return all.size();
}

} // namespace espalier::detail
