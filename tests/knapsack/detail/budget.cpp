// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/budget.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <thread>

namespace tests_of_budget {

using namespace espalier;
using detail::allowance;
using detail::budget;

namespace {

void wait_until(const stopwatch& watch, double seconds)
{
    while (watch.seconds() <= seconds)
        std::this_thread::sleep_for(std::chrono::microseconds(100));
}

} // namespace

TEST_CASE("a budget is spent when all its steps are")
{
    const stopwatch watch;
    budget limits(watch, 1e9, 100);
    CHECK(!limits.is_spent());
    CHECK(limits.spend(60));
    CHECK(limits.spend(39));
    CHECK(limits.spent() == 99);
    CHECK(limits.check());
    CHECK(!limits.spend(1));
    CHECK(limits.is_spent());
    CHECK(!limits.check());
    CHECK(!limits.spend(0));
    CHECK(limits.spent() == 100);
    CHECK(!limits.out_of_time());
}

TEST_CASE("a budget without steps is spent from the beginning")
{
    const stopwatch watch;
    budget limits(watch, 1e9, 0);
    CHECK(limits.is_spent());
    CHECK(!limits.spend(0));
}

TEST_CASE("a budget without a limit of work goes on after any amount of it")
{
    const stopwatch watch;
    budget limits(watch, 1e9, budget::no_limit);
    for (int k = 0; k < 100; ++k)
        CHECK(limits.spend(std::uint64_t{1} << 50U));
    CHECK(limits.spent() == 100 * (std::uint64_t{1} << 50U));
}

TEST_CASE("the clock is read after some work, or when asked for, and its answer stays")
{
    const stopwatch watch;
    budget working(watch, 0.001, budget::no_limit);
    budget asking(watch, 0.001, budget::no_limit);
    wait_until(watch, 0.001);
    CHECK(working.spend(1)); // not yet read
    CHECK(!working.out_of_time());
    bool may_go_on = true;
    std::uint64_t spent = 1;
    for (; may_go_on && spent < 1'000'000; ++spent)
        may_go_on = working.spend(1);
    CHECK(!may_go_on);
    CHECK(spent > 1'000);
    CHECK(working.out_of_time());
    CHECK(working.is_spent());
    CHECK(!working.spend(1));
    CHECK(!working.check());

    CHECK(!asking.is_spent());
    CHECK(!asking.check());
    CHECK(asking.out_of_time());
    CHECK(asking.spent() == 0);
}

TEST_CASE("the clock is read again and again")
{
    const stopwatch watch;
    budget limits(watch, 0.02, budget::no_limit);
    REQUIRE(limits.spend(1'000'000)); // reads it in time
    wait_until(watch, 0.02);
    CHECK(!limits.spend(1'000'000));
}

TEST_CASE("an allowance ends before the whole, and what it spends the whole has spent")
{
    const stopwatch watch;
    budget whole(watch, 1e9, 1'000);
    allowance part(whole, 100);
    CHECK(part.spend(60));
    CHECK(!part.is_spent());
    CHECK(!part.spend(40));
    CHECK(part.is_spent());
    CHECK(!part.spend(0));
    CHECK(!whole.is_spent());
    CHECK(whole.spent() == 100);
    allowance next(whole, 50);
    CHECK(!next.spend(70)); // more than it had
    CHECK(next.is_spent());
    CHECK(whole.spent() == 170);
}

TEST_CASE("an allowance ends with the whole")
{
    const stopwatch watch;
    budget whole(watch, 1e9, 100);
    allowance part(whole, 1'000);
    CHECK(part.spend(99));
    CHECK(whole.spent() == 99);
    CHECK(!part.spend(1));
    CHECK(part.is_spent());

    budget late(watch, -1, budget::no_limit);
    allowance its(late, 1'000);
    CHECK(its.spend(1));
    CHECK(!late.check());
    CHECK(!its.spend(1));
    CHECK(its.is_spent());
}

} // namespace tests_of_budget
