// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

// What a linear program over a few rows is made of: the costs of its classes, columns that have the
// costs of their class, arithmetic with them that knows about rounding, and the breakpoints that a
// step of the dual simplex method passes.

namespace espalier::detail {

__extension__ typedef __int128 wide_integer; // NOLINT(modernize-use-using): __extension__ needs it

/// The number of rows of a relaxation: the resources, and one of the solver's own.
inline constexpr std::size_t max_rows = max_resources + 1;

/// Costs of each class: exact, and as floating point with every row scaled by a power of two to at
/// most 1.
// Scaling a row by a power of two changes no result but makes tolerances mean the same in every
// row, whatever its unit is: DSP blocks beside bits of memory.
class cost_matrix {
    std::vector<std::int64_t> amounts_; ///< class-major
    std::vector<double> entries_;       ///< class-major
    std::array<double, max_rows> scale_{};
    std::size_t rows_ = 0;
    std::size_t classes_ = 0;

public:
    cost_matrix() = default;
    /// \param extra  an amount of one more row for every class, or empty
    cost_matrix(std::size_t resources, const std::vector<resource_vector>& costs,
        const std::vector<std::int64_t>& extra = {})
        : rows_(resources + (extra.empty() ? 0 : 1)), classes_(costs.size())
    {
        amounts_.resize(rows_ * classes_);
        entries_.resize(rows_ * classes_);
        for (std::size_t c = 0; c < classes_; ++c) {
            std::copy_n(costs[c].begin(), resources, &amounts_[c * rows_]);
            if (!extra.empty())
                amounts_[c * rows_ + resources] = extra[c];
        }
        for (std::size_t r = 0; r < rows_; ++r) {
            std::int64_t largest = 1;
            for (std::size_t c = 0; c < classes_; ++c)
                largest = std::max({largest, amount(c, r), -amount(c, r)});
            scale_[r] = std::ldexp(1.0, -std::ilogb(static_cast<double>(largest)));
            for (std::size_t c = 0; c < classes_; ++c)
                entries_[c * rows_ + r] = static_cast<double>(amount(c, r)) * scale_[r];
        }
    }
    [[nodiscard]] const double* of(std::size_t a_class) const { return &entries_[a_class * rows_]; }
    [[nodiscard]] std::int64_t amount(std::size_t a_class, std::size_t r) const
    {
        return amounts_[a_class * rows_ + r];
    }
    /// Row r of the entries is the amount times this.
    [[nodiscard]] double scale(std::size_t r) const { return scale_[r]; }
    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] std::size_t classes() const { return classes_; }
};

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

    /// A column between 0 and `most`.
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

/// How far a basic variable may be outside its bounds, relative to its size.
inline constexpr double row_tolerance = 1e-9;

// The long step of the dual simplex method for bounded variables: a row that is outside its bounds
// is eased by every column that flips from one bound to the other, and as long as that is not
// enough the prices may go on. So one pivot crosses thousands of breakpoints.

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
