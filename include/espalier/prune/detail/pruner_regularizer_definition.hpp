// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/arithmetic.hpp>
#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/linkage.hpp>
#include <espalier/prune/detail/matrix_items.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/regularizer.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

// What a round adds to training: the group lasso, and what it charges each group.

namespace espalier {

ESPALIER_INLINE void pruner::set_charges(const knapsack_solution& solution)
{
    if (options_.regularization == 0)
        return; // nobody will ask
    std::vector<double> prices(solution.shadow_price.begin(), solution.shadow_price.end());
    prices.resize(selection_.resource_count());
    if (std::all_of(prices.begin(), prices.end(), [](double p) { return p <= 0; })) {
        const resource_vector total = detail::amounts_of(selection_.total());
        for (std::size_t r = 0; r < prices.size(); ++r)
            prices[r] = total[r] > 0 ? 1.0 / static_cast<double>(total[r]) : 0.0;
    }
    const std::vector<double> price_of = selection_.priced(prices);
    double sum = 0;
    for (const double p : price_of)
        sum += p;
    const double mean = sum > 0 ? sum / static_cast<double>(price_of.size()) : 1;
    charges_.clear();
    for (std::size_t m = 0; m < matrices(); ++m) {
        const grouping& groups = selection_.groups_of(m);
        charges_.push_back(
            detail::group_charges(groups, std::span{price_of}.subspan(selection_.first_item(m),
                                              static_cast<std::size_t>(groups.groups()))));
        for (double& charge : charges_.back())
            charge /= mean;
    }
}

template <class Number>
void pruner::add_regularizer(std::span<const std::span<Number>> gradients) const
{
    ensure_gradients(gradients);
    if (options_.regularization == 0)
        return;
    std::vector<float> buffer;
    for (std::size_t m = 0; m < matrices(); ++m)
        detail::add_group_lasso_gradient(selection_.groups_of(m), network_.weights[m].order(),
            network_.weights[m].read(buffer), charges_[m], options_.regularization, gradients[m]);
}

ESPALIER_INLINE void pruner::round::regularize(std::span<const std::span<float>> gradients) const
{
    owner().add_regularizer(gradients);
}
ESPALIER_INLINE void pruner::round::regularize(std::span<const std::span<double>> gradients) const
{
    owner().add_regularizer(gradients);
}

ESPALIER_INLINE double pruner::round::regularization_loss() const
{
    const pruner& of = owner();
    if (of.options_.regularization == 0)
        return 0;
    double loss = 0;
    std::vector<float> buffer;
    for (std::size_t m = 0; m < of.matrices(); ++m)
        loss += detail::group_lasso_loss(of.selection_.groups_of(m), of.network_.weights[m].order(),
            of.network_.weights[m].read(buffer), of.charges_[m]);
    return of.options_.regularization * loss;
}

ESPALIER_INLINE void pruner::round::shrink(double learning_rate)
{
    const pruner& of = owner();
    ensure(learning_rate >= 0 && is_finite(learning_rate),
        "a learning rate is finite and not negative", given{"learning_rate", learning_rate});
    if (of.options_.regularization == 0)
        return;
    for (std::size_t m = 0; m < of.matrices(); ++m)
        of.network_.weights[m].update([&](auto weights) {
            detail::group_lasso_proximal_step(of.selection_.groups_of(m),
                of.network_.weights[m].order(), weights, of.charges_[m],
                learning_rate * of.options_.regularization);
        });
}

} // namespace espalier
