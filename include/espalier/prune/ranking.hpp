// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/layout.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// What a group is worth: the norm of its weights, made comparable between layers by dividing by
// the largest norm of the layer (the paper's ranking). Sums are formed in double and in the order
// of the hardware index, so the same weights give the same values on every run.

namespace espalier {

enum class ranking : std::uint8_t {
    l1,     ///< Σ |w|
    l2,     ///< √ Σ w²
    taylor, ///< Σ |w·g|, g the gradient of the loss: needs observed gradients (sensitivity.hpp)
    fisher, ///< Σ w²·g²: likewise
};

enum class normalization : std::uint8_t {
    layer_maximum, ///< divide by the largest value of the layer (the paper)
    layer_mean,    ///< divide by the mean value of the layer
    none,
};

namespace detail {

/// Walks the weights of a matrix in hardware order: visit(flat, weight).
template <class Visit>
void visit_in_hardware_order(
    const weight_matrix& m, layout framework, std::span<const float> weights, Visit&& visit)
{
    if (order_is_hardware(m, framework)) {
        for (std::size_t i = 0; i < weights.size(); ++i)
            visit(static_cast<std::int64_t>(i), weights[i]);
        return;
    }
    // Nested loops over the axes with the framework's strides: no division in the loop.
    const coordinates extents = extents_of(m);
    const coordinates strides = strides_of(m, framework);
    std::int64_t flat = 0;
    for (std::int64_t g = 0; g < extents[gate]; ++g)
        for (std::int64_t u = 0; u < extents[unit]; ++u) {
            const std::int64_t at_unit =
                gate_swap(m, framework, g) * strides[gate] + u * strides[unit];
            for (std::int64_t r = 0; r < extents[row]; ++r)
                for (std::int64_t c = 0; c < extents[column]; ++c) {
                    std::int64_t at = at_unit + r * strides[row] + c * strides[column];
                    for (std::int64_t ch = 0; ch < extents[channel]; ++ch) {
                        visit(flat++, weights[static_cast<std::size_t>(at)]);
                        at += strides[channel];
                    }
                }
        }
}

/// Adds f(w) of every weight to the sum of its group.
template <class Term>
void add_terms(const grouping& groups, layout framework, std::span<const float> weights,
    Term&& term, std::vector<double>& sums)
{
    if (groups.is_contiguous()) {
        // Groups lie one behind the other, so their borders are met in order.
        std::int64_t group = -1;
        std::int64_t group_end = 0;
        double sum = 0;
        visit_in_hardware_order(groups.matrix(), framework, weights,
            [&](std::int64_t flat, float weight) {
                if (flat == group_end) {
                    if (group >= 0)
                        sums[static_cast<std::size_t>(group)] = sum;
                    sum = 0;
                    group_end = groups.range(++group).last;
                }
                sum += term(weight);
            });
        if (group >= 0)
            sums[static_cast<std::size_t>(group)] = sum;
    } else {
        visit_in_hardware_order(groups.matrix(), framework, weights,
            [&](std::int64_t flat, float weight) {
                sums[static_cast<std::size_t>(groups.group_of(flat))] += term(weight);
            });
    }
}

} // namespace detail

/// The norm of each group of a matrix.
/// \param weights  all weights of the matrix in the framework's order
/// \return one value for each group
/// \throws std::invalid_argument if the number of weights is wrong
[[nodiscard]] inline std::vector<double> group_norms(const grouping& groups, layout framework,
    std::span<const float> weights, ranking by = ranking::l1)
{
    ensure(static_cast<std::int64_t>(weights.size()) == groups.matrix().weights(),
        "a matrix is ranked by all of its weights", given{"given", weights.size()},
        given{"weights", groups.matrix().weights()});
    ensure(by == ranking::l1 || by == ranking::l2,
        "a norm is ranking::l1 or ranking::l2; the others need gradients");
    std::vector<double> norms(static_cast<std::size_t>(groups.groups()), 0.0);
    if (by == ranking::l1) {
        detail::add_terms(groups, framework, weights,
            [](float w) { return std::abs(static_cast<double>(w)); }, norms);
    } else {
        detail::add_terms(groups, framework, weights,
            [](float w) { return static_cast<double>(w) * static_cast<double>(w); }, norms);
        for (double& norm : norms)
            norm = std::sqrt(norm);
    }
    return norms;
}

/// Makes values of one layer comparable with those of others; a layer of zeros stays as it is.
inline void normalize(std::span<double> values, normalization by)
{
    if (values.empty() || by == normalization::none)
        return;
    double scale = 0;
    if (by == normalization::layer_maximum) {
        scale = *std::max_element(values.begin(), values.end());
    } else {
        for (const double value : values)
            scale += value;
        scale /= static_cast<double>(values.size());
    }
    if (scale > 0)
        for (double& value : values)
            value /= scale;
}

} // namespace espalier
