// SPDX-License-Identifier: Apache-2.0
#include "how_often.hpp"
#include "literal_units.hpp"
#include "needed_hardware.hpp"

#include <espalier/prune/detail/matrix_items.hpp>
#include <espalier/prune/selection.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <vector>

using namespace espalier;

namespace {

std::vector<detail::matrix_items> matrices_of_network(std::span<const layer_spec> layers,
    std::span<const structure> structures, const cost_policy& costs)
{
    std::vector<detail::matrix_items> matrices;
    std::size_t items = 0;
    for (std::size_t l = 0; l < layers.size(); ++l)
        for (const weight_matrix& m : matrices_of(layers[l])) {
            matrices.push_back(
                {.units = resource_units(grouping(m, structures[l]), costs), .first_item = items});
            items += matrices.back().size();
        }
    return matrices;
}

/// What a problem must say of costs, written out group by group and unit by unit.
struct written_out {
    std::vector<resource_vector> own; ///< one for each item
    std::vector<resource_vector> unit_costs;
    std::vector<std::vector<std::uint32_t>> unit_users;
};

written_out write_out(std::span<const detail::matrix_items> matrices, const cost_policy& costs)
{
    written_out result;
    for (const detail::matrix_items& matrix : matrices) {
        const auto first = static_cast<std::uint32_t>(matrix.first_item);
        result.own.resize(first + matrix.size(), resource_vector{});
        for (const literal_units::unit& unit : literal_units::of(matrix.units.groups(), costs)) {
            const unit_kind& kind = matrix.units.kinds()[unit.kind];
            const resources& need = kind.cost;
            const resource_vector cost{need.dsp, need.bram18, need.lut};
            if (unit.users.size() == 1 && !matrix.units.serves_slots(kind.type)) {
                for (std::size_t r = 0; r < 3; ++r)
                    result.own[first + *unit.users.begin()][r] += cost[r];
                continue;
            }
            result.unit_costs.push_back(cost);
            result.unit_users.emplace_back();
            for (const std::uint32_t user : unit.users)
                result.unit_users.back().push_back(first + user);
        }
    }
    return result;
}

bool agrees(const knapsack_problem& problem, const written_out& expected)
{
    if (problem.class_of.size() != expected.own.size() ||
        problem.shared.size() != expected.unit_costs.size())
        return false;
    for (std::size_t i = 0; i < expected.own.size(); ++i)
        if (problem.class_costs[problem.class_of[i]] != expected.own[i])
            return false;
    for (std::size_t u = 0; u < expected.unit_costs.size(); ++u) {
        const auto users = problem.shared.users_of(u);
        if (problem.shared.costs[problem.shared.kind[u]] != expected.unit_costs[u] ||
            !std::equal(users.begin(), users.end(), expected.unit_users[u].begin(),
                expected.unit_users[u].end()))
            return false;
    }
    return true;
}

} // namespace

TEST_CASE("an item costs the units it has to itself, and every other unit is shared by its users")
{
    std::mt19937_64 random(91);
    int differ = 0;
    std::size_t shared = 0;
    for (int i = 0; i < how_often(1000); ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        std::vector<detail::matrix_items> matrices =
            matrices_of_network(layers, structures, options.costs);
        const knapsack_problem problem = detail::costs_of(matrices);
        differ += agrees(problem, write_out(matrices, options.costs)) ? 0 : 1;
        shared += problem.shared.size();
        CHECK(problem.resources == 3);
        CHECK(problem.values.empty());
        CHECK(problem.fixed.empty());
    }
    CHECK(shared > how_often(10'000U));
    CHECK(differ == 0);
}

TEST_CASE("each matrix has classes of its own, all different, in the order of their first groups")
{
    std::mt19937_64 random(92);
    std::size_t most = 0;
    for (int i = 0; i < 500; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        std::vector<detail::matrix_items> matrices =
            matrices_of_network(layers, structures, options.costs);
        const knapsack_problem problem = detail::costs_of(matrices);
        std::uint32_t next = 0; // the class that has not been seen
        int misplaced = 0;
        for (const detail::matrix_items& matrix : matrices) {
            const std::uint32_t first = next;
            for (std::size_t g = 0; g < matrix.size(); ++g) {
                const std::uint32_t its = problem.class_of[matrix.first_item + g];
                misplaced += its < first || its > next ? 1 : 0;
                next = std::max(next, its + 1);
            }
            for (std::uint32_t a = first; a < next; ++a)
                for (std::uint32_t b = first; b < a; ++b)
                    misplaced += problem.class_costs[a] == problem.class_costs[b] ? 1 : 0;
            most = std::max<std::size_t>(most, next - first);
        }
        CHECK(misplaced == 0);
        CHECK(next == problem.classes());
        // A cost of units is written once, however many layers have it.
        auto costs = problem.shared.costs;
        std::sort(costs.begin(), costs.end());
        CHECK(std::adjacent_find(costs.begin(), costs.end()) == costs.end());
    }
    CHECK(most > 3);
}

TEST_CASE("the floor of a matrix is on its largest class, the first if several are, and no higher")
{
    std::mt19937_64 random(93);
    int ties = 0, cut = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        std::vector<detail::matrix_items> matrices =
            matrices_of_network(layers, structures, options.costs);
        const std::size_t at_least = random() % 40;
        for (detail::matrix_items& matrix : matrices)
            matrix.keep_at_least = at_least;
        const knapsack_problem problem = detail::costs_of(matrices);
        std::vector<std::size_t> expected(problem.classes(), 0);
        for (const detail::matrix_items& matrix : matrices) {
            std::map<std::uint32_t, std::size_t> members;
            for (std::size_t g = 0; g < matrix.size(); ++g)
                ++members[problem.class_of[matrix.first_item + g]];
            auto largest = members.begin();
            for (auto at = members.begin(); at != members.end(); ++at) {
                ties += at != largest && at->second == largest->second ? 1 : 0;
                if (at->second > largest->second)
                    largest = at;
            }
            expected[largest->first] = std::min(at_least, largest->second);
            cut += largest->second < at_least ? 1 : 0;
        }
        CHECK(problem.floors == expected);
    }
    CHECK((ties > 20 && cut > 100));
}

TEST_CASE("a share of a matrix is a floor on each of its classes, rounded up to whole groups")
{
    std::mt19937_64 random(94);
    int above_guard = 0;
    for (int i = 0; i < 500; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        std::vector<detail::matrix_items> matrices =
            matrices_of_network(layers, structures, options.costs);
        // In hundredths, so that the test needs no fraction.
        std::vector<std::size_t> percent;
        for (detail::matrix_items& matrix : matrices) {
            percent.push_back(random() % 101);
            matrix.keep_share = static_cast<double>(percent.back()) / 100;
            matrix.keep_at_least = 0;
        }
        const knapsack_problem problem = detail::costs_of(matrices);
        std::vector<std::size_t> members(problem.classes(), 0);
        for (const std::uint32_t c : problem.class_of)
            ++members[c];
        for (std::size_t m = 0; m < matrices.size(); ++m)
            for (std::size_t g = 0; g < matrices[m].size(); ++g) {
                const std::uint32_t c = problem.class_of[matrices[m].first_item + g];
                CHECK(100 * problem.floors[c] >= percent[m] * members[c]);
                CHECK(100 * problem.floors[c] < percent[m] * members[c] + 100);
                above_guard += problem.floors[c] > 1 ? 1 : 0;
            }
    }
    CHECK(above_guard > 1000);
}

TEST_CASE("slots go to the groups of a matrix by value, equal values by index")
{
    // Three columns of 36 bits serve slots 0 and 1, 2 and 3, 4; the matrix comes behind another.
    const weight_matrix before =
        matrices_of(dense{.inputs = 4, .outputs = 3, .reuse_factor = 4, .weight = {18, 8}})[0];
    weight_matrix ranked = before;
    ranked.units = 5;
    std::vector<detail::matrix_items> matrices;
    matrices.push_back(
        {.units = resource_units(grouping(before, structure::multipliers), cost_policy::paper)});
    matrices.push_back({.units = resource_units(
                            grouping(ranked, structure::packed_multipliers), cost_policy::paper),
        .first_item = 3});
    knapsack_problem problem = detail::costs_of(matrices);
    REQUIRE(problem.shared.size() == 4); // of the first matrix the column of multipliers 0 and 1
    using items = std::vector<std::uint32_t>;
    CHECK(problem.shared.users == items{0, 1, 3, 4, 5, 6, 7});
    problem.values = {1, 2, 3, 2, 5, 7, 5, 2};
    detail::assign_slots(problem, matrices[1]);
    CHECK(problem.shared.users == items{0, 1, 4, 5, 3, 6, 7});
    problem.values = {1, 2, 3, 9, 8, 7, 6, 5};
    detail::assign_slots(problem, matrices[1]);
    CHECK(problem.shared.users == items{0, 1, 3, 4, 5, 6, 7});
}
