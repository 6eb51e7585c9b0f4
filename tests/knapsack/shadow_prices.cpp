// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/with/glpk.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <knapsack/linear_program.hpp>
#include <vector>

// Shadow prices have the dimension "value per unit of the resource", whatever scale a solver works
// at. At its prices the Lagrangian bound is what the solver's relaxation is worth.

using namespace espalier;
using instances::dice;

namespace {

/// λ·capacity + Σ max(0, value − λ·cost).
double lagrangian(const knapsack_problem& problem, const knapsack_solution& answer)
{
    long double bound = 0;
    const auto price_of = [&](const resource_vector& amounts) {
        long double sum = 0;
        for (std::size_t r = 0; r < problem.resources; ++r)
            sum += static_cast<long double>(answer.shadow_price[r]) *
                   static_cast<long double>(amounts[r]);
        return sum;
    };
    bound += price_of(problem.capacity);
    for (std::size_t item = 0; item < problem.size(); ++item)
        bound += std::max(0.0L, static_cast<long double>(problem.values[item]) -
                                    price_of(problem.class_costs[problem.class_of[item]]));
    return static_cast<double>(bound);
}

/// The optimum with fractions of items.
double linear_optimum(const knapsack_problem& problem)
{
    judge::linear_program program;
    for (std::size_t r = 0; r < problem.resources; ++r)
        program.add_row_at_most(static_cast<double>(problem.capacity[r]));
    for (std::size_t item = 0; item < problem.size(); ++item) {
        std::vector<std::pair<std::size_t, double>> column;
        for (std::size_t r = 0; r < problem.resources; ++r)
            column.emplace_back(
                r, static_cast<double>(problem.class_costs[problem.class_of[item]][r]));
        program.add_column(problem.values[item], 0, 1, column);
    }
    return program.optimum().value();
}

/// All items fit alone, and all of them together do not.
knapsack_problem scarce(dice& random)
{
    const std::size_t items = 20 + random.below(60);
    const std::size_t resources = 1 + random.below(4);
    knapsack_problem problem =
        instances::plain(items, resources, 4, instances::values::uniform, random);
    for (resource_vector& cost : problem.class_costs)
        for (std::size_t r = 0; r < problem.resources; ++r)
            cost[r] += 1;
    for (std::size_t r = 0; r < problem.resources; ++r)
        problem.capacity[r] = static_cast<std::int64_t>(problem.size()) + 6;
    return problem;
}

} // namespace

TEST_CASE("at the shadow prices the Lagrangian bound is that of the relaxation, at any scale")
{
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        dice random(seed);
        knapsack_problem problem = scarce(random);
        const double scale = std::ldexp(1.0, static_cast<int>(random.below(61)) - 30);
        const double relaxed = linear_optimum(problem) * scale;
        for (double& value : problem.values)
            value *= scale;
        CAPTURE(seed);
        const knapsack_solution ours = exact{}(problem);
        CHECK(lagrangian(problem, ours) == doctest::Approx(relaxed).epsilon(1e-9));
        const knapsack_solution theirs = glpk{}(problem);
        CHECK(lagrangian(problem, theirs) == doctest::Approx(relaxed).epsilon(1e-6));
        // Greedy's relaxation has one constraint, the sum of all with its weights.
        const knapsack_solution quick = greedy{}(problem);
        REQUIRE(quick.status == solve_status::feasible);
        CHECK(lagrangian(problem, quick) == doctest::Approx(quick.bound).epsilon(1e-9));
    }
}

TEST_CASE("what nothing is scarce of has no shadow price")
{
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        dice random(seed);
        knapsack_problem problem = scarce(random);
        for (std::size_t r = 0; r < problem.resources; ++r)
            problem.capacity[r] = 1'000;
        problem.capacity[0] = 15; // fewer than a cost of 1 each
        CAPTURE(seed);
        for (const knapsack_solution& answer :
            {exact{}(problem), glpk{}(problem), greedy{}(problem)}) {
            CHECK(answer.shadow_price[0] > 0);
            for (std::size_t r = 1; r < max_resources; ++r)
                CHECK(answer.shadow_price[r] == 0);
        }
        problem.capacity[0] = 1'000;
        for (const knapsack_solution& answer :
            {exact{}(problem), glpk{}(problem), greedy{}(problem)})
            CHECK(answer.shadow_price == decltype(answer.shadow_price){});
    }
}
