// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/price_master.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linear_program.hpp>
#include <knapsack/linked.hpp>
#include <utility>
#include <vector>

namespace tests_of_price_master {

using namespace espalier;
using instances::dice;

namespace {

struct cut {
    resource_vector usage{};
    double value = 0;
};

/// The mixture of choices that is worth most within the room, by GLPK.
double best_mixture(
    const std::vector<cut>& cuts, const resource_vector& room, std::size_t rows, double prefer)
{
    judge::linear_program judged;
    for (std::size_t r = 0; r < rows; ++r)
        judged.add_row_at_most(static_cast<double>(room[r]));
    judged.add_row_at_most(1);
    for (const cut& one : cuts) {
        std::vector<std::pair<std::size_t, double>> column{{rows, 1.0}};
        for (std::size_t r = 0; r < rows; ++r)
            column.emplace_back(r, static_cast<double>(one.usage[r]));
        judged.add_column(one.value + prefer, 0, 1, column);
    }
    const auto optimum = judged.exact_optimum();
    REQUIRE(optimum);
    return *optimum - prefer;
}

/// L(λ) of the cuts alone: what its prices are to minimise.
double bound_at(const std::vector<cut>& cuts, const detail::price_vector& price,
    const resource_vector& room, std::size_t rows, double prefer)
{
    double most = -prefer; // nothing at all
    for (const cut& one : cuts)
        most = std::max(most, one.value - detail::price_of(one.usage, price, rows));
    return most + detail::price_of(room, price, rows);
}

std::vector<cut> any_cuts(std::size_t rows, dice& random)
{
    std::vector<cut> cuts(1 + random.below(12));
    for (cut& one : cuts) {
        for (std::size_t r = 0; r < rows; ++r)
            one.usage[r] = static_cast<std::int64_t>(random.below(100'000));
        one.value = 50 * random.unit();
    }
    return cuts;
}

} // namespace

TEST_CASE("the master's optimum is the best mixture of the choices, its prices make it a bound")
{
    std::size_t preferring_nothing = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        const std::size_t rows = 1 + random.below(4);
        resource_vector room{};
        for (std::size_t r = 0; r < rows; ++r)
            room[r] = static_cast<std::int64_t>(random.below(60'000));
        const double prefer = random.one_in(2) ? 0.0 : 100.0;
        detail::price_master master(rows, room, prefer);
        std::vector<cut> cuts = any_cuts(rows, random);
        linked::endless time;
        for (const cut& one : cuts)
            CHECK(master.add(one.usage, one.value));
        CHECK(!master.add(cuts[0].usage, cuts[0].value));
        CHECK(!master.add(cuts[0].usage, cuts[0].value - 1)); // worth less than what is known
        CAPTURE(seed);
        for (int round = 0; round < 3; ++round) {
            REQUIRE(master.solve(time.limits));
            const double optimum = best_mixture(cuts, room, rows, prefer);
            CHECK(std::abs(master.bound() - optimum) < 1e-9 * (1 + prefer));
            CHECK(std::abs(bound_at(cuts, master.prices(), room, rows, prefer) - optimum) <
                  1e-8 * (1 + prefer));
            CHECK(!master.is_fenced_in());
            // Whether some weight is left over: then a choice that uses nothing would be welcome.
            std::vector<cut> with_nothing = cuts;
            with_nothing.push_back({{}, 1e-3 - prefer});
            const bool has_rest = best_mixture(with_nothing, room, rows, prefer) > optimum + 1e-10;
            if (has_rest)
                CHECK(master.prefers_nothing());
            preferring_nothing += has_rest;
            cut more = any_cuts(rows, random).front();
            CHECK(master.add(more.usage, more.value));
            cuts.push_back(more);
            // The same usage at a larger value is new.
            cuts.front().value += 1;
            CHECK(master.add(cuts.front().usage, cuts.front().value));
        }
    }
    CHECK(preferring_nothing > 50);
}

TEST_CASE(
    "a choice that fits whole is preferred to nothing, and one that does not is mixed with it")
{
    linked::endless time;
    detail::price_master whole(1, {10}, 0.0);
    whole.add({10}, 3.0);
    REQUIRE(whole.solve(time.limits));
    CHECK(!whole.prefers_nothing());
    CHECK(whole.bound() == doctest::Approx(3.0));
    detail::price_master half(1, {5}, 0.0);
    half.add({10}, 3.0);
    REQUIRE(half.solve(time.limits));
    CHECK(half.prefers_nothing());
    CHECK(half.bound() == doctest::Approx(1.5));
    half.prefer_by(1.0);
    REQUIRE(half.solve(time.limits));
    CHECK(half.bound() == doctest::Approx(0.5 * (3.0 + 1.0) - 1.0));
}

TEST_CASE("within a fence the prices stay, and they say when they want out")
{
    std::size_t fenced_in = 0;
    std::size_t within = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(1'000 + seed);
        const std::size_t rows = 1 + random.below(3);
        resource_vector room{};
        for (std::size_t r = 0; r < rows; ++r)
            room[r] = 1 + static_cast<std::int64_t>(random.below(60'000));
        const std::vector<cut> cuts = any_cuts(rows, random);
        linked::endless time;
        detail::price_master open(rows, room, 0.0);
        for (const cut& one : cuts)
            open.add(one.usage, one.value);
        REQUIRE(open.solve(time.limits));
        detail::price_vector centre = open.prices();
        if (random.one_in(2))
            centre = linked::any_price(rows, 1.0, random);
        const double width = 0.3;
        detail::price_master fenced(rows, room, 0.0);
        fenced.fence(centre, room, width);
        for (const cut& one : cuts)
            CHECK(fenced.add(one.usage, one.value));
        CHECK(!fenced.add(cuts[0].usage, cuts[0].value));
        REQUIRE(fenced.solve(time.limits));
        CAPTURE(seed);
        double total = 0;
        for (std::size_t r = 0; r < rows; ++r)
            total += centre[r] * static_cast<double>(room[r]);
        for (std::size_t r = 0; r < rows; ++r) {
            const auto capacity = static_cast<double>(room[r]);
            const double by =
                width * (total > 0 ? std::max(centre[r], 0.05 * total / capacity) : 1 / capacity);
            CHECK(fenced.prices()[r] <= centre[r] + by + 1e-9);
            CHECK(fenced.prices()[r] >= centre[r] - by - 1e-9);
        }
        // The least bound within the fence is no less than that without; equal if it does not say
        // that it wants out.
        const double its = bound_at(cuts, fenced.prices(), room, rows, 0.0);
        CHECK(its >= open.bound() - 1e-9);
        if (fenced.is_fenced_in())
            ++fenced_in;
        else {
            ++within;
            CHECK(std::abs(fenced.bound() - open.bound()) < 1e-8);
        }
        fenced.drop_fence();
        REQUIRE(fenced.solve(time.limits));
        CHECK(!fenced.is_fenced_in());
        CHECK(std::abs(fenced.bound() - open.bound()) < 1e-9);
    }
    CHECK(fenced_in > 30);
    CHECK(within > 30);
}

TEST_CASE("the master finds no optimum without a budget")
{
    const stopwatch watch;
    detail::budget none(watch, 1e9, 0);
    detail::price_master master(1, {5}, 0.0);
    master.add({10}, 3.0);
    CHECK(!master.solve(none));
}

} // namespace tests_of_price_master
