// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/constant.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <cmath>
#include <cstdint>

// How many products equal weights share where the weights are not at hand, only how many have so
// many digits: as a report says, or a paper. Weights are taken to be spread about zero as Laplace's
// distribution is, as wide as makes their share of products right, and over the inputs evenly. That
// is no property of hardware; with weights `counts_of` counts.

namespace espalier {

namespace detail {

/// Weights of `scale` steps' mean magnitude that are cut to a format.
struct spread_weights {
    int width = 0;
    int max_digits = 0;
    double scale = 0;

    /// Probability of a magnitude: of k cut down, and of -k.
    [[nodiscard]] double of(std::int64_t k) const
    {
        const auto beyond = [this](std::int64_t step) {
            return std::exp(-static_cast<double>(step) / scale) / 2;
        };
        const std::int64_t largest = std::int64_t{1} << (width - 1);
        const double positive =
            k == largest ? 0 : beyond(k) - (k + 1 == largest ? 0 : beyond(k + 1));
        const double negative = beyond(k - 1) - (k == largest ? 0 : beyond(k));
        return positive + negative;
    }
    /// Calls visit(probability) for each magnitude that is multiplied.
    template <class Visit>
    void each_multiplied(Visit visit) const
    {
        for (std::int64_t k = 1; k <= std::int64_t{1} << (width - 1); ++k)
            if (signed_digits(k) > max_digits)
                visit(of(k));
    }
    /// Part of the weights other than zero that is multiplied.
    [[nodiscard]] double multiplied() const
    {
        double products = 0, zero = (1 - std::exp(-1 / scale)) / 2;
        each_multiplied([&](double p) { products += p; });
        return products / (1 - zero);
    }
};

} // namespace detail

/// Counts with as many products as weights of equal magnitude leave on average.
/// \param counts  every weight by itself; in formats beyond 8 bits the digits do not tell
[[nodiscard]] inline constant_counts sharing_on_average(
    const weight_matrix& m, constant_counts counts, const cost_policy& policy = {})
{
    if (!policy.constants.share_equal || counts.products == 0 || m.weight.width > 8 ||
        policy.constants.rule != constant_rule::signed_digits)
        return counts;
    const double part = static_cast<double>(counts.products) /
                        static_cast<double>(counts.products + counts.by_adders);
    detail::spread_weights spread{m.weight.width, policy.constants.max_digits};
    double least = 0.1, most = std::ldexp(1.0, m.weight.width);
    for (int step = 0; step < 40; ++step) { // wider spread, more products
        spread.scale = std::sqrt(least * most);
        (spread.multiplied() < part ? least : most) = spread.scale;
    }
    const auto inputs = static_cast<double>(m.is_depthwise() ? m.weights() : m.n_in());
    const double on_each = static_cast<double>(counts.products) / inputs;
    double all = 0, different = 0;
    spread.each_multiplied([&](double p) { all += p; });
    spread.each_multiplied([&](double p) { different += 1 - std::exp(-on_each * p / all); });
    const double remain = inputs * different / static_cast<double>(counts.products);
    for (std::int64_t* count : {&counts.products, &counts.soft_products, &counts.dsp})
        *count = std::llround(static_cast<double>(*count) * remain);
    return counts;
}

} // namespace espalier
