// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/prune/group_sums.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

// What a group is worth: the norm of its weights, made comparable between layers. The defaults were
// never far behind the best on three data sets (docs/rankings.md); the paper divides by the largest
// norm of the layer. Sums are formed in double and in a fixed order (group_sums.hpp), so
// the same weights give the same values on every run.

namespace espalier {

/// Which norm of its weights a group is valued by.
enum class ranking : std::uint8_t {
    l1,     ///< Σ |w|
    l2,     ///< √ Σ w²
    taylor, ///< Σ |w·g|, g the gradient of the loss: needs observed gradients (sensitivity.hpp)
    fisher, ///< Σ w²·g²: likewise
};

/// How groups are valued: by one of the rankings above, or by a function of one's own.
class ranker {
public:
    /// values[g] = worth of group g, finite and ≥ 0, from the weights of a matrix in the order of
    /// its layout. To be the same for the same weights, or masks will not be.
    using function = std::function<void(const grouping& groups, layout order,
        std::span<const float> weights, std::span<double> values)>;

    /// One of the norms.
    ranker(ranking by) : by_(by) {}
    /// A function of one's own.
    /// \throws std::invalid_argument if there is no function
    template <class Function>
    requires std::constructible_from<function, Function> &&
        (!std::same_as<Function, ranker>)ranker(Function values)
        : own_(std::move(values))
    {
        ensure(static_cast<bool>(own_), "a ranking of one's own is a function");
    }

    /// Whether it ranks by gradients that were observed (ranking::taylor and ranking::fisher).
    [[nodiscard]] bool is_by_gradients() const
    {
        return !own_ && (by_ == ranking::taylor || by_ == ranking::fisher);
    }
    [[nodiscard]] bool is_function() const { return static_cast<bool>(own_); }
    /// Meaningless where there is a function.
    [[nodiscard]] ranking by() const { return by_; }

    /// The value of each group of a matrix, of a ranking without gradients.
    /// \throws std::invalid_argument as group_norms, or if the function gives what is no value
    void value(const grouping& groups, layout order, std::span<const float> weights,
        std::span<double> values) const;

private:
    ranking by_ = ranking::l1;
    function own_;
};

/// What makes the norms of different layers comparable.
enum class normalization : std::uint8_t {
    layer_maximum, ///< divide by the largest value of the layer (the paper)
    layer_mean,    ///< divide by the mean value of the layer
    none,
    /// Divide by the sum of those of the layer's values that are at least as large, of equal ones
    /// by that of the earlier groups (as LAMP divides squares of weights; Lee et al. 2021). The
    /// largest of each layer is worth 1, and no factor on all weights of a layer changes anything.
    lamp,
};

/// The norm of each group of a matrix.
/// \param weights  all weights of the matrix in the framework's order
/// \param norms    one for each group; what they held is forgotten
/// \throws std::invalid_argument if the number of weights or norms is wrong
inline void group_norms(const grouping& groups, layout framework, std::span<const float> weights,
    ranking by, std::span<double> norms)
{
    ensure(static_cast<std::int64_t>(weights.size()) == groups.matrix().weights(),
        "a matrix is ranked by all of its weights", given{"given", weights.size()},
        given{"weights", groups.matrix().weights()});
    ensure(static_cast<std::int64_t>(norms.size()) == groups.groups(),
        "there is a norm for every group", given{"norms", norms.size()},
        given{"groups", groups.groups()});
    ensure(by == ranking::l1 || by == ranking::l2,
        "a norm is ranking::l1 or ranking::l2; the others need gradients");
    if (by == ranking::l1) {
        // |w| before it is widened: half the work, the same number.
        group_sums(
            groups, framework, weights, [](float w) { return static_cast<double>(std::abs(w)); },
            norms);
    } else {
        group_sums(
            groups, framework, weights,
            [](float w) { return static_cast<double>(w) * static_cast<double>(w); }, norms);
        for (double& norm : norms)
            norm = std::sqrt(norm);
    }
}

inline void ranker::value(const grouping& groups, layout order, std::span<const float> weights,
    std::span<double> values) const
{
    if (!own_) {
        group_norms(groups, order, weights, by_, values);
        return;
    }
    own_(groups, order, weights, values);
    for (std::size_t g = 0; g < values.size(); ++g)
        ensure(values[g] >= 0 && is_finite(values[g]),
            "the value of a group is finite and not negative", given{"group", g},
            given{"value", values[g]});
}

/// The norm of each group of a matrix, in a vector of its own.
[[nodiscard]] inline std::vector<double> group_norms(const grouping& groups, layout framework,
    std::span<const float> weights, ranking by = ranking::l1)
{
    std::vector<double> norms(static_cast<std::size_t>(groups.groups()));
    group_norms(groups, framework, weights, by, norms);
    return norms;
}

namespace detail {

inline void divide_by_larger(std::span<double> values)
{
    std::vector<std::pair<double, std::size_t>> falling; // sorted by what is in it: ties by index
    falling.reserve(values.size());
    for (std::size_t group = 0; group < values.size(); ++group)
        falling.emplace_back(-values[group], group);
    std::sort(falling.begin(), falling.end());
    double sum = 0;
    for (const auto& [negative, group] : falling) {
        sum -= negative;
        if (sum > 0)
            values[group] /= sum;
    }
}

} // namespace detail

/// Makes values of one layer comparable with those of others; a layer of zeros stays as it is.
inline void normalize(std::span<double> values, normalization by)
{
    if (values.empty() || by == normalization::none)
        return;
    if (by == normalization::lamp)
        return detail::divide_by_larger(values);
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
