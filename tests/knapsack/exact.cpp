// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/core.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/with/glpk.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <how_often.hpp>
#include <knapsack/classic.hpp>
#include <knapsack/dynamic_programming.hpp>
#include <knapsack/instances.hpp>

using namespace espalier;
using instances::dice;

namespace {

/// After the recipe of Chu and Beasley (1998): weights uniform in 0 … 1000, capacities a share of
/// their sums, values the mean weight plus up to 500.
knapsack_problem chu_beasley(std::size_t items, std::size_t rows, double tightness, dice& random)
{
    std::vector<std::vector<std::int64_t>> weights(rows, std::vector<std::int64_t>(items));
    std::vector<double> profits(items, 0);
    std::vector<std::int64_t> capacity(rows, 0);
    for (std::size_t r = 0; r < rows; ++r) {
        std::int64_t sum = 0;
        for (std::size_t item = 0; item < items; ++item) {
            sum += weights[r][item] = static_cast<std::int64_t>(random.below(1001));
            profits[item] += static_cast<double>(weights[r][item]) / static_cast<double>(rows);
        }
        capacity[r] = static_cast<std::int64_t>(tightness * static_cast<double>(sum));
    }
    for (double& profit : profits)
        profit = std::floor(profit + 500 * random.unit());
    return instances::general(profits, weights, capacity);
}

} // namespace

TEST_CASE("Petersen's first problem has the published optimum of 3800")
{
    const knapsack_problem problem = instances::general({100, 600, 1200, 2400, 500, 2000},
        {{8, 12, 13, 64, 22, 41}, {8, 12, 13, 75, 22, 41}, {3, 6, 4, 18, 6, 4},
            {5, 10, 8, 32, 6, 12}, {5, 13, 8, 42, 6, 20}, {5, 13, 8, 48, 6, 20}, {0, 0, 0, 0, 8, 0},
            {3, 0, 4, 0, 8, 0}, {3, 2, 4, 0, 8, 4}, {3, 2, 4, 8, 8, 4}},
        {80, 96, 20, 36, 44, 48, 10, 18, 22, 24});
    const knapsack_solution best = exact{}(problem);
    CHECK(best.status == solve_status::optimal);
    CHECK(best.value == 3800);
    CHECK(instances::brute_force(problem) == 3800);
}

TEST_CASE("Weingartner's problems of 28 items have the published optima")
{
    for (const auto& [problem, optimum] : instances::weingartner()) {
        const knapsack_solution best = exact{}(problem);
        CHECK(best.status == solve_status::optimal);
        CHECK(is_feasible(problem, best.keep));
        CHECK(best.value == optimum);
    }
}

TEST_CASE("problems like those of Senju and Toyoda, 60 items under 30 constraints, are proven")
{
    // Half of the numbers below 100, half below 1000; all capacities equal.
    for (std::uint64_t seed = 1; seed <= how_often(3U); ++seed) {
        dice random(seed);
        const auto number = [&] {
            return static_cast<std::int64_t>(1 + random.below(random.one_in(2) ? 99 : 999));
        };
        std::vector<double> profits(60);
        for (double& profit : profits)
            profit = static_cast<double>(number());
        std::vector<std::vector<std::int64_t>> weights(30, std::vector<std::int64_t>(60));
        for (auto& row : weights)
            for (std::int64_t& weight : row)
                weight = number();
        const knapsack_problem problem =
            instances::general(profits, weights, std::vector<std::int64_t>(30, 6000));
        CAPTURE(seed);
        const knapsack_solution best = exact{}(problem);
        CHECK(best.status == solve_status::optimal);
        CHECK(is_feasible(problem, best.keep));
        const knapsack_solution theirs = glpk{}(problem);
        REQUIRE(theirs.status == solve_status::optimal);
        CHECK(best.value == theirs.value);
    }
}

TEST_CASE("small general problems of 2 to 30 constraints are solved to optimality")
{
    for (const std::size_t rows : {2U, 5U, 10U, 30U})
        for (const double tightness : {0.25, 0.5, 0.75}) {
            dice random(rows * 100 + static_cast<std::size_t>(100 * tightness));
            const knapsack_problem problem =
                chu_beasley(rows == 30 ? 20 : 28, rows, tightness, random);
            const knapsack_solution best = exact{}(problem);
            CAPTURE(rows);
            CAPTURE(tightness);
            CHECK(best.status == solve_status::optimal);
            CHECK(is_feasible(problem, best.keep));
            CHECK(best.value >= greedy{}(problem).value);
        }
}

TEST_CASE("a general problem too hard for its time keeps the limit and an honest gap")
{
    dice random(1);
    const knapsack_problem problem = chu_beasley(500, 30, 0.5, random);
    const knapsack_solution best = exact{.time_limit = 0.5}(problem);
    CHECK(best.status == solve_status::time_limit);
    CHECK(is_feasible(problem, best.keep));
    CHECK(best.seconds < 3);
    CHECK(best.gap() > 0);
    CHECK(best.gap() < 0.05);
    CHECK(best.value >= greedy{}(problem).value);
}

TEST_CASE("a hundred thousand items are proven optimal")
{
    for (const std::size_t resources : {2U, 3U})
        for (const std::size_t classes : {5U, 50U}) {
            dice random(resources + classes);
            knapsack_problem problem =
                instances::plain(100'000, resources, classes, instances::values::uniform, random);
            for (std::size_t r = 0; r < resources; ++r)
                problem.capacity[r] = 90'000;
            const knapsack_solution best = exact{}(problem);
            CHECK(best.status == solve_status::optimal);
            CHECK(is_feasible(problem, best.keep));
            CHECK(best.gap() < 1e-13);
        }
}

TEST_CASE("equal items are kept in the order of their indices")
{
    knapsack_problem problem{.resources = 1,
        .values = std::vector<double>(20'000, 0.25),
        .class_of = std::vector<std::uint32_t>(20'000, 0),
        .class_costs = {{3}},
        .capacity = {3 * 1234 + 2}};
    const knapsack_solution best = exact{}(problem);
    CHECK(best.status == solve_status::optimal);
    CHECK(best.value == 1234 * 0.25);
    CHECK(std::is_sorted(best.keep.rbegin(), best.keep.rend()));
}

TEST_CASE("the values may be of any scale")
{
    dice random(5);
    const knapsack_problem problem =
        instances::plain(3000, 2, 4, instances::values::uniform, random);
    const knapsack_solution at_one = exact{}(problem);
    for (const int exponent : {-100, -60, 60, 100}) {
        knapsack_problem scaled = problem;
        for (double& value : scaled.values)
            value = std::ldexp(value, exponent);
        const knapsack_solution best = exact{}(scaled);
        CHECK(best.keep == at_one.keep);
        CHECK(best.value == std::ldexp(at_one.value, exponent));
        CHECK(best.shadow_price[0] == std::ldexp(at_one.shadow_price[0], exponent));
    }
}

TEST_CASE("the shadow price is what another unit of the resource is worth")
{
    dice random(9);
    knapsack_problem problem = instances::plain(20'000, 1, 3, instances::values::uniform, random);
    problem.class_costs = {{1}, {2}, {3}};
    problem.capacity = {10'000};
    const knapsack_solution before = exact{}(problem);
    problem.capacity = {10'050};
    const knapsack_solution after = exact{}(problem);
    CHECK(
        (after.value - before.value) / 50 == doctest::Approx(before.shadow_price[0]).epsilon(0.02));
}

TEST_CASE("a resource that is not scarce has no price")
{
    const knapsack_problem problem{.resources = 2,
        .values = {1, 2, 3},
        .class_of = {0, 0, 0},
        .class_costs = {{1, 1}},
        .capacity = {2, 100}};
    const knapsack_solution best = exact{}(problem);
    CHECK(best.keep == std::vector<std::uint8_t>{0, 1, 1});
    CHECK(best.shadow_price[1] == 0);
    CHECK(best.shadow_price[0] > 0);
}

TEST_CASE("an item without value is pruned, unless a floor keeps it")
{
    knapsack_problem problem{.resources = 1,
        .values = {0, 0, 0},
        .class_of = {0, 0, 0},
        .class_costs = {{1}},
        .capacity = {3}};
    CHECK(exact{}(problem).keep == std::vector<std::uint8_t>{0, 0, 0});
    problem.floors = {2};
    CHECK(exact{}(problem).keep == std::vector<std::uint8_t>{1, 1, 0});
}

TEST_CASE("tangled sharing is proven, and what is neither found nor ruled out is unknown")
{
    // Twelve units, each used by every item but one: no order of the items has a narrow frontier.
    knapsack_problem problem{.resources = 1,
        .values = std::vector<double>(12, 1.0),
        .class_of = std::vector<std::uint32_t>(12, 0),
        .class_costs = {{0}},
        .capacity = {11}};
    problem.shared.costs = {{1}};
    problem.shared.first = {0};
    for (std::uint32_t unit = 0; unit < 12; ++unit) {
        for (std::uint32_t item = 0; item < 12; ++item)
            if (item != unit)
                problem.shared.users.push_back(item);
        problem.shared.first.push_back(problem.shared.users.size());
        problem.shared.kind.push_back(0);
    }
    problem.floors = {1};
    const knapsack_solution one = exact{}(problem);
    CHECK(one.status == solve_status::optimal);
    CHECK(one.value == 1);
    problem.floors = {2};
    CHECK(exact{}(problem).status == solve_status::infeasible);
    const knapsack_solution none = exact{.work_limit = 1}(problem);
    CHECK(none.status == solve_status::unknown);
    CHECK_FALSE(none.has_answer());
    CHECK(none.reason ==
          "the work limit was reached before a choice was found that meets the floors");
    CHECK(glpk{}(problem).status == solve_status::infeasible);
}

TEST_CASE("a search that is stopped early is never worse than greedy, and its bound holds")
{
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        dice random(50'000 + seed);
        const knapsack_problem problem = instances::any(60, random);
        CAPTURE(seed);
        const knapsack_solution quick = greedy{}(problem);
        for (const exact& stopped : {exact{.time_limit = 1e-9}, exact{.work_limit = 1}}) {
            const knapsack_solution best = stopped(problem);
            if (!best.has_answer())
                continue;
            CHECK(is_feasible(problem, best.keep));
            CHECK(best.value >= quick.value);
            CHECK(best.bound >= best.value);
            CHECK(std::isfinite(best.bound));
        }
    }
}

TEST_CASE("what cannot be met is infeasible, with the reason")
{
    knapsack_problem problem{.resources = 1,
        .values = {1, 1},
        .class_of = {0, 0},
        .class_costs = {{5}},
        .capacity = {7},
        .fixed = {decision::keep, decision::keep}};
    const knapsack_solution none = exact{}(problem);
    CHECK(none.status == solve_status::infeasible);
    CHECK(none.reason == "the items that must be kept need 10 of resource 0, which has 7");
    problem.fixed.clear();
    problem.floors = {2};
    CHECK(exact{}(problem).reason ==
          "the items that must be kept need 10 of resource 0, which has 7");
}

TEST_CASE("an empty problem is solved")
{
    knapsack_problem nothing;
    nothing.resources = 1;
    const knapsack_solution best = exact{}(nothing);
    CHECK(best.status == solve_status::optimal);
    CHECK(best.keep.empty());
    CHECK(best.value == 0);
}

TEST_CASE("one giant among equals does not make the others look free")
{
    const knapsack_problem problem{.resources = 1,
        .values = {13, 13, 13, 2, 13, 13, 13, 13, 13, 1e143, 13.5, 7.5, 15},
        .class_of = std::vector<std::uint32_t>(13, 0),
        .class_costs = {{5}},
        .capacity = {20},
        .shared = {.costs = {{4}, {3}}, .kind = {0, 1}, .first = {0, 2, 3}, .users = {4, 6, 6}}};
    const knapsack_solution best = exact{}(problem);
    CHECK(is_feasible(problem, best.keep));
    CHECK(best.keep[9] == 1);
}

TEST_CASE("a work limit gives up the proof at the same point on every run, with an honest bound")
{
    dice random(99);
    bool limited = false;
    for (int k = 0; k < how_often(8); ++k) {
        const knapsack_problem problem = chu_beasley(60, 5, 0.5, random);
        const knapsack_solution best = exact{}(problem);
        REQUIRE(best.status == solve_status::optimal);
        const knapsack_solution first = exact{.work_limit = 100'000}(problem);
        const knapsack_solution again = exact{.work_limit = 100'000}(problem);
        CHECK(first.keep == again.keep);
        CHECK(first.bound == again.bound);
        CHECK(is_feasible(problem, first.keep));
        CHECK(first.value <= best.value);
        CHECK(first.bound >= best.value);
        CHECK(first.status != solve_status::time_limit);
        limited |= first.status == solve_status::feasible;
    }
    CHECK(limited);
}

TEST_CASE("an item that does not fit hides no other, however large its value")
{
    const knapsack_problem problem{.resources = 2,
        .values = {2e301, 4e-303, 3e-303},
        .class_of = {0, 1, 1},
        .class_costs = {{1, 5}, {3, 0}},
        .capacity = {4, 4}};
    const knapsack_solution best = exact{}(problem);
    CHECK(best.status == solve_status::optimal);
    CHECK(best.value == 4e-303);
}

TEST_CASE("a long chain falls into pieces where its items are worth nothing")
{
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        dice random(70'000 + seed);
        knapsack_problem problem =
            instances::plain(3000, 2, 2, instances::values::half_zero, random);
        instances::share(problem, instances::sharing::chains, random);
        for (resource_vector& cost : problem.class_costs)
            cost = {1 + static_cast<std::int64_t>(random.below(4)), 0};
        for (resource_vector& cost : problem.shared.costs)
            cost = {0, 1};
        problem.capacity = {1500, 600};
        CAPTURE(seed);
        const knapsack_solution best = exact{.time_limit = 20}(problem);
        CHECK(best.status == solve_status::optimal);
        CHECK(is_feasible(problem, best.keep));
    }
}

TEST_CASE("thirty thousand equal items that share memory columns are proven optimal")
{
    // At any prices thousands of components are tied, and together choose far too much or little.
    for (std::uint64_t seed = 0; seed < how_often(12U); ++seed) {
        dice random(70'000 + seed);
        knapsack_problem problem = instances::plain(
            30'000, 1 + seed % 3, 1 + 7 * (seed % 4), instances::values::all_equal, random);
        instances::share(
            problem, seed % 2 == 0 ? instances::sharing::tiles : instances::sharing::stars, random);
        const knapsack_solution best = exact{.time_limit = 60}(problem);
        CAPTURE(seed);
        CHECK(best.status == solve_status::optimal);
        CHECK(best.gap() < 2e-14);
        CHECK(is_feasible(problem, best.keep));
    }
}

TEST_CASE("of equal pairs the cheapest are kept, and the answer is known to an item")
{
    // All values are 1 and a pair shares a unit: keeping the cheapest pairs keeps the most items.
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        dice random(71'000 + seed);
        const std::size_t pairs = 4'000 + random.below(1'000);
        knapsack_problem problem;
        problem.resources = 1;
        problem.class_costs = {{1}, {2}, {5}};
        problem.shared.costs = {{3}};
        problem.shared.first = {0};
        std::vector<std::int64_t> costs; // of pairs
        for (std::uint32_t pair = 0; pair < pairs; ++pair) {
            const auto c = static_cast<std::uint32_t>(random.below(3));
            for (std::uint32_t k = 0; k < 2; ++k) {
                problem.values.push_back(1);
                problem.class_of.push_back(c);
                problem.shared.users.push_back(2 * pair + k);
            }
            problem.shared.first.push_back(problem.shared.users.size());
            problem.shared.kind.push_back(0);
            costs.push_back(2 * problem.class_costs[c][0] + 3);
        }
        std::sort(costs.begin(), costs.end());
        problem.capacity[0] = static_cast<std::int64_t>(random.below(6 * pairs));
        std::int64_t left = problem.capacity[0];
        double kept = 0;
        for (std::size_t k = 0; k < costs.size() && costs[k] <= left; ++k) {
            left -= costs[k];
            kept += 2;
        }
        const knapsack_solution best = exact{}(problem);
        CAPTURE(seed);
        CHECK(best.status == solve_status::optimal);
        CHECK(is_feasible(problem, best.keep));
        // A rest too small for a pair may still hold one item with its unit.
        CHECK(best.value >= kept);
        CHECK(best.value <= kept + 1);
    }
}

TEST_CASE("of two kinds of equal pairs as many are kept as by trying all numbers of them")
{
    // Of a pair none, the more valuable item or both are kept; what the unit costs is paid once.
    struct kind {
        std::array<double, 2> value; ///< of the items; the first is no smaller
        resource_vector item;
        resource_vector unit;
        std::int64_t number;
    };
    const auto answer_by_trial = [](const std::array<kind, 2>& kinds,
                                     const resource_vector& capacity) {
        double best = 0;
        std::array<std::int64_t, 4> n{}; // singles and pairs of the first kind, and of the second
        for (n[0] = 0; n[0] <= kinds[0].number; ++n[0])
            for (n[1] = 0; n[0] + n[1] <= kinds[0].number; ++n[1])
                for (n[2] = 0; n[2] <= kinds[1].number; ++n[2])
                    for (n[3] = 0; n[2] + n[3] <= kinds[1].number; ++n[3]) {
                        double value = 0;
                        bool fits = true;
                        for (std::size_t k = 0; k < 2; ++k)
                            value +=
                                kinds[k].value[0] * static_cast<double>(n[2 * k] + n[2 * k + 1]) +
                                kinds[k].value[1] * static_cast<double>(n[2 * k + 1]);
                        for (std::size_t r = 0; r < 3 && fits; ++r) {
                            std::int64_t used = 0;
                            for (std::size_t k = 0; k < 2; ++k)
                                used += (n[2 * k] + 2 * n[2 * k + 1]) * kinds[k].item[r] +
                                        (n[2 * k] + n[2 * k + 1]) * kinds[k].unit[r];
                            fits = used <= capacity[r];
                        }
                        if (fits)
                            best = std::max(best, value);
                    }
        return best;
    };
    for (std::uint64_t seed = 0; seed < how_often(40U); ++seed) {
        dice random(73'000 + seed);
        // The first was not proven in 12 s while every pair was a place of its own.
        std::array<kind, 2> kinds{
            {{{3, 1}, {4, 0, 0}, {0, 5, 0}, 73}, {{3, 1}, {1, 0, 3}, {5, 0, 4}, 70}}};
        resource_vector capacity{618, 306, 457};
        if (seed > 0) {
            capacity = {};
            for (kind& one : kinds) {
                one.value[1] = 1 + static_cast<double>(random.below(3));
                one.value[0] = one.value[1] + static_cast<double>(random.below(3));
                one.number = 10 + static_cast<std::int64_t>(random.below(30));
                for (std::size_t r = 0; r < 3; ++r) {
                    one.item[r] = static_cast<std::int64_t>(random.below(6));
                    one.unit[r] = static_cast<std::int64_t>(random.below(6));
                    capacity[r] += one.number * (2 * one.item[r] + one.unit[r]);
                }
            }
            for (std::size_t r = 0; r < 3; ++r)
                capacity[r] = capacity[r] * static_cast<std::int64_t>(10 + random.below(70)) / 100;
        }
        knapsack_problem problem;
        problem.resources = 3;
        problem.class_costs = {kinds[0].item, kinds[1].item};
        problem.capacity = capacity;
        problem.shared.costs = {kinds[0].unit, kinds[1].unit};
        problem.shared.first = {0};
        for (std::uint32_t k = 0; k < 2; ++k)
            for (std::int64_t pair = 0; pair < kinds[k].number; ++pair) {
                for (const double value : kinds[k].value) {
                    problem.shared.users.push_back(
                        static_cast<std::uint32_t>(problem.values.size()));
                    problem.values.push_back(value);
                    problem.class_of.push_back(k);
                }
                problem.shared.first.push_back(problem.shared.users.size());
                problem.shared.kind.push_back(k);
            }
        const knapsack_solution best = exact{.work_limit = 2'000'000'000}(problem);
        CAPTURE(seed);
        CHECK(best.status == solve_status::optimal);
        CHECK(is_feasible(problem, best.keep));
        CHECK(best.value == answer_by_trial(kinds, capacity));
    }
}

TEST_CASE("chains of thousands of items keep an honest gap below a hundredth")
{
    for (std::uint64_t seed = 0; seed < how_often(8U); ++seed) {
        dice random(72'000 + seed);
        knapsack_problem problem = instances::plain(4'000, 1 + seed % 3, 5,
            seed % 2 == 0 ? instances::values::uniform : instances::values::all_equal, random);
        instances::share(problem, instances::sharing::chains, random);
        const knapsack_solution best = exact{.time_limit = 600}(problem);
        CAPTURE(seed);
        CHECK(best.has_answer());
        CHECK(is_feasible(problem, best.keep));
        CHECK(best.bound >= best.value);
        CHECK(best.gap() < 1e-2);
        const knapsack_core core = reduce_to_core(problem);
        if (best.status != solve_status::optimal)
            CHECK(core.items.size() > 0);
    }
}

TEST_CASE("amounts near the largest that are allowed do not overflow, with shared units either")
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(73'000 + seed);
        knapsack_problem problem =
            instances::plain(12, 1 + random.below(3), 3, instances::values::uniform, random);
        if (random.one_in(2))
            instances::share(problem, instances::sharing::chains, random);
        // Small amounts, and all of them times the same large one: the same problem.
        knapsack_problem huge = problem;
        std::int64_t most = 1; // of a resource that everything together needs
        for (std::size_t r = 0; r < problem.resources; ++r) {
            std::int64_t total = 0;
            for (const std::uint32_t c : problem.class_of)
                total += problem.class_costs[c][r];
            for (const std::uint32_t kind : problem.shared.kind)
                total += problem.shared.costs[kind][r];
            most = std::max(most, total);
        }
        const std::int64_t factor = ((std::int64_t{1} << 62) - 1) / most;
        const auto enlarge = [&](resource_vector& amounts) {
            for (std::int64_t& amount : amounts)
                amount *= factor;
        };
        enlarge(huge.capacity);
        std::for_each(huge.class_costs.begin(), huge.class_costs.end(), enlarge);
        std::for_each(huge.shared.costs.begin(), huge.shared.costs.end(), enlarge);
        CAPTURE(seed);
        const knapsack_solution best = exact{}(huge);
        CHECK(best.status == solve_status::optimal);
        CHECK(is_feasible(huge, best.keep));
        CHECK(std::abs(best.value - exact{}(problem).value) <= 1e-12 * best.value);
    }
}

TEST_CASE("an item that a floor rules out hides no other, however large its value")
{
    // The item of the large value fits, but not beside one of the first class, which must be kept.
    for (const double large : {0.0, 1e3, 1e10, 1e17, 1e20, 1e127}) {
        knapsack_problem problem;
        problem.resources = 1;
        problem.capacity = {28};
        problem.values = {5.6875, 6, 5.625, 13.625, 1.4375, 6, 1.1875, 0, large, 0.5625, 0.5625,
            0.5625, 5.6875, 13.875, 0};
        problem.class_of = {1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0};
        problem.class_costs = {{7}, {3}};
        problem.floors = {1, 1};
        problem.shared.costs = {{7}, {3}};
        problem.shared.kind = {0, 1, 0, 0, 1, 1};
        problem.shared.first = {0, 3, 6, 9, 12, 15, 18};
        problem.shared.users = {7, 10, 14, 1, 2, 6, 0, 4, 8, 0, 4, 8, 3, 6, 9, 0, 4, 5};
        CAPTURE(large);
        const knapsack_solution best = exact{}(problem);
        CHECK(best.status == solve_status::optimal);
        CHECK(best.value == instances::brute_force(problem));
    }
}

TEST_CASE("equal items of amounts that fill a label do not wrap around in it")
{
    const knapsack_problem problem{.resources = 2,
        .values = {0.75, 0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 0.75, 0.5, 0.25, 0.25, 0.25},
        .class_of = {0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0},
        .class_costs = {{298'906'535, 1'067'513'101}, {764'425'800, 0}},
        .capacity = {2'125'158'656, 4'921'184'007}};
    const knapsack_solution best = exact{}(problem);
    CHECK(best.status == solve_status::optimal);
    CHECK(is_feasible(problem, best.keep));
    CHECK(best.value == 3);
    CHECK(instances::brute_force(problem) == 3);
}
