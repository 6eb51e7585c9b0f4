// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/with/glpk.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <vector>

// Weights that are pruned, kept with two digits, or kept whole: two items that share a unit, the
// first states of all weights before the second. The second resource is one that nothing uses.

using namespace espalier;
using instances::dice;

namespace {

/// \param share  of the total of each resource that is used, in percent
knapsack_problem three_states(
    std::size_t weights, const resource_vector& share, std::size_t kinds, dice& random)
{
    knapsack_problem problem;
    problem.resources = 3;
    problem.class_costs = {{}, {1}};
    problem.shared.first = {0};
    for (std::size_t k = 0; k < kinds; ++k)
        problem.shared.costs.push_back({0, 0, static_cast<std::int64_t>(5 + 2 * k)});
    std::vector<double> rest;
    std::int64_t adders = 0;
    for (std::uint32_t w = 0; w < weights; ++w) {
        const double value = random.unit() * random.unit();
        const double lost = random.one_in(8) ? 0.0 : 0.3 * random.unit() * value;
        problem.values.push_back(value - lost);
        rest.push_back(lost);
        problem.class_of.push_back(0);
        const auto kind = static_cast<std::uint32_t>(random.below(kinds));
        problem.shared.kind.push_back(kind);
        adders += problem.shared.costs[kind][2];
        const auto whole = static_cast<std::uint32_t>(weights + w);
        problem.shared.users.insert(problem.shared.users.end(), {w, whole});
        problem.shared.first.push_back(problem.shared.users.size());
    }
    problem.values.insert(problem.values.end(), rest.begin(), rest.end());
    problem.class_of.resize(2 * weights, 1);
    problem.capacity = {
        static_cast<std::int64_t>(weights) * share[0] / 100, 7, adders * share[2] / 100};
    return problem;
}

} // namespace

TEST_CASE("the states of a few weights are the best of all that there are")
{
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        dice random(seed);
        knapsack_problem problem = three_states(1 + random.below(7),
            {static_cast<std::int64_t>(random.below(101)), 0,
                static_cast<std::int64_t>(random.below(101))},
            1 + random.below(2), random);
        if (random.one_in(3))
            problem.floors = {random.below(3) % (problem.size() / 2 + 1), 0};
        const double best = instances::brute_force(problem);
        const knapsack_solution found = exact{}(problem);
        CAPTURE(seed);
        CHECK(found.has_answer() == (best >= 0));
        if (!found.has_answer())
            continue;
        CHECK(found.status == solve_status::optimal);
        CHECK(is_feasible(problem, found.keep));
        CHECK(found.value == doctest::Approx(best).epsilon(1e-13));
    }
}

TEST_CASE("of sixty weights GLPK finds no better states")
{
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        dice random(seed);
        const knapsack_problem problem = three_states(60, {30, 0, 60}, 2, random);
        const knapsack_solution found = exact{}(problem);
        const knapsack_solution other = glpk{.time_limit = 2}(problem);
        CAPTURE(seed);
        CHECK(found.status == solve_status::optimal);
        CHECK(other.value <= found.bound);
        if (other.status == solve_status::optimal)
            CHECK(other.value == doctest::Approx(found.value).epsilon(1e-7));
    }
}

TEST_CASE("LUTs that cannot be used up are no hindrance to a proof beside a resource nobody uses")
{
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        dice random(seed);
        knapsack_problem problem = three_states(20'000, {10, 0, 80}, 1, random);
        problem.capacity[2] += 4 - problem.capacity[2] % 5;
        const knapsack_solution found = exact{.work_limit = 10'000'000}(problem);
        CAPTURE(seed);
        CHECK(found.status == solve_status::optimal);
    }
}
