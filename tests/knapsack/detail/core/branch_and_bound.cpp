// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/branch_and_bound.hpp>
#include <espalier/knapsack/detail/core/label_search.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <how_often.hpp>
#include <knapsack/core_problems.hpp>
#include <knapsack/linked.hpp>

namespace tests_of_branch_and_bound {

using namespace espalier;
using core_problems::infinity;
using detail::branch_and_bound;
using detail::core_problem;
using instances::dice;

namespace {

constexpr double nothing = 1e-9;
constexpr std::uint64_t plenty = detail::budget::no_limit;

void check_made(const core_problem& core, const branch_and_bound& search)
{
    const detail::changes_made made = search.made();
    CHECK(core_problems::is_possible(core, made));
    CHECK(std::abs(core_problems::outcome_of(core, made).loss - search.loss) < nothing);
}

} // namespace

TEST_CASE("branch and bound finds what the trial of all changes finds")
{
    std::size_t improved = 0;
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < how_often(2'000U); ++seed) {
        dice random(seed);
        core_problem core = core_problems::any({.rows = 1 + random.below(7),
                                                   .places = 1 + random.below(6),
                                                   .most = random.one_in(3) ? 1'000'000 : 5,
                                                   .whole_losses = random.one_in(3)},
            random);
        const double least = core_problems::judge(core).least;
        core.tolerance = random.one_in(4) ? 0.3 * random.unit() : 1e-14;
        const double known = random.one_in(2)    ? infinity
                             : least == infinity ? 1 + random.unit()
                                                 : least + 0.5 * random.unit() - 0.1;
        linked::endless time;
        detail::allowance limits(time.limits, plenty);
        branch_and_bound search(core, known);
        CAPTURE(seed);
        CHECK(search.run(limits));
        CHECK(search.loss <= std::max(least, std::min(known, least + core.tolerance)) + nothing);
        CHECK(search.improved == (search.loss < known));
        CHECK(search.least_loss <= std::max(search.loss, 0.0));
        if (search.improved) {
            CHECK(search.loss >= least - nothing);
            check_made(core, search);
        }
        improved += search.improved;
        impossible += least == infinity;
    }
    CHECK(improved > how_often(600));
    CHECK(impossible > how_often(100));
}

TEST_CASE("branch and bound agrees with labels about hundreds of places")
{
    // Most columns are decided soon, and the rest is searched as a problem of its own.
    std::size_t ended = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        dice random(seed);
        core_problem core = core_problems::any({.rows = 1 + random.below(2),
                                                   .places = 120 + random.below(100),
                                                   .most = 8,
                                                   .whole_losses = random.one_in(4)},
            random);
        core.tolerance = 1e-13;
        linked::endless time;
        detail::allowance limits(time.limits, 20'000'000);
        detail::label_search labels(core, infinity);
        CAPTURE(seed);
        REQUIRE(labels.run(limits));
        // With enough work, and ended anywhere on the way.
        for (const std::uint64_t most :
            {20'000'000U, 300'000U, 100'000U, 30'000U, 10'000U, 3'000U}) {
            detail::allowance for_nodes(time.limits, most);
            branch_and_bound search(core, infinity);
            const bool is_done = search.run(for_nodes);
            CAPTURE(most);
            if (is_done)
                CHECK(std::abs(search.loss - labels.loss) < nothing);
            CHECK(search.least_loss <= labels.loss + nothing);
            CHECK(search.loss >= labels.loss - nothing);
            if (search.improved)
                check_made(core, search);
            ended += !is_done;
        }
    }
    CHECK(ended > 20);
}

TEST_CASE("what decides two changes of one place leaves no choice")
{
    // The last place could use up 10 of 11 that are left at 1 each by both of its changes, were
    // they not of one place; one of them loses 6.1. To lose less than 6.05 both are needed, and all
    // other columns are decided, so that what is left is searched as a problem of its own.
    for (const std::uint32_t count : {1U, 2U}) {
        core_problem core{.rows = 1, .price = {1.0}, .left = {11 * count}};
        core.usages = {{1}, {5}};
        core.tolerance = 1e-13;
        core.add_change(0.1, 1);
        core.add_change(0.1, 1);
        core.close(count);
        for (std::uint32_t k = 0; k < 60; ++k) {
            core.add_change(100, 0);
            core.add_change(100, 0);
            core.close(1);
        }
        const double right = 6.1 * count;
        for (const double known : {right - 0.05, right + 0.05}) {
            linked::endless time;
            detail::allowance limits(time.limits, detail::budget::no_limit);
            branch_and_bound search(core, known);
            CAPTURE(count);
            CAPTURE(known);
            CHECK(search.run(limits));
            CHECK(search.improved == (known > right));
            CHECK(search.loss == doctest::Approx(std::min(known, right)).epsilon(1e-12));
            if (search.improved)
                CHECK(core_problems::is_possible(core, search.made()));
        }
    }
}

TEST_CASE("a bound that was reached early holds")
{
    std::size_t ended = 0;
    for (std::uint64_t seed = 0; seed < how_often(800U); ++seed) {
        dice random(seed);
        core_problem core = core_problems::any({.rows = 1 + random.below(6),
                                                   .places = 4 + random.below(4),
                                                   .most = random.one_in(2) ? 1'000'000 : 10},
            random);
        core.tolerance = 1e-14;
        const double least = core_problems::judge(core).least;
        linked::endless time;
        detail::allowance limits(time.limits, 1 + random.below(8'000));
        branch_and_bound search(core, random.one_in(2) ? infinity : least + random.unit());
        const bool is_done = search.run(limits);
        ended += !is_done;
        CAPTURE(seed);
        CHECK(search.least_loss <= std::min(search.loss, least) + nothing);
        CHECK(search.least_loss >= 0);
        if (search.improved) {
            CHECK(search.loss >= least - nothing);
            check_made(core, search);
        }
    }
    CHECK(ended > how_often(100));
}

TEST_CASE("what no change can use is lost at once")
{
    // All changes use even amounts: of 7 that are left, 1 stays.
    core_problem core{.rows = 1, .price = {0.25}, .left = {7}};
    core.usages = {{2}, {4}};
    for (std::uint32_t k = 0; k < 40; ++k) {
        core.add_change(0.25 + 0.5 * k, k % 2);
        core.close(1);
    }
    linked::endless time;
    detail::allowance limits(time.limits, plenty);
    branch_and_bound search(core, infinity);
    CHECK(search.run(limits));
    CHECK(search.loss == 1.25); // the first two changes lose 1, and 1 stays
}

TEST_CASE("branch and bound ends soon after its work is spent, with a choice and a bound that hold")
{
    const core_problem core = core_problems::hard(6, 28, 100'000, 1); // 18,000,000 steps
    double last = 0;
    for (const std::uint64_t most : {1U, 50'000U, 1'000'000U}) {
        linked::endless time;
        detail::allowance limits(time.limits, most);
        branch_and_bound search(core, infinity);
        CAPTURE(most);
        CHECK_FALSE(search.run(limits));
        CHECK(time.limits.spent() < 2 * most + 20'000);
        CHECK(time.limits.spent() >= most);
        REQUIRE(search.improved);
        check_made(core, search);
        CHECK(search.least_loss <= search.loss);
        CHECK(search.least_loss >= last); // more work, no worse
        last = search.least_loss;
    }
}

} // namespace tests_of_branch_and_bound
