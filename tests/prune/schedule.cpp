// SPDX-License-Identifier: Apache-2.0
#include <espalier/prune/schedule.hpp>

#include <doctest/doctest.h>

#include <cmath>
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

TEST_CASE("a rejected step is halved and the schedule goes on from where it passes")
{
    const auto tried = run(
        constant{.steps = 2, .target = 0.5}, [](double p) { return p <= 0.3; }, 4);
    CHECK(tried[0] == 0.5);
    CHECK(tried[1] == 0.25); // half-way between dense and the rejected 0.5
    CHECK(tried[2] == 0.5);
    CHECK(tried[3] == 0.375);
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
}

TEST_CASE("a budget is rounded down to whole blocks")
{
    const resources total{.dsp = 6150, .bram18 = 2760};
    const resources budget = budget_at(total, {1 - 1 / 4.7, 1 - 1 / 2.1}, 1);
    CHECK(budget.dsp == 1308);    // 6150 / 4.7 = 1308.5
    CHECK(budget.bram18 == 1314); // 2760 / 2.1 = 1314.3
    CHECK(budget_at({.dsp = 6150}, 0.8, 1).dsp == 1230);
    CHECK(budget_at(total, 0.8, 0) == total);
}

TEST_CASE("an absolute budget becomes a reduction that ends exactly on it")
{
    const resources total{.dsp = 6150, .bram18 = 2760, .lut = 10};
    const resources device{.dsp = 1000, .bram18 = 280, .lut = 500};
    const resources end = budget_at(total, reduction_to(total, device), 1);
    CHECK(end.dsp == 1000);
    CHECK(end.bram18 == 280);
    CHECK(end.lut == 10);
}

TEST_CASE("nonsense schedules are refused")
{
    CHECK_THROWS_WITH(schedule(polynomial{.target = 1.0}),
        "a schedule removes a part in [0, 1) of a resource (part = 1)");
    CHECK_THROWS_WITH(schedule(constant{.target = {0.5, -0.1}}),
        "a schedule removes a part in [0, 1) of a resource (part = -0.1)");
    CHECK_THROWS_WITH(
        schedule(constant{.steps = 0}), "a schedule has at least one step (steps = 0)");
    CHECK_THROWS_WITH(schedule(polynomial{.power = 0}),
        "the power of a polynomial is positive and finite (power = 0)");
    CHECK_THROWS_WITH(schedule(binary{.resolution = 0}),
        "the resolution of a bisection is positive and finite (resolution = 0)");
    CHECK_THROWS(schedule(polynomial{.target = std::nan("")}));
}
