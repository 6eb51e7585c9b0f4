// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/exchange_search.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <knapsack/judge.hpp>
#include <knapsack/linked.hpp>
#include <optional>
#include <vector>

namespace tests_of_exchange_search {

using namespace espalier;
using instances::dice;

namespace {

/// Looks for a choice of a problem in which every item has a class of its own.
detail::exchange_search begin_with(
    const knapsack_problem& problem, std::vector<std::uint8_t> keep, dice& random)
{
    std::vector<double> gains;
    for (std::size_t i = 0; i < problem.size(); ++i) {
        gains.push_back(problem.values[i]);
        for (std::size_t r = 0; r < problem.resources; ++r)
            gains.back() -= 0.02 * random.unit() * static_cast<double>(problem.class_costs[i][r]);
    }
    const resource_vector left =
        detail::less(problem.capacity, usage(problem, keep), problem.resources);
    return {problem.resources, problem.values, problem.class_costs, gains, std::move(keep), left};
}

/// Whether one more item, or one for another, is worth more.
bool can_be_exchanged(const knapsack_problem& problem, std::vector<std::uint8_t> keep)
{
    const double value = value_of(problem, keep);
    const auto is_better = [&] {
        return is_feasible(problem, keep) && value_of(problem, keep) > value * (1 + 1e-12);
    };
    for (std::size_t in = 0; in < keep.size(); ++in) {
        if (keep[in] != 0)
            continue;
        keep[in] = 1;
        bool found = is_better();
        for (std::size_t out = 0; out < keep.size() && !found; ++out)
            if (out != in && keep[out] != 0) {
                keep[out] = 0;
                found = is_better();
                keep[out] = 1;
            }
        keep[in] = 0;
        if (found)
            return true;
    }
    return false;
}

} // namespace

TEST_CASE("exchanges end at a choice that no exchange betters, and nearly always at the best")
{
    int best = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        const knapsack_problem problem =
            instances::all_distinct(4 + random.below(10), 1 + random.below(6), random);
        CAPTURE(seed);
        linked::endless time;
        auto search = begin_with(problem, std::vector<std::uint8_t>(problem.size(), 0), random);
        search.run(0, time.limits);
        CHECK(is_feasible(problem, search.keep));
        CHECK_FALSE(can_be_exchanged(problem, search.keep));
        CHECK(search.value == doctest::Approx(value_of(problem, search.keep)).epsilon(1e-12));
        const double at_first = search.value;
        search.run(200, time.limits);
        CHECK(is_feasible(problem, search.keep));
        CHECK(search.value >= at_first);
        CHECK(search.value == doctest::Approx(value_of(problem, search.keep)).epsilon(1e-12));
        const auto optimum = static_cast<double>(judge::best_of_all_choices(problem).value());
        CHECK(search.value <= optimum * (1 + 1e-12));
        best += search.value >= optimum * (1 - 1e-12) ? 1 : 0;
    }
    CHECK(best >= 198);
}

TEST_CASE("exchanges are the same on every run, and end with their budget")
{
    dice random(3);
    const knapsack_problem problem = instances::all_distinct(80, 10, random);
    std::vector<std::uint8_t> first;
    for (int run = 0; run < 2; ++run) {
        dice again(4);
        linked::endless time;
        auto search = begin_with(problem, std::vector<std::uint8_t>(problem.size(), 0), again);
        search.run(300, time.limits);
        if (run == 1)
            CHECK(search.keep == first);
        first = search.keep;
    }
    for (const std::uint64_t steps : {1U, 1'000U, 20'000U, 1'000'000U}) {
        dice again(4);
        const stopwatch watch;
        detail::budget limits(watch, 1e9, steps);
        auto search = begin_with(problem, std::vector<std::uint8_t>(problem.size(), 0), again);
        search.run(1'000'000'000, limits);
        CHECK(is_feasible(problem, search.keep));
        CHECK(limits.spent() >= steps);
        CHECK(limits.spent() < steps + 4 * 80 * 80 + 80 * 11);
        CHECK(search.value <= value_of(problem, first) * 1.02);
    }
}

} // namespace tests_of_exchange_search
