// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/workers.hpp>
#include <espalier/knapsack/exact.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <how_often.hpp>
#include <knapsack/instances.hpp>
#include <stdexcept>

namespace tests_of_workers {

using namespace espalier;
using instances::dice;

TEST_CASE("the parts follow each other, begin at grains and cover everything once")
{
    for (const std::size_t things : {0U, 1U, 9U, 10U, 11U, 95U, 1000U})
        for (const std::size_t threads : {1U, 2U, 3U, 8U, 200U}) {
            const detail::workers crew(threads);
            std::vector<std::size_t> begins(crew.parts(things, 10), things + 1);
            std::vector<std::size_t> ends(begins.size());
            crew.each_part(things, 10, [&](std::size_t part, std::size_t begin, std::size_t end) {
                begins[part] = begin;
                ends[part] = end;
            });
            CAPTURE(things);
            CAPTURE(threads);
            CHECK(begins.size() <= threads);
            CHECK(begins.front() == 0);
            CHECK(ends.back() == things);
            for (std::size_t part = 1; part < begins.size(); ++part) {
                CHECK(begins[part] == ends[part - 1]);
                CHECK(begins[part] % 10 == 0);
                CHECK(begins[part] < ends[part]);
            }
        }
}

TEST_CASE("what a part throws reaches the caller after all parts have ended")
{
    for (std::size_t bad = 0; bad < 4; ++bad) {
        std::atomic<int> ended = 0;
        const auto work = [&](std::size_t part, std::size_t, std::size_t) {
            if (part == bad)
                throw std::runtime_error("bad part");
            ++ended;
        };
        CHECK_THROWS_AS(detail::workers(4).each_part(4, 1, work), std::runtime_error);
        CHECK(ended == 3);
    }
}

TEST_CASE("what the parts return comes in their order")
{
    for (const std::size_t threads : {1U, 3U}) {
        const auto begins = detail::workers(threads).of_parts<std::size_t>(
            300'000, [](std::size_t begin, std::size_t) { return begin; });
        REQUIRE(begins.size() == threads);
        CHECK(begins.front() == 0);
        CHECK(std::is_sorted(begins.begin(), begins.end()));
        CHECK(begins.back() == (threads == 1 ? 0 : 3 * detail::workers::grain));
    }
}

TEST_CASE("the answer is the same to the last digit with any number of threads")
{
    std::size_t linked = 0;
    for (std::uint64_t seed = 0; seed < how_often(8U); ++seed) {
        dice random(80'000 + seed);
        const std::size_t items = 150'000 + random.below(100'000);
        const auto kind = static_cast<instances::values>(random.below(instances::value_kinds));
        knapsack_problem problem =
            instances::plain(items, 1 + random.below(3), 1 + random.below(6), kind, random);
        if (seed % 2 == 1)
            instances::share(problem,
                seed % 4 == 1 ? instances::sharing::tiles : instances::sharing::stars, random);
        if (random.one_in(3))
            instances::fix_some(problem, random);
        if (random.one_in(3))
            instances::set_floors(problem, random);
        linked += !problem.shared.empty();
        exact solver{.time_limit = 600, .work_limit = 5'000'000};
        const knapsack_solution one = solver(problem);
        for (const std::size_t threads : {2U, 7U}) {
            solver.threads = threads;
            const knapsack_solution many = solver(problem);
            CAPTURE(seed);
            CAPTURE(threads);
            CHECK(many.status == one.status);
            CHECK(many.keep == one.keep);
            CHECK(many.value == one.value);
            CHECK(many.bound == one.bound);
            CHECK(many.shadow_price == one.shadow_price);
        }
    }
    CHECK(linked == how_often(8U) / 2);
}

TEST_CASE("no thread is no number of threads")
{
    knapsack_problem empty;
    empty.resources = 1;
    CHECK_THROWS_WITH_AS(static_cast<void>(exact{.threads = 0}(empty)),
        doctest::Contains("a solver works with 1 to 1024 threads (threads = 0)"),
        std::invalid_argument);
}

} // namespace tests_of_workers
