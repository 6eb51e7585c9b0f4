// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/constant.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

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
    /// Part of the weights other than zero that is multiplied.
    [[nodiscard]] double multiplied() const
    {
        double products = 0, zero = (1 - std::exp(-1 / scale)) / 2;
        for (std::int64_t k = 1; k <= std::int64_t{1} << (width - 1); ++k)
            if (signed_digits(k) > max_digits)
                products += of(k);
        return products / (1 - zero);
    }
    /// Different magnitudes among `count` weights that all have from `fewest` to `largest` digits.
    [[nodiscard]] double different(double count, int fewest, int largest) const
    {
        std::vector<double> probabilities;
        for (std::int64_t k = 1; k <= std::int64_t{1} << (width - 1); ++k)
            if (const int digits = signed_digits(k); digits >= fewest && digits <= largest)
                probabilities.push_back(of(k));
        const double all = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
        double result = 0;
        for (const double p : probabilities)
            result += 1 - std::exp(-count * p / all);
        return result;
    }
};

} // namespace detail

/// Counts with as many products and additions as weights of equal magnitude leave on average.
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
    // Of so many weights, those that differ from the others of their input.
    const auto remaining = [&](std::int64_t weights, int fewest_digits, int most_digits) {
        const double on_each = static_cast<double>(weights) / inputs;
        const double rest = inputs * spread.different(on_each, fewest_digits, most_digits);
        return std::min<std::int64_t>(weights, std::llround(rest));
    };
    const std::int64_t products = counts.products;
    counts.products = remaining(products, policy.constants.max_digits + 1, m.weight.width);
    for (std::int64_t* count : {&counts.soft_products, &counts.dsp})
        *count = std::llround(static_cast<double>(*count) * static_cast<double>(counts.products) /
                              static_cast<double>(products));
    if (policy.constants.max_digits == 2 &&
        counts.by_adders == counts.one_digit + counts.two_digits) {
        counts.additions = remaining(counts.two_digits, 2, 2);
        counts.by_adders = remaining(counts.one_digit, 1, 1) + counts.additions;
    }
    return counts;
}

} // namespace espalier
