// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/with/glpk.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <knapsack/linked.hpp>
#include <vector>

using namespace espalier;
using instances::dice;

namespace {

enum class sharing { none, pairs, chains, columns };
constexpr sharing all_kinds[]{sharing::none, sharing::pairs, sharing::chains, sharing::columns};

/// Layers of items, one class each, that share units within the layer. Of four layers three are
/// worth so little that nothing but their floors keeps them.
knapsack_problem layers(std::size_t count, std::size_t items, sharing kind, dice& random)
{
    knapsack_problem problem;
    problem.resources = 2;
    std::vector<std::uint8_t> keep; // some choice that keeps the floors
    const auto use = [&](std::size_t begin, std::size_t end) {
        for (std::size_t item = begin; item < end; ++item)
            problem.shared.users.push_back(static_cast<std::uint32_t>(item));
        problem.shared.kind.push_back(0);
        problem.shared.first.push_back(problem.shared.users.size());
    };
    if (kind != sharing::none) {
        problem.shared.costs = {{1, 1}};
        problem.shared.first = {0};
    }
    for (std::size_t layer = 0; layer < count; ++layer) {
        const bool is_rich = layer % 4 == 3;
        problem.class_costs.push_back({static_cast<std::int64_t>(1 + random.below(2)),
            static_cast<std::int64_t>(random.below(3))});
        problem.floors.push_back(1 + random.below(3));
        const std::size_t first = problem.size();
        for (std::size_t k = 0; k < items; ++k) {
            problem.class_of.push_back(static_cast<std::uint32_t>(layer));
            problem.values.push_back((is_rich ? 1 : 0.01) * random.unit());
            keep.push_back(k < problem.floors.back() || (is_rich && random.one_in(2)));
        }
        for (std::size_t k = 0; k + 1 < items; ++k)
            if (kind == sharing::chains || (kind == sharing::pairs && k % 2 == 0))
                use(first + k, first + k + 2);
        for (std::size_t bit = 0; kind == sharing::columns && bit < 16 * items; bit += 36)
            use(first + bit / 16, first + std::min((bit + 36 + 15) / 16, items));
    }
    problem.capacity = usage(problem, keep);
    return problem;
}

std::size_t binding(const knapsack_problem& problem, const std::vector<std::uint8_t>& keep)
{
    std::vector<std::size_t> kept(problem.classes(), 0);
    for (std::size_t item = 0; item < problem.size(); ++item)
        kept[problem.class_of[item]] += keep[item];
    std::size_t count = 0;
    for (std::size_t c = 0; c < problem.classes(); ++c)
        count += kept[c] == problem.floors[c];
    return count;
}

/// The same problem without floors.
double value_without_floors(knapsack_problem problem)
{
    problem.floors.clear();
    return exact{}(problem).value;
}

} // namespace

TEST_CASE("floors of two hundred classes that bind are proven")
{
    for (const sharing kind : all_kinds) {
        dice random(10 + static_cast<std::uint64_t>(kind));
        const knapsack_problem problem = layers(280, 8, kind, random);
        const knapsack_solution best = exact{}(problem);
        CAPTURE(static_cast<int>(kind));
        CHECK(best.status == solve_status::optimal);
        CHECK(is_feasible(problem, best.keep));
        CHECK(binding(problem, best.keep) >= 200);
        CHECK(best.bound <= best.value * (1 + 1e-13));
        CHECK(best.value < value_without_floors(problem)); // they cost something
    }
}

TEST_CASE("under floors exact finds what GLPK finds")
{
    std::size_t bound_some = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        dice random(seed);
        knapsack_problem problem =
            layers(4 + random.below(9), 5, all_kinds[random.below(4)], random);
        if (random.one_in(3))
            problem.capacity[0] -= 1 + static_cast<std::int64_t>(random.below(8));
        if (random.one_in(3))
            instances::fix_some(problem, random);
        const knapsack_solution best = exact{}(problem);
        const knapsack_solution theirs = glpk{}(problem);
        CAPTURE(seed);
        REQUIRE(best.has_answer() == theirs.has_answer());
        CHECK(best.status ==
              (theirs.has_answer() ? solve_status::optimal : solve_status::infeasible));
        if (!best.has_answer())
            continue;
        CHECK(is_feasible(problem, best.keep));
        CHECK(best.value == doctest::Approx(theirs.value).epsilon(1e-9));
        bound_some += binding(problem, best.keep) > 2;
    }
    CHECK(bound_some > 20);
}

TEST_CASE("floors that no choice meets are called infeasible, any number of them")
{
    for (const sharing kind : all_kinds) {
        dice random(3);
        knapsack_problem problem = layers(200, 6, kind, random);
        // The floors need this much beside units; with them, one unit a layer at the least.
        std::int64_t least = 0;
        for (std::size_t c = 0; c < problem.classes(); ++c)
            least += static_cast<std::int64_t>(problem.floors[c]) * problem.class_costs[c][0];
        CAPTURE(static_cast<int>(kind));
        problem.capacity[0] = least - 1;
        CHECK(exact{}(problem).status == solve_status::infeasible);
        problem.capacity[0] = least + (kind == sharing::none ? 0 : 199);
        const knapsack_solution answer = exact{}(problem);
        CHECK(answer.status ==
              (kind == sharing::none ? solve_status::optimal : solve_status::infeasible));
        if (kind == sharing::none)
            CHECK(binding(problem, answer.keep) == 200);
    }
}
