// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/prices/relaxation.hpp>

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

    /// Keeps the prices near some, until `drop_fence`: columns that buy a resource above its price
    /// and sell it below.
    /// \param room   all there is of each resource, for the scale of prices
    /// \param width  as a share of the prices
    void fence(const price_vector& price, const resource_vector& room, double width)
    {
        const price_vector spread = spread_of(price, room, rows_);
        for (std::size_t r = 0; r < rows_; ++r) {
            const double by = width * spread[r];
            resource_vector unit{};
            unit[r] = -1;
            add_column(unit, -(price[r] + by), false);
            if (price[r] - by > 0) {
                unit[r] = 1;
                add_column(unit, price[r] - by, false);
            }
        }
        fences_ = usages_.size();
    }
    /// From now on prices may go anywhere.
    void drop_fence()
    {
        const auto drop = [&](auto& all) {
            all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(fences_));
        };
        drop(usages_);
        drop(values_);
        drop(is_choice_);
        fences_ = 0;
    }

    /// Adds a choice. Whether it is new.
    bool add(const resource_vector& usage, double value)
    {
        // Few, as each is a round of the cutting planes.
        for (std::size_t k = fences_; k < usages_.size(); ++k)
            if (usages_[k] == usage && values_[k] >= value)
                return false;
        add_column(usage, value, true);
        return true;
    }

    void prefer_by(double much) { prefer_ = much; }

    /// Whether the optimum was found.
    bool solve(budget& limits)
    {
        const cost_matrix matrix(rows_, usages_, is_choice_);
        relaxation program(matrix, room_, {}, 1);
        for (std::size_t k = 0; k < values_.size(); ++k)
            program.columns.add(values_[k] + (k < fences_ ? 0.0 : prefer_),
                static_cast<std::uint32_t>(k), k < fences_ ? 1e9 : 2);
        if (program.solve(limits) != relaxation_status::optimal)
            return false;
        bound_ = program.bound - prefer_;
        prices_ = program.prices();
        weight_of_fences_ = 0;
        weight_of_choices_ = 0;
        weights_.assign(
            program.value.begin() + static_cast<std::ptrdiff_t>(fences_), program.value.end());
        for (std::size_t k = 0; k < values_.size(); ++k)
            (k < fences_ ? weight_of_fences_ : weight_of_choices_) += program.value[k];
        return true;
    }

    // Of the last `solve`:
    /// The mixture: the weight of each choice, in the order in which they were added.
    [[nodiscard]] std::vector<double> weights() const { return weights_; }
    [[nodiscard]] double bound() const { return bound_; }
    [[nodiscard]] const price_vector& prices() const { return prices_; }
    [[nodiscard]] bool is_fenced_in() const { return weight_of_fences_ > 1e-6; }
    /// Whether no mixture of choices fits.
    [[nodiscard]] bool prefers_nothing() const { return weight_of_choices_ < 1 - 1e-9; }

private:
    std::size_t rows_;
    resource_vector room_;
    double prefer_;
    std::vector<resource_vector> usages_; ///< columns: fences, then choices
    std::vector<double> values_;
    std::vector<std::int64_t> is_choice_; ///< the row of the weights
    std::size_t fences_ = 0;
    double bound_ = 0;
    price_vector prices_{};
    double weight_of_fences_ = 0;
    double weight_of_choices_ = 0;
    std::vector<double> weights_;

    /// \param is_choice  it takes part in the row of the weights; fences do not
    void add_column(const resource_vector& usage, double value, bool is_choice)
    {
        usages_.push_back(usage);
        values_.push_back(value);
        is_choice_.push_back(is_choice ? 1 : 0);
    }
};

} // namespace espalier::detail
