// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/tuning.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace espalier::detail {

/// The inverse of the basis of a linear program with few rows, a small dense matrix: updated when a
/// column is replaced, and made anew before errors have grown too much.
class basis_inverse {
public:
    /// Of the unit matrix.
    void begin(std::size_t rows)
    {
        rows_ = rows;
        entries_.assign(rows * rows, 0);
        for (std::size_t r = 0; r < rows; ++r)
            entries_[r * rows + r] = 1;
        replaced_ = 0;
    }

    [[nodiscard]] const double* row(std::size_t i) const { return &entries_[i * rows_]; }
    /// Whether nothing was replaced since it was made.
    [[nodiscard]] bool is_new() const { return replaced_ == 0; }
    /// Whether it is to be made anew.
    [[nodiscard]] bool is_worn() const { return replaced_ >= tuning::most_replaced; }

    /// Puts another column in the place of one of the basis.
    /// \param entering  its entries
    void replace(std::size_t place, const double* entering)
    {
        // The product form: the inverse times an elementary matrix that differs from the unit
        // matrix in one column.
        column_.assign(rows_, 0);
        double largest = 0;
        for (std::size_t i = 0; i < rows_; ++i) {
            for (std::size_t r = 0; r < rows_; ++r)
                column_[i] += row(i)[r] * entering[r];
            largest = std::max(largest, std::abs(column_[i]));
        }
        // A small pivot makes large errors.
        replaced_ =
            std::abs(column_[place]) < 1e-6 * largest ? tuning::most_replaced : replaced_ + 1;
        scale(entries_, place, 1 / column_[place]);
        for (std::size_t i = 0; i < rows_; ++i)
            if (i != place && column_[i] != 0)
                subtract(entries_, i, place, column_[i]);
    }

    /// Makes it anew, by Gauss-Jordan elimination with row pivoting.
    /// \param entry  `entry(i, r)`: row r of column i of the basis
    /// \return false, and the inverse is what it was, if the basis is singular
    template <class Entry>
    bool make(const Entry& entry)
    {
        std::vector<double> matrix(rows_ * rows_);
        for (std::size_t i = 0; i < rows_; ++i)
            for (std::size_t r = 0; r < rows_; ++r)
                matrix[r * rows_ + i] = entry(i, r);
        basis_inverse made;
        made.begin(rows_);
        for (std::size_t k = 0; k < rows_; ++k) {
            std::size_t best = k;
            for (std::size_t i = k + 1; i < rows_; ++i)
                if (std::abs(matrix[i * rows_ + k]) > std::abs(matrix[best * rows_ + k]))
                    best = i;
            if (std::abs(matrix[best * rows_ + k]) < 1e-13)
                return false;
            for (std::size_t r = 0; r < rows_; ++r) {
                std::swap(matrix[k * rows_ + r], matrix[best * rows_ + r]);
                std::swap(made.entries_[k * rows_ + r], made.entries_[best * rows_ + r]);
            }
            const double by = 1 / matrix[k * rows_ + k];
            scale(matrix, k, by);
            scale(made.entries_, k, by);
            for (std::size_t i = 0; i < rows_; ++i) {
                const double times = matrix[i * rows_ + k];
                if (i == k || times == 0)
                    continue;
                subtract(matrix, i, k, times);
                subtract(made.entries_, i, k, times);
            }
        }
        *this = std::move(made);
        return true;
    }

private:
    std::size_t rows_ = 0;
    std::vector<double> entries_; ///< row-major
    std::size_t replaced_ = 0;    ///< columns since it was made
    std::vector<double> column_;  ///< scratch

    void scale(std::vector<double>& matrix, std::size_t place, double by) const
    {
        for (std::size_t r = 0; r < rows_; ++r)
            matrix[place * rows_ + r] *= by;
    }
    /// Takes a row so many times from another.
    void subtract(
        std::vector<double>& matrix, std::size_t from, std::size_t what, double times) const
    {
        for (std::size_t r = 0; r < rows_; ++r)
            matrix[from * rows_ + r] -= times * matrix[what * rows_ + r];
    }
};

} // namespace espalier::detail
