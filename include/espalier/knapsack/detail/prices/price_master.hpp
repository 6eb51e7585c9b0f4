// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/prices/cost_matrix.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/detail/prices/relaxation.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

// The master program of the cutting planes: of the choices made at the prices tried so far, the
// mixture that is worth most within the room. A knapsack relaxation with a row for each resource
// and one for "the weights of the mixture sum up to at most 1"; its dual prices are the next ones
// to try, and its optimum is the minimum of the cuts known so far.

namespace espalier::detail {

class price_master {
public:
    /// \param prefer  by how much any choice is preferred to none
    price_master(std::size_t rows, const resource_vector& room, double prefer)
        : rows_(rows), room_(room), prefer_(prefer)
    {}

    /// Adds a choice. Whether it is new.
    bool add(const resource_vector& usage, double value)
    {
        for (std::size_t k = 0; k < usages_.size(); ++k)
            if (usages_[k] == usage && values_[k] >= value)
                return false;
        usages_.push_back(usage);
        values_.push_back(value);
        return true;
    }

    void prefer_by(double much) { prefer_ = much; }

    /// Whether the optimum was found.
    bool solve(budget& limits)
    {
        const cost_matrix matrix(rows_, usages_, std::vector<std::int64_t>(usages_.size(), 1));
        relaxation program(matrix, room_, {}, 1);
        for (std::size_t k = 0; k < values_.size(); ++k)
            program.columns.add(values_[k] + prefer_, static_cast<std::uint32_t>(k), 2);
        if (program.solve(limits) != relaxation_status::optimal)
            return false;
        bound_ = program.bound - prefer_;
        prices_ = program.prices();
        weights_ = std::move(program.value);
        return true;
    }

    // Of the last `solve`:
    /// The mixture: the weight of each choice, in the order in which they were added.
    [[nodiscard]] const std::vector<double>& weights() const { return weights_; }
    [[nodiscard]] double bound() const { return bound_; }
    [[nodiscard]] const price_vector& prices() const { return prices_; }
    /// Whether no mixture of choices fits.
    [[nodiscard]] bool prefers_nothing() const
    {
        return std::accumulate(weights_.begin(), weights_.end(), 0.0) < 1 - 1e-9;
    }

private:
    std::size_t rows_;
    resource_vector room_;
    double prefer_;
    std::vector<resource_vector> usages_; ///< of the choices
    std::vector<double> values_;
    double bound_ = 0;
    price_vector prices_{};
    std::vector<double> weights_;
};

} // namespace espalier::detail
