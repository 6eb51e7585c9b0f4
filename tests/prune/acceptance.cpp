// SPDX-License-Identifier: Apache-2.0
#include "check_both.hpp"

#include <espalier/prune/acceptance.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace espalier;

TEST_CASE("a gain may fall and a loss may rise, in parts or in points")
{
    constexpr acceptance gain{.tolerance = 0.75};
    CHECK_BOTH(gain.accepts(0.5, 0.375));
    CHECK_BOTH(!gain.accepts(0.5, 0.374));
    constexpr acceptance loss{.direction = metric_direction::loss, .tolerance = 0.5};
    CHECK_BOTH(loss.accepts(0.25, 0.5));
    CHECK_BOTH(!loss.accepts(0.25, 0.501));
    CHECK_BOTH(loss.accepts(0.25, 0.01));
    constexpr acceptance points{.tolerance = tolerance::points(0.5)};
    CHECK_BOTH(points.accepts(91.5, 91));
    CHECK_BOTH(!points.accepts(91.5, 90.9));
    constexpr acceptance worse{
        .direction = metric_direction::loss, .tolerance = tolerance::points(0.5)};
    CHECK_BOTH(worse.accepts(-1, -0.5)); // a log-likelihood may be negative
    CHECK_BOTH(!worse.accepts(-1, -0.4));
}

TEST_CASE("noise widens the limit on the side of the worse")
{
    constexpr acceptance gain{.tolerance = 1, .noise = 0.25};
    CHECK_BOTH(gain.accepts(1, 0.75));
    CHECK_BOTH(!gain.accepts(1, 0.74));
    constexpr acceptance loss{.direction = metric_direction::loss, .tolerance = 1, .noise = 0.25};
    CHECK_BOTH(loss.accepts(1, 1.25));
    CHECK_BOTH(!loss.accepts(1, 1.26));
}

TEST_CASE("what is not a number is never accepted")
{
    for (const auto direction : {metric_direction::gain, metric_direction::loss}) {
        const acceptance rule{.direction = direction};
        CHECK_FALSE(rule.accepts(1, std::numeric_limits<double>::quiet_NaN()));
        CHECK_FALSE(rule.accepts(1, std::numeric_limits<double>::infinity()));
        CHECK_FALSE(rule.accepts(1, -std::numeric_limits<double>::infinity()));
    }
}

TEST_CASE("a metric that is too good is on another scale")
{
    const acceptance gain{};
    CHECK_NOTHROW(ensure_plausible(gain, 0.5, 1));
    CHECK_THROWS_WITH(ensure_plausible(gain, 0.91, 12),
        "the metric is far better than the baseline: it is on another scale or has the other "
        "direction (metric = 12, baseline = 0.91, implausible_factor = 2)");
    const acceptance loss{.direction = metric_direction::loss};
    CHECK_NOTHROW(ensure_plausible(loss, 0.5, 0.05));
    CHECK_THROWS(ensure_plausible(loss, 0.5, 0.049));
    CHECK_NOTHROW(ensure_plausible({.implausible_factor = 20}, 0.91, 12));
    CHECK_NOTHROW(ensure_plausible(gain, -1, 12)); // no ratio says anything here
}

TEST_CASE("a rule that cannot be meant is refused")
{
    CHECK_THROWS_WITH(ensure_sound(acceptance{.tolerance = 0.02}),
        "a tolerance is the part of the baseline that has to remain, 0.5 to 1; a loss that is "
        "allowed is tolerance::points (tolerance = 0.02)");
    CHECK_THROWS(ensure_sound(acceptance{.tolerance = 1.01}));
    CHECK_NOTHROW(ensure_sound(acceptance{.tolerance = 0.5}));
    CHECK_NOTHROW(ensure_sound(acceptance{.tolerance = 1}));
    CHECK_THROWS_WITH(ensure_sound(acceptance{.tolerance = tolerance::points(-0.1)}),
        "the points that may be lost are finite and not negative (points = -0.1)");
    CHECK_THROWS_WITH(ensure_sound(acceptance{.noise = -1}),
        "the noise of a metric is finite and not negative (noise = -1)");
    CHECK_THROWS_WITH(ensure_sound(acceptance{.implausible_factor = 1}),
        "a metric is implausible from a factor above 1 (implausible_factor = 1)");
    CHECK_THROWS_WITH(
        ensure_baseline(acceptance{}, 0), "the baseline metric is a positive number (metric = 0)");
    CHECK_NOTHROW(ensure_baseline(acceptance{.tolerance = tolerance::points(1)}, -3));
}
