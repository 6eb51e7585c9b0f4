// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace espalier::detail {

/// The number of rows of a relaxation: the resources, and one of the solver's own.
inline constexpr std::size_t max_rows = max_resources + 1;

/// Costs of each class: exact, and as floating point with every row scaled by a power of two to at
/// most 1.
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

} // namespace espalier::detail
