// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/core_columns.hpp>
#include <espalier/knapsack/detail/prices/bounded_columns.hpp>

#include <cstddef>
#include <vector>

// The bounds of columns in a branch of the search, and what follows from those of one for others
// (core_columns.hpp). Every change is noted on a trail and can be undone.

namespace espalier::detail {

class column_bounds {
public:
    /// \param most  of each column: how many equal places it stands for
    column_bounds(
        const core_columns& columns, bounded_columns& program, const std::vector<double>& most)
        : columns_(columns), lp_(program), most_(most)
    {}

    /// To undo what comes after.
    [[nodiscard]] std::size_t mark() const { return trail_.size(); }
    void undo(std::size_t to)
    {
        while (trail_.size() > to) {
            const bounds& last = trail_.back();
            lp_.lower[last.column] = last.lower;
            lp_.upper[last.column] = last.upper;
            trail_.pop_back();
        }
    }

    void set_bounds(std::size_t column, double lower, double upper)
    {
        if (lower == lp_.lower[column] && upper == lp_.upper[column])
            return;
        trail_.push_back({column, lp_.lower[column], lp_.upper[column]});
        lp_.lower[column] = lower;
        lp_.upper[column] = upper;
    }

    /// Sets the bounds of a column and of those that follow from them, see core_columns.
    void restrict(std::size_t column, double lower, double upper)
    {
        set_bounds(column, lower, upper);
        if (!columns_.is_single(column))
            return exclude_others(column);
        const auto& [begin, end] = columns_.range_of(column);
        if (upper < most_[column])
            for (std::size_t j = column + 1; j < end && lp_.upper[j] != 0; ++j)
                set_bounds(j, 0, 0);
        if (lower > 0)
            for (std::size_t j = column; j-- > begin && lp_.lower[j] != most_[j];)
                set_bounds(j, most_[j], most_[j]);
    }

private:
    struct bounds {
        std::size_t column;
        double lower;
        double upper;
    };

    const core_columns& columns_;
    bounded_columns& lp_;
    const std::vector<double>& most_;
    std::vector<bounds> trail_; ///< as they were

    /// Closes the other columns of a place one of which must be taken.
    void exclude_others(std::size_t column)
    {
        if (lp_.lower[column] == 0)
            return;
        const auto& [begin, end] = columns_.range_of(column);
        for (std::size_t j = begin; j < end; ++j)
            if (j != column)
                set_bounds(j, 0, 0);
    }
};

} // namespace espalier::detail
