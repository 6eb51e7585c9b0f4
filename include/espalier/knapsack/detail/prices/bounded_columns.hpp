// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/cost_matrix.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

// What a linear program over a cost matrix is made of: columns that have the costs of their class,
// and arithmetic with their costs that knows about rounding.

namespace espalier::detail {

__extension__ typedef __int128 wide_integer; // NOLINT(modernize-use-using): __extension__ needs it

enum class relaxation_status : std::uint8_t {
    optimal,
    cut_off,    ///< the bound fell to the cut-off before the optimum was reached
    infeasible, ///< the lower bounds of the columns do not fit
    stalled     ///< too many pivots; the bound is valid, the solution is not optimal
};

/// The columns of a program, by index. A bound may be changed between two solves.
struct bounded_columns {
    std::vector<double> gain;
    std::vector<std::uint32_t> class_of;
    std::vector<double> lower;
    std::vector<double> upper;

    void add(double its_gain, std::uint32_t a_class, double most)
    {
        gain.push_back(its_gain);
        class_of.push_back(a_class);
        lower.push_back(0);
        upper.push_back(most);
    }
    void reserve(std::size_t columns)
    {
        gain.reserve(columns);
        class_of.reserve(columns);
        lower.reserve(columns);
        upper.reserve(columns);
    }
    [[nodiscard]] std::size_t size() const { return gain.size(); }
};

[[nodiscard]] inline double dot(const double* row, const double* column, std::size_t rows)
{
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r)
        sum += row[r] * column[r];
    return sum;
}

/// A dot product that is 0 where it cannot be told from rounding: relative to its own terms,
/// because a class that costs little next to the others is not to be overlooked.
[[nodiscard]] inline double pivot_of(const double* row, const double* column, std::size_t rows)
{
    double sum = 0;
    double magnitude = 0;
    for (std::size_t r = 0; r < rows; ++r) {
        const double term = row[r] * column[r];
        sum += term;
        magnitude += std::abs(term);
    }
    return std::abs(sum) > 1e-11 * magnitude ? sum : 0.0;
}

/// Whether y proves, beyond rounding, that no x within the bounds fits. By Farkas: with any y ≥ 0,
/// if Σ (y·cost_j) x_j > y·room for all x within the bounds, nothing fits. Where no column can mend
/// a row of a basis, its row of the inverse is such a y, but for what rounding made of it.
/// \param y     per scaled unit of each row
/// \param sign  what y is to be multiplied by; where that is negative, it counts as 0
[[nodiscard]] inline bool nothing_fits(const cost_matrix& costs,
    const std::array<std::int64_t, max_rows>& room, const bounded_columns& columns, const double* y,
    double sign)
{
    using real = long double;
    std::array<real, max_rows> per_unit{};
    real least = 0;
    real magnitude = 0;
    for (std::size_t r = 0; r < costs.rows(); ++r) {
        per_unit[r] =
            static_cast<real>(std::max(sign * y[r], 0.0)) * static_cast<real>(costs.scale(r));
        least -= per_unit[r] * static_cast<real>(room[r]);
        magnitude += per_unit[r] * std::abs(static_cast<real>(room[r]));
    }
    std::vector<real> sum(costs.classes(), 0);
    std::vector<real> largest(costs.classes(), 0);
    for (std::size_t c = 0; c < costs.classes(); ++c)
        for (std::size_t r = 0; r < costs.rows(); ++r) {
            const real term = per_unit[r] * static_cast<real>(costs.amount(c, r));
            sum[c] += term;
            largest[c] += std::abs(term);
        }
    for (std::size_t j = 0; j < columns.size(); ++j) {
        const std::uint32_t c = columns.class_of[j];
        least += sum[c] * static_cast<real>(sum[c] > 0 ? columns.lower[j] : columns.upper[j]);
        magnitude += largest[c] * static_cast<real>(columns.upper[j]);
    }
    constexpr real epsilon = std::numeric_limits<real>::epsilon();
    return least > 4 * epsilon * static_cast<real>(columns.size() + costs.rows()) * magnitude;
}

} // namespace espalier::detail
