// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/label_search.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/core_problems.hpp>
#include <knapsack/linked.hpp>

namespace tests_of_label_search {

using namespace espalier;
using core_problems::infinity;
using detail::core_problem;
using detail::label_search;
using instances::dice;

namespace {

constexpr double nothing = 1e-12;
constexpr std::uint64_t plenty = detail::budget::no_limit;

/// What a search found, where it came to the end; checks that it is what can be made.
bool is_found(const core_problem& core, double known, double least, label_search& search)
{
    linked::endless time;
    detail::allowance limits(time.limits, plenty);
    if (!search.run(limits))
        return false;
    CHECK(search.loss <= std::max(least, std::min(known, least + core.tolerance)) + nothing);
    CHECK(search.improved == (search.loss < known));
    if (search.improved) {
        CHECK(search.loss >= least - nothing);
        const detail::changes_made made = search.made();
        CHECK(core_problems::is_possible(core, made));
        CHECK(std::abs(core_problems::outcome_of(core, made).loss - search.loss) < nothing);
    } else {
        CHECK(search.loss == known);
    }
    return true;
}

} // namespace

TEST_CASE("the labels find what the trial of all changes finds")
{
    std::size_t improved = 0;
    std::size_t impossible = 0;
    std::size_t known_best = 0;
    for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
        dice random(seed);
        core_problem core = core_problems::any({.rows = 1 + random.below(4),
                                                   .places = 1 + random.below(6),
                                                   .most = random.one_in(3) ? 60 : 5,
                                                   .whole_losses = random.one_in(3)},
            random);
        const core_problems::judgement best = core_problems::judge(core);
        if (random.one_in(3) && best.least < infinity)
            core.unusable = best.unused * random.unit();
        if (random.one_in(4))
            core.tolerance = 0.3 * random.unit();
        const double known = random.one_in(2)         ? infinity
                             : best.least == infinity ? random.unit()
                                                      : best.least + 0.5 * random.unit() - 0.1;
        label_search search(core, known);
        CAPTURE(seed);
        CHECK(is_found(core, known, best.least, search));
        improved += search.improved;
        impossible += best.least == infinity;
        known_best += known < best.least;
    }
    CHECK(improved > 600);
    CHECK(impossible > 100);
    CHECK(known_best > 50);
}

TEST_CASE("amounts that might overflow the labels are given up, never taken for others")
{
    constexpr std::int64_t half[]{
        0, std::int64_t{1} << 39U, std::int64_t{1} << 31U, std::int64_t{1} << 20U, 1 << 15U};
    std::size_t found = 0;
    std::size_t given_up = 0;
    for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
        dice random(seed);
        const std::size_t rows = 1 + random.below(4);
        const auto parts = static_cast<std::int64_t>(1 + random.below(16));
        core_problem core = core_problems::any({.rows = rows,
                                                   .places = 1 + random.below(6),
                                                   .most_changes = 2,
                                                   .most = half[rows] / parts},
            random);
        if (random.one_in(3)) // the largest that a label could hold, or nearly
            core.left[random.below(rows)] =
                (random.one_in(2) ? 1 : -1) *
                (half[rows] - static_cast<std::int64_t>(random.below(3)));
        if (random.one_in(2)) // a resource that only wandering beyond its range could mend
            for (resource_vector& usage : core.usages)
                usage[0] = std::abs(usage[0]);
        const double least = core_problems::judge(core).least;
        label_search search(core, infinity);
        CAPTURE(seed);
        const bool is_proof = is_found(core, infinity, least, search);
        found += is_proof;
        given_up += search.gave_up;
        CHECK(is_proof == !search.gave_up);
        if (search.improved)
            CHECK(core_problems::outcome_of(core, search.made()).loss ==
                  doctest::Approx(search.loss));
    }
    CHECK(found > 500);
    CHECK(given_up > 500);
}

TEST_CASE("the labels know up to four resources")
{
    dice random(1);
    for (const std::size_t rows : {4U, 5U, 32U}) {
        const label_search search(core_problems::any({.rows = rows}, random), infinity);
        if (rows > 4)
            CHECK(search.gave_up);
    }
}

TEST_CASE("what is known at the beginning counts")
{
    const core_problem nothing_to_change{.rows = 1, .price = {0.5}, .left = {3}};
    label_search search(nothing_to_change, infinity);
    CHECK(search.improved);
    CHECK(search.loss == 1.5);
    CHECK(search.made().empty());
    label_search none(nothing_to_change, 1.5);
    CHECK_FALSE(none.improved);
    core_problem overdrawn = nothing_to_change;
    overdrawn.left = {-1};
    linked::endless time;
    detail::allowance limits(time.limits, plenty);
    label_search impossible(overdrawn, infinity);
    CHECK(impossible.run(limits));
    CHECK_FALSE(impossible.improved);
}

TEST_CASE("labels end soon after their work is spent, with a choice that holds")
{
    const core_problem core = core_problems::hard(3, 60, 400, 1);
    for (const std::uint64_t most : {1U, 10'000U, 300'000U}) {
        linked::endless time;
        detail::allowance limits(time.limits, most);
        label_search search(core, infinity);
        CAPTURE(most);
        CHECK_FALSE(search.run(limits));
        CHECK(search.gave_up);
        CHECK(time.limits.spent() < 3 * most + 1'000);
        REQUIRE(search.improved);
        CHECK(core_problems::outcome_of(core, search.made()).loss == doctest::Approx(search.loss));
    }
    linked::endless time;
    detail::allowance limits(time.limits, 20'000'000);
    label_search search(core, infinity);
    search.run(limits);
    CHECK(time.limits.spent() > 3'000'000);
}

} // namespace tests_of_label_search
