// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/basis_inverse.hpp>
#include <espalier/knapsack/detail/prices/linear_program.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

// The linear relaxation of a knapsack,
//
//     maximise  Σ gain_j x_j − Σ price_r s_r   with   Σ cost_j x_j + s = room,  lower ≤ x ≤ upper,
//
// by the dual simplex method for bounded variables. There are as many rows as resources, so the
// basis is a tiny dense matrix, and all that depends on the number of columns is one sweep per
// pivot. The costs of a column are those of its class, so the sweep needs one price and one pivot
// row entry per class and only a subtraction and a comparison per column.
//
// Three things make few pivots enough. The `price_r` are prices λ from an earlier relaxation, the
// gains are what remains of the values after paying them, and the method starts with every slack
// out of the basis: with good prices only the last digits are left to find. The dual step is the
// long one: it passes every column whose bound flip still leaves the row infeasible, so one pivot
// crosses thousands of breakpoints. And after a change of bounds (branching) any old basis is still
// dual feasible once every column is put at the bound that its reduced cost asks for.
//
// Dual feasible also means safe to stop: at any moment
//     D(π) = π·room + Σ max(d_j lower_j, d_j upper_j),   d_j = gain_j − π·cost_j,
// is an upper bound, whatever rounding did to π, as long as λ + π ≥ 0.

namespace espalier::detail {

class relaxation {
public:
    bounded_columns columns; ///< bounds may be changed between two solves

    // The result: the bound, and for every column its reduced cost and value.
    double bound = 0;
    std::vector<double> reduced;
    std::vector<double> value;

    /// \param extra_room  of the row behind the resources, where the costs have one
    relaxation(const cost_matrix& costs, const resource_vector& room, const price_vector& price,
        std::int64_t extra_room = 0)
        : costs_(costs), rows_(costs.rows())
    {
        std::copy(room.begin(), room.end(), room_.begin());
        if (rows_ > 0 && extra_room != 0)
            room_[rows_ - 1] = extra_room;
        // Inside, a price is per scaled unit.
        for (std::size_t r = 0; r < std::min(rows_, max_resources); ++r)
            price_[r] = price[r] / costs_.scale(r);
    }

    /// Prices λ + π of the last solve, per unit of each resource.
    [[nodiscard]] price_vector prices() const
    {
        price_vector result{};
        for (std::size_t r = 0; r < std::min(rows_, max_resources); ++r)
            result[r] = std::max(price_[r] + pi_[r], 0.0) * costs_.scale(r);
        return result;
    }

    [[nodiscard]] bool is_basic(std::size_t column) const { return basic_[column] != 0; }
    /// The columns in the basis; indices from columns.size() on are slacks.
    [[nodiscard]] const std::vector<std::size_t>& basis() const { return basis_; }

    /// \param limits  where they are met, the status is `stalled`
    template <class Limits> // budget or allowance
    relaxation_status solve(Limits& limits, double cut_off = -infinity_)
    {
        if (basis_.empty())
            begin();
        place();
        const std::size_t most_pivots = 200 + 20 * rows_ + columns.size() / 4;
        for (std::size_t pivots = 0; pivots < most_pivots; ++pivots) {
            // A sweep over the columns, one over the classes, and the basis.
            if (!limits.spend(3 * columns.size() + (3 * class_load_.size() + rows_) * rows_))
                return finish(relaxation_status::stalled);
            const std::size_t row = leaving_row();
            if (row == rows_)
                return finish(relaxation_status::optimal);
            if (!enter(row, cut_off))
                return finish(bound <= cut_off ? relaxation_status::cut_off
                              : nothing_fits(costs_, room_, columns, inverse_.row(row),
                                    violation_ > 0 ? 1.0 : -1.0)
                                  ? relaxation_status::infeasible
                                  : relaxation_status::stalled);
            if (inverse_.is_worn() &&
                !inverse_.make([&](std::size_t i, std::size_t r) { return entry(basis_[i], r); }))
                begin();
            if (inverse_.is_new())
                place();
            else
                update_prices();
        }
        return finish(relaxation_status::stalled);
    }

private:
    static constexpr double infinity_ = std::numeric_limits<double>::infinity();

    const cost_matrix& costs_;
    std::size_t rows_;
    std::array<std::int64_t, max_rows> room_{};
    std::array<double, max_rows> price_{};

    /// Row → column; slacks follow behind the columns, artificial variables behind the slacks.
    std::vector<std::size_t> basis_;
    basis_inverse inverse_;
    std::vector<std::uint8_t> basic_; ///< of the columns and slacks; artificial ones never return
    std::array<double, max_rows> pi_{};
    std::array<double, max_rows> basic_value_{};
    std::vector<double> class_price_;
    std::vector<double> class_pivot_;
    std::vector<double> class_load_; ///< Σ value of the non-basic columns of the class
    std::vector<breakpoint> candidates_;
    double violation_ = 0; ///< of the leaving row, positive: too low, negative: too high

    [[nodiscard]] bool is_column(std::size_t index) const { return index < columns.size(); }
    [[nodiscard]] bool is_slack(std::size_t index) const
    {
        return index >= columns.size() && index < columns.size() + rows_;
    }
    // Columns, slacks and artificial variables by one index: gain, entry of a row, bounds.
    [[nodiscard]] double gain_of(std::size_t index) const
    {
        return is_column(index)  ? columns.gain[index]
               : is_slack(index) ? -price_[index - columns.size()]
                                 : 0.0;
    }
    [[nodiscard]] double entry(std::size_t index, std::size_t r) const
    {
        if (is_column(index))
            return costs_.of(columns.class_of[index])[r];
        return (index - columns.size()) % rows_ == r ? 1.0 : 0.0;
    }
    [[nodiscard]] double lower_of(std::size_t index) const
    {
        return is_column(index) ? columns.lower[index] : 0.0;
    }
    [[nodiscard]] double upper_of(std::size_t index) const
    {
        return is_column(index) ? columns.upper[index] : is_slack(index) ? infinity_ : 0.0;
    }

    /// The basis of artificial variables: dual feasible at the prices λ, whatever they are.
    void begin()
    {
        basic_.assign(columns.size() + 2 * rows_, 0);
        value.assign(columns.size(), 0);
        reduced.assign(columns.size(), 0);
        class_price_.assign(costs_.classes(), 0);
        class_pivot_.assign(costs_.classes(), 0);
        class_load_.assign(costs_.classes(), 0);
        basis_.resize(rows_);
        inverse_.begin(rows_);
        for (std::size_t r = 0; r < rows_; ++r)
            basis_[r] = columns.size() + rows_ + r;
    }

    /// π from the basis: gains of the basic variables times its inverse.
    void update_prices()
    {
        for (std::size_t r = 0; r < rows_; ++r) {
            pi_[r] = 0;
            for (std::size_t i = 0; i < rows_; ++i)
                pi_[r] += gain_of(basis_[i]) * inverse_.row(i)[r];
        }
        price_classes();
    }
    /// π·cost of each class.
    void price_classes()
    {
        for (std::size_t c = 0; c < class_price_.size(); ++c)
            class_price_[c] = dot(pi_.data(), costs_.of(c), rows_);
    }
    [[nodiscard]] double reduced_cost(std::size_t j) const
    {
        return columns.gain[j] - class_price_[columns.class_of[j]];
    }

    /// D(π), raised by what rounding may make of it: its terms can be far larger than their sum.
    /// \param sum  of its terms for the columns
    void set_bound(double sum)
    {
        double magnitude = 0;
        for (std::size_t r = 0; r < rows_; ++r) {
            const double term = pi_[r] * static_cast<double>(room_[r]) * costs_.scale(r);
            sum += term;
            magnitude += std::abs(term);
        }
        bound = sum + 16 * std::numeric_limits<double>::epsilon() * magnitude;
    }

    /// Puts every non-basic column at the bound that its reduced cost asks for.
    void place()
    {
        update_prices();
        std::fill(class_load_.begin(), class_load_.end(), 0.0);
        for (std::size_t j = 0; j < columns.size(); ++j)
            if (!basic_[j]) {
                const double d = reduced_cost(j);
                value[j] = d > 0 ? columns.upper[j] : columns.lower[j];
                class_load_[columns.class_of[j]] += value[j];
            }
    }

    /// Values of the basic variables; the row that is farthest outside its bounds, or rows_.
    std::size_t leaving_row()
    {
        std::array<double, max_rows> left{};
        for (std::size_t r = 0; r < rows_; ++r) {
            // Exactly, in integers: what is left is a small difference of large numbers. Columns
            // that exclude each other may together need more than 64 bits hold.
            wide_integer amount = room_[r];
            for (std::size_t c = 0; c < class_load_.size(); ++c)
                if (class_load_[c] != 0)
                    amount -= wide_integer{static_cast<std::int64_t>(class_load_[c])} *
                              costs_.amount(c, r);
            left[r] = static_cast<double>(amount) * costs_.scale(r);
        }
        std::size_t worst = rows_;
        double worst_violation = 0;
        for (std::size_t i = 0; i < rows_; ++i) {
            const double x = dot(inverse_.row(i), left.data(), rows_);
            basic_value_[i] = x;
            const double below = lower_of(basis_[i]) - x;
            const double above = x - upper_of(basis_[i]);
            const double by = std::max(below, above);
            if (by > row_tolerance * std::max(1.0, std::abs(x)) && by > worst_violation) {
                worst = i;
                worst_violation = by;
                violation_ = below > above ? below : -above;
            }
        }
        return worst;
    }

    /// One dual step: flips the columns that it passes and brings one column into the basis.
    bool enter(std::size_t row, double cut_off)
    {
        const double sign = violation_ > 0 ? 1.0 : -1.0;
        const double* pivot_row = inverse_.row(row);
        for (std::size_t c = 0; c < class_pivot_.size(); ++c)
            class_pivot_[c] = sign * pivot_of(pivot_row, costs_.of(c), rows_);
        // The pivot row: how fast each column's reduced cost falls as the dual variable of the row
        // moves.
        // Of the classes of basic columns it is known without rounding, which might otherwise let a
        // second column of a class into the basis.
        for (std::size_t i = 0; i < rows_; ++i)
            if (is_column(basis_[i]))
                class_pivot_[columns.class_of[basis_[i]]] = i == row ? sign : 0.0;

        candidates_.clear();
        double sum = 0;
        for (std::size_t j = 0; j < columns.size(); ++j) {
            const double d = reduced_cost(j);
            const double by = class_pivot_[columns.class_of[j]];
            const double low = columns.lower[j];
            const double high = columns.upper[j];
            sum += d * (d > 0 ? high : low); // not d·value: rounding may turn the sign of d
            const bool at_upper = value[j] == high && (d > 0 || value[j] != low);
            if (!basic_[j] && low != high && (at_upper ? by > 0 : by < 0))
                candidates_.push_back({std::abs(d / by), std::abs(by) * (high - low), j});
        }
        for (std::size_t r = 0; r < rows_; ++r) {
            if (price_[r] + pi_[r] < 0)
                sum = infinity_; // no bound at these prices
            const double by = sign * pivot_row[r];
            // What the column of a slack may be wrong by: rows differ by the scale of their costs.
            double largest = 0;
            for (std::size_t i = 0; i < rows_; ++i)
                largest = std::max(largest, std::abs(inverse_.row(i)[r]));
            if (!basic_[columns.size() + r] && by < -1e-11 * largest)
                candidates_.push_back(
                    {std::abs((price_[r] + pi_[r]) / by), infinity_, columns.size() + r});
        }
        set_bound(sum);
        if (bound <= cut_off)
            return false;

        const std::size_t entering = first_not_passed(candidates_, std::abs(violation_));
        if (entering == candidates_.size()) {
            bound = infinity_; // no bound falls out of it: there is nothing to bound
            return false;
        }
        for (std::size_t k = 0; k < entering; ++k) {
            const std::size_t j = candidates_[k].column;
            const double flipped =
                value[j] == columns.upper[j] ? columns.lower[j] : columns.upper[j];
            class_load_[columns.class_of[j]] += flipped - value[j];
            value[j] = flipped;
        }
        pivot(row, candidates_[entering].column);
        return true;
    }

    /// Puts a column into the basis in place of that of a row, which goes to the bound that it was
    /// outside of. The loads of the classes count non-basic columns only.
    void pivot(std::size_t row, std::size_t entering)
    {
        const std::size_t leaving = basis_[row];
        basic_[leaving] = 0;
        basic_[entering] = 1;
        if (is_column(leaving)) {
            value[leaving] = violation_ > 0 ? columns.lower[leaving] : columns.upper[leaving];
            class_load_[columns.class_of[leaving]] += value[leaving];
        }
        if (is_column(entering))
            class_load_[columns.class_of[entering]] -= value[entering];
        basis_[row] = entering;

        std::array<double, max_rows> column{};
        for (std::size_t r = 0; r < rows_; ++r)
            column[r] = entry(entering, r);
        inverse_.replace(row, column.data());
    }

    /// Reduced costs, values of the basic columns, and the bound at prices that are not negative.
    relaxation_status finish(relaxation_status status)
    {
        if (status == relaxation_status::infeasible || status == relaxation_status::cut_off)
            return status;
        for (std::size_t r = 0; r < rows_; ++r)
            pi_[r] = std::max(pi_[r], -price_[r]);
        price_classes();
        double sum = 0;
        for (std::size_t j = 0; j < columns.size(); ++j) {
            reduced[j] = reduced_cost(j);
            sum += reduced[j] * (reduced[j] > 0 ? columns.upper[j] : columns.lower[j]);
        }
        for (std::size_t i = 0; i < rows_; ++i)
            if (is_column(basis_[i]))
                value[basis_[i]] = basic_value_[i];
        set_bound(sum);
        return status;
    }
};

} // namespace espalier::detail
