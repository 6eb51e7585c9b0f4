// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/tangled/open_part.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <knapsack/judge.hpp>
#include <knapsack/tangled.hpp>
#include <limits>
#include <optional>
#include <vector>

namespace tests_of_open_part {

using namespace espalier;
using namespace espalier::detail;
using instances::dice;

TEST_CASE("decisions about units and the best of what they leave make the best choice")
{
    std::size_t compared = 0;
    for (std::uint64_t seed = 0; seed < 120; ++seed) {
        dice random(seed);
        const knapsack_problem problem =
            random.one_in(2) ? tangled::small(9, random) : tangled::bundles(random);
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        const units_of_items units(problem);
        std::vector<unit_decision> state(problem.shared.size(), unit_decision::open);
        for (std::size_t u = 0; u < begin.paid.size(); ++u)
            if (begin.paid[u] != 0)
                state[u] = unit_decision::paid;
        double kept = 0;
        for (std::size_t i = 0; i < problem.size(); ++i)
            kept += begin.of(i) == decision::keep ? problem.values[i] : 0.0;
        const std::optional<long double> best = judge::best_of_all_choices(problem);
        // Three units are decided in all ways.
        long double found = -1;
        const std::size_t first = random.below(problem.shared.size() - 2);
        for (unsigned paid = 0; paid < 8; ++paid) {
            std::vector<unit_decision> its = state;
            resource_vector room = begin.left;
            for (std::size_t k = 0; k < 3; ++k)
                if (state[first + k] == unit_decision::open) {
                    const bool is_paid = (paid >> k & 1U) != 0;
                    its[first + k] = is_paid ? unit_decision::paid : unit_decision::unpaid;
                    if (is_paid)
                        room = less(room, problem.shared.costs[problem.shared.kind[first + k]],
                            problem.resources);
                }
            if (!is_within(room, problem.resources))
                continue;
            const open_part left(problem, begin, units, its, room);
            if (const auto value = judge::best_of_all_choices(left.problem()))
                found = std::max(found, *value + static_cast<long double>(kept));
        }
        CAPTURE(seed);
        CHECK((found >= 0) == best.has_value());
        if (best)
            CHECK(std::abs(found - *best) <= 1e-12L * *best);
        ++compared;
    }
    CHECK(compared > 80);
}

TEST_CASE("graph, items and units are in one order, and units can be left out")
{
    dice random(3);
    const knapsack_problem problem = tangled::grid(6, random);
    const decided begin(problem);
    const units_of_items units(problem);
    std::vector<unit_decision> state(problem.shared.size(), unit_decision::open);
    state[0] = unit_decision::unpaid; // the first row
    state[6] = unit_decision::paid;   // and the first column
    const open_part part(problem, begin, units, state, begin.left);
    const sharing_graph graph = part.graph();
    CHECK(part.items.size() == 30);
    CHECK(part.units.size() == 10);
    REQUIRE(graph.items() == part.items.size());
    REQUIRE(graph.size() == part.units.size());
    for (std::size_t k = 0; k < part.items.size(); ++k) {
        std::vector<std::uint32_t> its;
        for (std::size_t at = graph.first_unit[k]; at < graph.first_unit[k + 1]; ++at)
            its.push_back(part.units[graph.units[at]]);
        std::vector<std::uint32_t> expected;
        for (const std::uint32_t u : units.of(part.items[k]))
            if (u != 6)
                expected.push_back(u);
        CHECK(its == expected);
    }
    std::vector<std::uint8_t> is_out(part.units.size(), 0);
    is_out[3] = 1;
    const knapsack_problem fewer = part.problem(is_out);
    CHECK(fewer.shared.size() == 9);
    CHECK(part.problem().shared.size() == 10);
    CHECK(fewer.size() == 30);
    CHECK(part.problem(std::vector<std::uint8_t>(10, 1)).shared.empty());
}

} // namespace tests_of_open_part
