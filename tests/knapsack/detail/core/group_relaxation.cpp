// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/group_relaxation.hpp>
#include <espalier/knapsack/exact.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/core_problems.hpp>
#include <knapsack/instances.hpp>
#include <limits>
#include <numeric>
#include <vector>

namespace tests_of_group_relaxation {

using namespace espalier;
using core_problems::infinity;
using detail::core_problem;
using detail::least_loss_by_group;
using instances::dice;

namespace {

/// The least loss of one resource where changes without loss are made any number of times, also
/// backwards, and the others any number of times: shortest paths over what is left, modulo the
/// greatest common divisor, by going over all of them until nothing changes.
double modulo_gcd(const core_problem& core)
{
    std::int64_t divisor = 0;
    for (std::size_t k = 0; k < core.changes(); ++k)
        if (core.loss[k] == 0)
            divisor = std::gcd(divisor, core.usage(k)[0]);
    if (divisor == 0)
        return 0;
    const auto at = [&](std::int64_t amount) {
        return static_cast<std::size_t>((amount % divisor + divisor) % divisor);
    };
    std::vector<double> least(static_cast<std::size_t>(divisor), infinity);
    least[0] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (std::int64_t amount = 0; amount < divisor; ++amount) {
            const auto relax = [&](std::int64_t by, double loss) {
                double& there = least[at(amount + by)];
                if (least[at(amount)] + loss < there * (1 - 1e-13)) {
                    there = least[at(amount)] + loss;
                    changed = true;
                }
            };
            relax(1, core.price[0]);
            for (std::size_t k = 0; k < core.changes(); ++k)
                relax(core.usage(k)[0], core.loss[k]);
        }
    }
    return least[at(core.left[0])];
}

/// Pairs of items that share a unit each; items and units cost 1, and so much is left.
knapsack_problem equal_pairs(std::uint32_t pairs, std::int64_t capacity)
{
    knapsack_problem problem{.resources = 1,
        .values = std::vector<double>(2 * std::size_t{pairs}, 1.0),
        .class_of = std::vector<std::uint32_t>(2 * std::size_t{pairs}, 0),
        .class_costs = {{1}},
        .capacity = {capacity}};
    problem.shared.costs = {{1}};
    problem.shared.kind.assign(pairs, 0);
    problem.shared.first = {0};
    for (std::uint32_t pair = 0; pair < pairs; ++pair) {
        problem.shared.users.insert(problem.shared.users.end(), {2 * pair, 2 * pair + 1});
        problem.shared.first.push_back(problem.shared.users.size());
    }
    return problem;
}

} // namespace

TEST_CASE("no choice of a core loses less than the group relaxation")
{
    std::size_t positive = 0;
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        dice random(seed);
        const core_problem core = core_problems::any({.rows = 1 + random.below(4),
                                                         .places = 1 + random.below(6),
                                                         .most_changes = 1 + random.below(4),
                                                         .most = random.one_in(3) ? 50 : 5,
                                                         .whole_losses = !random.one_in(4)},
            random);
        const double right = core_problems::judge(core).least;
        const double known = random.one_in(3)   ? infinity
                             : right < infinity ? right * (1 + 0.2 * random.unit())
                                                : 1 + random.unit();
        const double bound = least_loss_by_group(core, known);
        CAPTURE(seed);
        CHECK(bound >= core.base_loss);
        CHECK(std::min(bound, known) <= right * (1 + 1e-12));
        positive += bound > core.base_loss;
    }
    CHECK(positive > 500);
}

TEST_CASE("of one resource the group relaxation is that modulo the greatest common divisor")
{
    std::size_t by_a_step = 0;
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        dice random(seed);
        core_problem core = core_problems::any({.rows = 1,
                                                   .places = 1 + random.below(6),
                                                   .most_changes = 1 + random.below(4),
                                                   .most = random.one_in(3) ? 100 : 8,
                                                   .whole_losses = true},
            random);
        core.price[0] *= 20; // or units left would cost less than any step
        const double right = modulo_gcd(core);
        CAPTURE(seed);
        CHECK(least_loss_by_group(core, 1e4) == doctest::Approx(core.base_loss + right));
        core_problem without = core;
        for (double& loss : without.loss)
            loss = loss > 0 ? 1e3 : 0;
        by_a_step += modulo_gcd(without) > right;
    }
    CHECK(by_a_step > 300);
}

TEST_CASE("rounding does not make a change of no loss a step")
{
    core_problem core{.rows = 1, .price = {0.5}, .left = {2}};
    core.usages = {{3}};
    core.add_change(1e-16, 0);
    core.close(1);
    CHECK(least_loss_by_group(core, 1.0) == doctest::Approx(1.0)); // two units stay unused
    CHECK(least_loss_by_group(core, infinity) == 0);               // nothing to compare with
}

TEST_CASE("more ways than are worth it are not gone, nor those that might overflow")
{
    core_problem core{.rows = 1, .price = {0.5}, .left = {1}};
    core.usages = {{4'000}};
    core.add_change(0, 0);
    for (std::uint32_t k = 1; k < 100; ++k) {
        core.usages.push_back({2 * std::int64_t{k}});
        core.add_change(0.25, k);
    }
    core.close(1);
    CHECK(least_loss_by_group(core, 1.0) == 0); // 4,000 cases, 100 ways from each
    core.usages.resize(20);
    core.loss.resize(20);
    core.kind.resize(20);
    core.first = {0, 20};
    CHECK(least_loss_by_group(core, 1.0) == doctest::Approx(0.5));
    core.usages[7] = {std::int64_t{1} << 40};
    CHECK(least_loss_by_group(core, 1.0) == 0);
}

TEST_CASE("thousands of equal pairs that leave a unit of capacity over are proven soon")
{
    // 1,400 units: 466 pairs of three and a single item of two, in any of 10^280 ways.
    const knapsack_solution best = exact{.work_limit = 1'000'000'000}(equal_pairs(1'000, 1'400));
    CHECK(best.status == solve_status::optimal);
    CHECK(best.value == 933);
    const knapsack_solution more = exact{.work_limit = 3'000'000'000}(equal_pairs(3'000, 4'199));
    CHECK(more.status == solve_status::optimal);
    CHECK(more.value == 2'799);
}

} // namespace tests_of_group_relaxation
