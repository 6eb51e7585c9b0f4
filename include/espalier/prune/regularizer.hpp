// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/split_offsets.hpp>
#include <espalier/prune/ranking.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

// The resource-aware group lasso: a penalty Σ_g p_g · √n_g · ‖w_g‖₂ over the groups g of n_g
// weights, which pulls whole groups to zero together (Yuan and Lin 2006), each in proportion to the
// price p_g of the resources it hangs on. With equal prices it is the regulariser of the paper; a
// group of nine DSPs and four block RAMs is pulled harder than a single DSP. The gradient of a
// group that is zero is zero (the smallest of its subgradients), so pruned groups stay at rest.

namespace espalier {

namespace detail {

/// p_g · √n_g for each group: what the penalty charges for a unit of its norm. It stays the same as
/// long as the prices do, so whoever steps many times asks once.
inline std::vector<double> group_charges(const grouping& groups, std::span<const double> prices)
{
    ensure(static_cast<std::int64_t>(prices.size()) == groups.groups(), "every group has a price",
        given{"prices", prices.size()}, given{"groups", groups.groups()});
    std::vector<double> charges(prices.begin(), prices.end());
    for (std::size_t g = 0; g < charges.size(); ++g)
        charges[g] *= std::sqrt(static_cast<double>(groups.size(static_cast<std::int64_t>(g))));
    return charges;
}

inline double group_lasso_loss(const grouping& groups, layout framework,
    std::span<const float> weights, std::span<const double> charges)
{
    const std::vector<double> norms = group_norms(groups, framework, weights, ranking::l2);
    return std::inner_product(charges.begin(), charges.end(), norms.begin(), 0.0);
}

} // namespace detail

/// The penalty of one matrix.
/// \param prices  one for each group of the matrix, ≥ 0
/// \throws std::invalid_argument if the number of weights or prices is wrong, here and below
[[nodiscard]] inline double group_lasso_loss(const grouping& groups, layout framework,
    std::span<const float> weights, std::span<const double> prices)
{
    return detail::group_lasso_loss(
        groups, framework, weights, detail::group_charges(groups, prices));
}

namespace detail {

template <std::floating_point Number>
void add_group_lasso_gradient(const grouping& groups, layout framework,
    std::span<const float> weights, std::span<const double> charges, double strength,
    std::span<Number> gradients)
{
    ensure(gradients.size() == weights.size(), "there is a gradient for every weight",
        given{"gradients", gradients.size()}, given{"weights", weights.size()});
    std::vector<double> factors = group_norms(groups, framework, weights, ranking::l2);
    for (std::size_t g = 0; g < factors.size(); ++g)
        factors[g] = factors[g] > 0 ? strength * charges[g] / factors[g] : 0.0;
    visit_weights(groups, framework, [&](std::int64_t offset, std::int64_t group) {
        const auto at = static_cast<std::size_t>(offset);
        gradients[at] += static_cast<Number>(
            factors[static_cast<std::size_t>(group)] * static_cast<double>(weights[at]));
    });
}

template <std::floating_point Number>
void group_lasso_proximal_step(const grouping& groups, layout framework, std::span<Number> weights,
    std::span<const double> charges, double strength)
{
    std::vector<double> factors(charges.size());
    if constexpr (std::same_as<Number, float>)
        group_norms(groups, framework, weights, ranking::l2, factors);
    else
        group_norms(groups, framework, std::vector<float>(weights.begin(), weights.end()),
            ranking::l2, factors);
    for (std::size_t g = 0; g < factors.size(); ++g) {
        const double shrinkage = strength * charges[g];
        factors[g] = factors[g] > shrinkage ? 1 - shrinkage / factors[g] : 0.0;
    }
    visit_weights(groups, framework, [&](std::int64_t offset, std::int64_t group) {
        const auto at = static_cast<std::size_t>(offset);
        weights[at] = static_cast<Number>(
            factors[static_cast<std::size_t>(group)] * static_cast<double>(weights[at]));
    });
}

} // namespace detail

/// Adds the gradient of strength · penalty to the gradients of a matrix.
/// \param gradients  as many as weights, in the framework's order
inline void add_group_lasso_gradient(const grouping& groups, layout framework,
    std::span<const float> weights, std::span<const double> prices, double strength,
    std::span<float> gradients)
{
    detail::add_group_lasso_gradient(
        groups, framework, weights, detail::group_charges(groups, prices), strength, gradients);
}
/// \overload
inline void add_group_lasso_gradient(const grouping& groups, layout framework,
    std::span<const float> weights, std::span<const double> prices, double strength,
    std::span<double> gradients)
{
    detail::add_group_lasso_gradient(
        groups, framework, weights, detail::group_charges(groups, prices), strength, gradients);
}

/// The proximal step of the same penalty: shrinks the norm of every group by
/// strength · p_g · √n_g and sets a group to zero that is smaller than that.
inline void group_lasso_proximal_step(const grouping& groups, layout framework,
    std::span<float> weights, std::span<const double> prices, double strength)
{
    detail::group_lasso_proximal_step(
        groups, framework, weights, detail::group_charges(groups, prices), strength);
}
/// \overload
inline void group_lasso_proximal_step(const grouping& groups, layout framework,
    std::span<double> weights, std::span<const double> prices, double strength)
{
    detail::group_lasso_proximal_step(
        groups, framework, weights, detail::group_charges(groups, prices), strength);
}

} // namespace espalier
