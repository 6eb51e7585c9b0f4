// SPDX-License-Identifier: Apache-2.0
#include <espalier/prune/schedule.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

using namespace espalier;

namespace {

/// Runs a schedule to its end while `passes` judges every trial; returns what was tried.
template <class Passes>
std::vector<double> run(const schedule& s, Passes&& passes, std::size_t most = 100)
{
    std::vector<trial> trials;
    std::vector<double> tried;
    while (tried.size() < most) {
        const auto progress = s.next(trials);
        if (!progress)
            break;
        tried.push_back(*progress);
        trials.push_back({*progress, passes(*progress)});
    }
    return tried;
}

constexpr auto always = [](double) { return true; };

} // namespace

TEST_CASE("a constant schedule reaches its target in equal steps")
{
    const auto tried = run(constant{.steps = 4, .target = 0.8}, always);
    REQUIRE(tried.size() == 4);
    CHECK(tried[0] == doctest::Approx(0.25));
    CHECK(tried[1] == doctest::Approx(0.5));
    CHECK(tried[2] == doctest::Approx(0.75));
    CHECK(tried[3] == 1.0);
}

TEST_CASE("a polynomial schedule takes ever shorter steps and ends on the target")
{
    const auto tried = run(polynomial{.steps = 10, .target = 0.9}, always);
    REQUIRE(tried.size() == 10);
    CHECK(tried.front() == doctest::Approx(1 - 0.729)); // 1 - 0.9³
    for (std::size_t k = 1; k + 1 < tried.size(); ++k)
        CHECK(tried[k + 1] - tried[k] < tried[k] - tried[k - 1]);
    CHECK(tried.back() == 1.0);
}

TEST_CASE("the last step is the target, however close the one before it is")
{
    // 1 - (1/2000)^4 is 1 but for 6e-14; with power 1000 the very first step is 1.
    for (const double power : {0.001, 1.0, 3.0, 4.0, 1000.0}) {
        CAPTURE(power);
        const auto tried =
            run(polynomial{.steps = 2000, .target = 0.9, .power = power}, always, 3000);
        CHECK(tried.back() == 1.0);
        CHECK(std::adjacent_find(tried.begin(), tried.end(), std::greater_equal{}) == tried.end());
        if (power < 10)
            CHECK(tried.size() == 2000);
    }
}

TEST_CASE("a schedule with an initial part begins there")
{
    CHECK(run(constant{.steps = 2, .target = 0.8, .initial = 0.5}, always) ==
          std::vector{0.5, 0.75, 1.0});
    const auto tried = run(polynomial{.steps = 4, .target = 0.8, .initial = 0.2}, always);
    REQUIRE(tried.size() == 5);
    CHECK(tried[0] == 0.2);
    CHECK(tried[1] == doctest::Approx(0.2 + 0.8 * (1 - 0.421875))); // (3/4)³
    CHECK(tried[4] == 1.0);
}

TEST_CASE("a rejected step is halved, and is a limit from then on")
{
    const auto tried = run(
        constant{.steps = 2, .target = 0.5}, [](double p) { return p <= 0.3; }, 4);
    CHECK(tried == std::vector{0.5, 0.25, 0.375, 0.3125});
}

TEST_CASE("the limits are the tightest accepted and the loosest rejected trial beyond it")
{
    const std::vector<trial> trials{
        {0.5, false}, {0.75, true}, {0.25, true}, {0.9, false}, {0.8, false}, {0.85, false}};
    CHECK(accepted_progress({}) == 0);
    CHECK_FALSE(rejected_progress({}));
    CHECK(accepted_progress(trials) == 0.75);
    CHECK(rejected_progress(trials) == 0.8);
    CHECK_FALSE(rejected_progress(std::span(trials).first(3)));
}

TEST_CASE("a rejected step is skipped if so asked")
{
    const auto tried =
        run(constant{.steps = 4, .target = 0.5, .after_rejection = after_rejection::skip},
            [](double p) { return p != 0.5 && p != 1; });
    CHECK(tried == std::vector{0.25, 0.5, 0.75, 1.0});
}

namespace {

/// Every pattern of verdicts on `rounds` trials, and then over and over.
template <class Visit>
void each_pattern(unsigned rounds, Visit&& visit)
{
    for (unsigned bits = 0; bits < (1U << rounds); ++bits)
        visit([bits, rounds](std::size_t k) { return ((bits >> (k % rounds)) & 1U) != 0; });
}

template <class Verdict>
std::vector<trial> trials_of(const schedule& s, Verdict&& verdict)
{
    std::vector<trial> trials;
    while (trials.size() < 1000) {
        const auto progress = s.next(trials);
        if (!progress)
            break;
        trials.push_back({*progress, verdict(trials.size())});
    }
    return trials;
}

struct halving {
    schedule steps;
    double resolution; ///< at which it gives up
};
const std::vector<halving> that_halve{{constant{.steps = 1}, 1e-9}, {constant{.steps = 4}, 1e-9},
    {constant{.steps = 3, .initial = 0.4}, 1e-9}, {polynomial{.steps = 5}, 1e-9},
    {polynomial{.steps = 3, .power = 0.5, .initial = 0.7}, 1e-9}, {binary{}, 0.02},
    {binary{.resolution = 1e-6}, 1e-6}, {binary{.initial = 0.5}, 0.02}};

} // namespace

TEST_CASE("whatever is rejected, a schedule that halves closes in from both sides and ends")
{
    for (const auto& [s, resolution] : that_halve)
        each_pattern(9, [&, &s = s, resolution = resolution](const auto& verdict) {
            double low = 0, high = 2;
            const std::vector<trial> trials = trials_of(s, verdict);
            REQUIRE(trials.size() < 100);
            for (const trial& t : trials) {
                REQUIRE(t.progress > low);
                REQUIRE(t.progress < high);
                if (high <= 1)
                    REQUIRE(std::abs(t.progress - (low + high) / 2) < 1e-15);
                (t.accepted ? low : high) = t.progress;
            }
            if (high > 1)
                CHECK(low == 1);
            else
                REQUIRE((high - low <= resolution && 2.001 * (high - low) > resolution));
        });
}

TEST_CASE("whatever is rejected, a schedule that skips takes every step once")
{
    const auto skip = after_rejection::skip;
    for (const schedule& s : {schedule(constant{.steps = 7, .after_rejection = skip}),
             schedule(polynomial{.steps = 5, .initial = 0.3, .after_rejection = skip})}) {
        const std::vector<double> steps = run(s, always);
        each_pattern(9, [&](const auto& verdict) {
            std::vector<double> tried;
            for (const trial& t : trials_of(s, verdict))
                tried.push_back(t.progress);
            REQUIRE(tried == steps);
        });
    }
}

TEST_CASE("bisection closes in on the tightest budget that passes")
{
    const double limit = 0.6180339;
    const auto tried =
        run(binary{.target = 0.9, .resolution = 0.01}, [&](double p) { return p <= limit; });
    CHECK(tried.front() == 1.0);
    double best = 0;
    for (const double p : tried)
        if (p <= limit)
            best = std::max(best, p);
    CHECK(limit - best < 0.01);
    CHECK(tried.size() < 10);
}

TEST_CASE("bisection stops at once when the target itself passes")
{
    CHECK(run(binary{.target = 0.9}, always) == std::vector{1.0});
    CHECK(run(binary{.target = 0.9, .initial = 0.4}, always) == std::vector{0.4, 1.0});
}

TEST_CASE("nonsense schedules are refused")
{
    CHECK_THROWS_WITH(schedule(polynomial{.target = 1.1}),
        "a schedule removes a part in [0, 1] of a resource (resource = 'dsp', part = 1.1)");
    CHECK_THROWS_WITH(schedule(constant{.target = {0.5, -0.1}}),
        "a schedule removes a part in [0, 1] of a resource (resource = 'bram18', part = -0.1)");
    CHECK_THROWS_WITH(
        schedule(constant{.steps = 0}), "a schedule has 1 to 10000 steps (steps = 0)");
    CHECK_THROWS_WITH(schedule(polynomial{.power = 0}),
        "the power of a polynomial is positive and finite (power = 0)");
    CHECK_THROWS_WITH(schedule(binary{.resolution = 0}),
        "the resolution of a bisection is positive and finite (resolution = 0)");
    CHECK_THROWS(schedule(polynomial{.target = std::nan("")}));
    CHECK_THROWS_WITH(
        schedule(polynomial{.steps = 10'001}), "a schedule has 1 to 10000 steps (steps = 10001)");
    CHECK_THROWS_WITH(schedule(constant{.target = at_most{.bram18 = -1}}),
        "a limit of a resource is not negative (resource = 'bram18', limit = -1)");
    for (const double initial : {-0.1, 1.0, std::nan("")})
        CHECK_THROWS(schedule(constant{.initial = initial}));
    CHECK_THROWS_WITH(schedule(binary{.initial = 1}),
        "a schedule begins at a part in [0, 1) of its way (initial = 1)");
    CHECK_THROWS_WITH(schedule(polynomial{.initial = 1}),
        "a schedule begins at a part in [0, 1) of its way (initial = 1)");
    CHECK_THROWS_WITH(schedule(binary{.speed = {.bram = 0}}),
        "the speed of a resource is positive and finite (resource = 'bram18', speed = 0)");
    CHECK_NOTHROW(schedule(constant{.target = 1.0}));
    reduction of_own;
    of_own.custom[2] = 2;
    CHECK_THROWS_WITH(schedule(constant{.target = of_own}),
        "a schedule removes a part in [0, 1] of a resource (resource = 'custom', part = 2)");
}

namespace {

struct of_my_own {
    double answer = 0;
    reduction target = 0.5;

    std::optional<double> operator()(std::span<const trial>) const { return answer; }
};

} // namespace

TEST_CASE("any callable with a target is a schedule")
{
    CHECK(schedule(of_my_own{0.25}).next({}) == 0.25);
    CHECK(schedule(of_my_own{}).speed() == speeds{});
    CHECK(schedule(of_my_own{}).target() == pruning_target(0.5));
    CHECK_THROWS_WITH(static_cast<void>(schedule(of_my_own{80}).next({})),
        "a schedule answers a progress in [0, 1] (progress = 80)");
    CHECK_THROWS(static_cast<void>(schedule(of_my_own{-0.1}).next({})));
    CHECK_THROWS(static_cast<void>(schedule(of_my_own{std::nan("")}).next({})));
}
