// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/core_problem.hpp>
#include <espalier/knapsack/detail/prices/linear_program.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

// The changes of a core problem as columns of an integer program, in an order that branch and bound
// draws conclusions from.
//
// First the singles, places with one change, sorted by what it uses and then by rising loss.
// Exchanging two of equal usage never hurts, so there is always a best choice that takes singles of
// one usage from the front: one that may not be full closes all that follow it, and one that must
// be used fills all before it. That turns branching on one column into branching on how many places
// make this kind of change; a thousand equal places are one integer column.
// Behind the singles come the other places, one after the other; their columns together are taken
// no more often than there are places.

namespace espalier::detail {

class core_columns {
public:
    struct column {
        std::uint32_t change;
        std::uint32_t place;
        std::uint32_t a_class; ///< columns of equal usage
    };
    using range = std::pair<std::size_t, std::size_t>; ///< first, one past the last

    std::vector<resource_vector> usages; ///< by class
    cost_matrix costs;                   ///< the same

    /// \param core  only read here
    explicit core_columns(const core_problem& core) : rows_(core.rows)
    {
        for (std::uint32_t place = 0; place < core.places(); ++place)
            if (core.first[place + 1] - core.first[place] == 1)
                columns_.push_back({static_cast<std::uint32_t>(core.first[place]), place, 0});
        singles_ = columns_.size();
        sort_singles(core);
        for (std::uint32_t place = 0; place < core.places(); ++place)
            if (core.first[place + 1] - core.first[place] > 1)
                for (std::size_t k = core.first[place]; k < core.first[place + 1]; ++k)
                    columns_.push_back({static_cast<std::uint32_t>(k), place, 0});
        number_classes(core);
        costs = cost_matrix(rows_, usages);
        losses_.reserve(columns_.size());
        for (const column& one : columns_)
            losses_.push_back(core.loss[one.change]);
    }

    [[nodiscard]] std::size_t size() const { return columns_.size(); }
    [[nodiscard]] const column& operator[](std::size_t j) const { return columns_[j]; }
    [[nodiscard]] std::size_t singles() const { return singles_; }
    [[nodiscard]] bool is_single(std::size_t j) const { return j < singles_; }

    /// The columns of the same usage as a single, or of the same place as another column.
    [[nodiscard]] const range& range_of(std::size_t j) const { return ranges_[range_index_[j]]; }
    /// All columns by rising loss.
    [[nodiscard]] std::vector<std::uint32_t> by_loss() const
    {
        std::vector<std::uint32_t> order(size());
        std::iota(order.begin(), order.end(), std::uint32_t{0});
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return losses_[a] != losses_[b] ? losses_[a] < losses_[b] : a < b;
        });
        return order;
    }

    /// Takes away from the room what no combination of columns can use, because all of them use
    /// multiples of some number: the search would look for the last unit again and again. What it
    /// is worth at the prices is a part of every loss.
    double round_room(resource_vector& room, const price_vector& price) const
    {
        double lost = 0;
        for (std::size_t r = 0; r < rows_; ++r) {
            std::int64_t step = 0;
            for (const resource_vector& usage : usages)
                step = std::gcd(step, usage[r]);
            if (step == 0 && room[r] < 0)
                continue; // nothing can mend it: the search will find that out
            const std::int64_t rest = step == 0 ? room[r] : (room[r] % step + step) % step;
            room[r] -= rest;
            lost += price[r] * static_cast<double>(rest);
        }
        return lost;
    }

private:
    std::size_t rows_;
    std::size_t singles_ = 0;
    std::vector<column> columns_;
    std::vector<double> losses_;
    std::vector<std::uint32_t> range_index_; ///< column → range
    std::vector<range> ranges_;

    /// By usage; of equal usage in the order of the core, which is that of rising loss.
    void sort_singles(const core_problem& core)
    {
        std::sort(columns_.begin(), columns_.end(), [&](const column& a, const column& b) {
            return std::tie(core.usage(a.change), a.change) <
                   std::tie(core.usage(b.change), b.change);
        });
    }

    /// Columns of equal usage are a class, which shares its price in the relaxation. The ranges are
    /// the classes of singles, and the places of the others.
    void number_classes(const core_problem& core)
    {
        range_index_.resize(columns_.size());
        for (std::size_t j = 0; j < columns_.size(); ++j) {
            const resource_vector& usage = core.usage(columns_[j].change);
            const bool is_new_class = j == 0 || usage != usages.back();
            const bool is_new_range =
                is_single(j) ? is_new_class
                             : j == singles_ || columns_[j].place != columns_[j - 1].place;
            if (is_new_class || j == singles_)
                usages.push_back(usage);
            columns_[j].a_class = static_cast<std::uint32_t>(usages.size() - 1);
            if (is_new_range)
                ranges_.emplace_back(j, j);
            ranges_.back().second = j + 1;
            range_index_[j] = static_cast<std::uint32_t>(ranges_.size() - 1);
        }
    }
};

/// The bounds of columns in a branch of the search, and what follows from those of one for others.
/// Every change is noted on a trail and can be undone.
class column_bounds {
public:
    /// \param most  of each column: how many equal places it stands for
    column_bounds(
        const core_columns& columns, bounded_columns& program, const std::vector<double>& most)
        : columns_(columns), lp_(program), most_(most)
    {}

    /// To undo what comes after.
    [[nodiscard]] std::size_t mark() const { return trail_.size(); }
    /// Puts bounds back to what they were at a mark, the last change first.
    void undo(std::size_t to)
    {
        while (trail_.size() > to) {
            const bounds& last = trail_.back();
            lp_.lower[last.column] = last.lower;
            lp_.upper[last.column] = last.upper;
            trail_.pop_back();
        }
    }

    /// Sets the bounds of one column alone.
    void set_bounds(std::size_t column, double lower, double upper)
    {
        if (lower == lp_.lower[column] && upper == lp_.upper[column])
            return;
        trail_.push_back({column, lp_.lower[column], lp_.upper[column]});
        lp_.lower[column] = lower;
        lp_.upper[column] = upper;
    }

    /// Sets the bounds of a column and of those that follow from them.
    void restrict(std::size_t column, double lower, double upper)
    {
        set_bounds(column, lower, upper);
        if (!columns_.is_single(column))
            return restrict_others(column);
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

    /// Leaves to the other columns of a place what this one must not take of it.
    void restrict_others(std::size_t column)
    {
        const auto& [begin, end] = columns_.range_of(column);
        double open = most_[column];
        for (std::size_t j = begin; j < end; ++j)
            open -= lp_.lower[j];
        for (std::size_t j = begin; j < end && open >= 0; ++j) // otherwise a conflict: found later
            set_bounds(j, lp_.lower[j], std::min(lp_.upper[j], lp_.lower[j] + open));
    }
};

} // namespace espalier::detail
