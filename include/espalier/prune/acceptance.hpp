// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>

#include <cstdint>
#include <optional>

// Whether a round was good enough: its metric against the dense network's.

namespace espalier {

/// Which way the metric goes when the network gets better.
enum class metric_direction : std::uint8_t {
    gain, ///< larger is better: accuracy, area under a curve
    loss, ///< smaller is better: an error rate, a cross-entropy
};

/// How much worse than the dense network a pruned one may be.
class tolerance {
public:
    /// The part of the baseline that has to remain, 0.5 … 1: with 0.98 a gain may fall to 0.98 of
    /// the baseline, a loss may rise to 1/0.98 of it.
    constexpr tolerance(double part) : amount_(part) {}
    /// At most so much worse, in the metric's own unit: `points(0.3)` of an accuracy in per cent.
    [[nodiscard]] static constexpr tolerance points(double worse)
    {
        tolerance result(worse);
        result.is_relative_ = false;
        return result;
    }

    [[nodiscard]] constexpr bool is_relative() const { return is_relative_; }
    [[nodiscard]] constexpr double amount() const { return amount_; }
    friend constexpr bool operator==(const tolerance&, const tolerance&) = default;

private:
    double amount_;
    bool is_relative_ = true;
};

/// The rule by which a round is accepted.
struct acceptance {
    metric_direction direction = metric_direction::gain;
    espalier::tolerance tolerance = 0.98;
    /// Two measurements of one network may differ by so much, in the metric's own unit; a round
    /// that misses the limit by no more is accepted.
    double noise = 0;
    /// A metric that is so many times better than the baseline is taken for one on another scale or
    /// of the other direction; none: 2 for a gain, and 10 for a loss, which longer training lowers.
    std::optional<double> implausible_factor{};

    /// The worst metric that is accepted.
    [[nodiscard]] constexpr double limit(double baseline) const
    {
        const double sign = direction == metric_direction::gain ? 1 : -1;
        const double exact = !tolerance.is_relative() ? baseline - sign * tolerance.amount()
                             : direction == metric_direction::gain ? tolerance.amount() * baseline
                                                                   : baseline / tolerance.amount();
        return exact - sign * noise;
    }
    /// Whether a round with this metric is good enough.
    /// \param metric  not finite: training diverged, which is never accepted
    [[nodiscard]] constexpr bool accepts(double baseline, double metric) const
    {
        if (!is_finite(metric))
            return false;
        return direction == metric_direction::gain ? metric >= limit(baseline)
                                                   : metric <= limit(baseline);
    }
};

/// Refuses a rule that no metric could be held against.
/// \throws std::invalid_argument naming the rule and the value
constexpr void ensure_sound(const acceptance& rule)
{
    const double amount = rule.tolerance.amount();
    if (rule.tolerance.is_relative())
        ensure(amount >= 0.5 && amount <= 1,
            "a tolerance is the part of the baseline that has to remain, 0.5 to 1; a loss that is "
            "allowed is tolerance::points",
            given{"tolerance", amount});
    else
        ensure(amount >= 0 && is_finite(amount),
            "the points that may be lost are finite and not negative", given{"points", amount});
    ensure(rule.noise >= 0 && is_finite(rule.noise),
        "the noise of a metric is finite and not negative", given{"noise", rule.noise});
    ensure(!rule.implausible_factor || *rule.implausible_factor > 1,
        "a metric is implausible from a factor above 1",
        given{"implausible_factor", rule.implausible_factor.value_or(0)});
}

/// Refuses a baseline.
/// \throws std::invalid_argument if the baseline is not a number that the rule can compare with
constexpr void ensure_baseline(const acceptance& rule, double metric)
{
    ensure(is_finite(metric) && (metric > 0 || !rule.tolerance.is_relative()),
        "the baseline metric is a positive number", given{"metric", metric});
}

/// Refuses a metric that is on another scale.
/// \throws std::invalid_argument if a metric is better than pruning can make it
constexpr void ensure_plausible(const acceptance& rule, double baseline, double metric)
{
    if (!is_finite(metric) || !(baseline > 0))
        return;
    const bool is_gain = rule.direction == metric_direction::gain;
    const double factor = rule.implausible_factor.value_or(is_gain ? 2 : 10);
    ensure(is_gain ? metric <= factor * baseline : metric >= baseline / factor,
        "the metric is far better than the baseline: it is on another scale or has the other "
        "direction",
        given{"metric", metric}, given{"baseline", baseline}, given{"implausible_factor", factor});
}

} // namespace espalier
