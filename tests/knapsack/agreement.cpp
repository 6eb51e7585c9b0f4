// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/core.hpp>
#include <espalier/knapsack/dynamic_programming.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/with/glpk.hpp>

#include <doctest/doctest.h>

#include <knapsack/instances.hpp>

using namespace espalier;
using instances::dice;

namespace {

/// What holds of any answer of any solver, given the optimum (negative: there is none).
void check_answer(const knapsack_problem& problem, const knapsack_solution& answer, double optimum)
{
    if (optimum < 0) {
        CHECK_FALSE(answer.has_answer());
        CHECK_FALSE(answer.reason.empty());
        return;
    }
    if (!answer.has_answer())
        return; // greedy may miss what it cannot prove impossible; the others are checked for it
    CHECK(is_feasible(problem, answer.keep));
    CHECK(answer.value <= optimum * (1 + 1e-12));
    CHECK(answer.bound >= optimum * (1 - 1e-15));
    for (const double price : answer.shadow_price)
        CHECK(price >= 0);
}

bool same(double a, double b, double tolerance)
{
    return std::abs(a - b) <= tolerance * std::max(a, b);
}

} // namespace

TEST_CASE("all solvers agree with the trial of every choice")
{
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        dice random(seed);
        const knapsack_problem problem = instances::any(seed % 100 == 0 ? 12 : 7, random);
        const double optimum = instances::brute_force(problem);
        CAPTURE(seed);
        const knapsack_solution best = exact{}(problem);
        check_answer(problem, best, optimum);
        check_answer(problem, greedy{}(problem), optimum);
        REQUIRE(best.has_answer() == (optimum >= 0));
        if (best.status == solve_status::optimal)
            REQUIRE(same(best.value, optimum, 1e-12));
        else if (best.has_answer())
            CHECK(best.bound >= optimum);
        if (problem.resources == 1 && problem.shared.empty() && optimum >= 0)
            REQUIRE(same(dynamic_programming{}(problem).value, optimum, 1e-12));
        if (seed % 5 == 0) {
            const knapsack_solution branch_and_cut = glpk{}(problem);
            check_answer(problem, branch_and_cut, optimum);
            const knapsack_solution on_core = glpk_on_core{}(problem);
            check_answer(problem, on_core, optimum);
            REQUIRE(branch_and_cut.has_answer() == (optimum >= 0));
            if (optimum >= 0) {
                CHECK(same(branch_and_cut.value, optimum, 1e-9));
                CHECK(same(on_core.value, optimum, 1e-9));
            }
        }
    }
}

TEST_CASE("exact equals GLPK wherever GLPK proves its answer")
{
    std::size_t proven = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        dice random(10'000 + seed);
        const std::size_t most = seed % 30 == 0 ? 2000 : seed % 5 == 0 ? 200 : 40;
        const knapsack_problem problem = instances::any(most, random);
        CAPTURE(seed);
        const knapsack_solution ours = exact{.time_limit = 5}(problem);
        const knapsack_solution theirs = glpk{.time_limit = 0.2}(problem);
        if (!ours.has_answer()) {
            CHECK_FALSE(theirs.has_answer());
            continue;
        }
        CHECK(is_feasible(problem, ours.keep));
        CHECK(ours.bound >= theirs.value * (1 - 1e-12));
        if (theirs.status != solve_status::optimal)
            continue;
        ++proven;
        CHECK(is_feasible(problem, theirs.keep));
        if (ours.status == solve_status::optimal)
            CHECK(same(ours.value, theirs.value, 1e-9));
    }
    CHECK(proven > 30);
}

TEST_CASE("a choice better than the incumbent differs from it in the core only")
{
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        dice random(20'000 + seed);
        const knapsack_problem problem = instances::any(30, random);
        CAPTURE(seed);
        const knapsack_solution best = exact{.time_limit = 5}(problem);
        const knapsack_core core = reduce_to_core(problem, 5);
        REQUIRE(core.incumbent.has_answer() == best.has_answer());
        if (best.status != solve_status::optimal)
            continue;
        CHECK(is_feasible(problem, core.incumbent.keep));
        CHECK(core.incumbent.value <= best.value * (1 + 1e-12));
        if (core.items.empty()) {
            CHECK(same(core.incumbent.value, best.value, 1e-12));
            continue;
        }
        const knapsack_solution inside = exact{.time_limit = 5}(core.problem);
        REQUIRE(inside.has_answer());
        const std::vector<std::uint8_t> whole = core.expand(inside.keep);
        CHECK(is_feasible(problem, whole));
        double value = 0;
        for (std::size_t item = 0; item < problem.size(); ++item)
            value += whole[item] ? problem.values[item] : 0.0;
        CHECK(same(value, best.value, 1e-12));
    }
}

TEST_CASE("the same problem has the same answer every time")
{
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        dice random(30'000 + seed);
        const knapsack_problem problem = instances::any(30, random);
        CHECK(exact{}(problem).keep == exact{}(problem).keep);
        CHECK(greedy{}(problem).keep == greedy{}(problem).keep);
    }
}
