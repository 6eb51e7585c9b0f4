// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/component_lister.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <limits>
#include <vector>

namespace tests_of_component_lister {

using namespace espalier;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nothing = 1e-12; ///< what rounding may do

bool uses_no_more(const resource_vector& one, const resource_vector& other)
{
    for (std::size_t r = 0; r < max_resources; ++r)
        if (one[r] > other[r])
            return false;
    return true;
}

} // namespace

TEST_CASE("the list of a component has every choice within the limit that none dominates")
{
    std::size_t left_out = 0;
    std::size_t listed = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(10'000 + seed);
        linked::enumerated given(random);
        for (std::size_t c = 0; c < given.of.parts.size(); ++c) {
            const double limit = random.one_in(4) ? 0.0 : random.unit();
            std::vector<std::uint32_t> floored; // with every class that has a bonus
            for (std::uint32_t a_class = 0; a_class < given.of.problem.classes(); ++a_class)
                if (given.bonus[a_class] > 0 || random.one_in(4))
                    floored.push_back(a_class);
            const std::vector<detail::alternative> list = given.list(c, limit, floored);
            const double best = given.best(c);
            CAPTURE(seed);
            REQUIRE(!list.empty());
            CHECK(list.front().loss < nothing);
            for (std::size_t k = 0; k < list.size(); ++k) {
                const linked::choice one = linked::choice_of(given.of, c, list[k].keep);
                CHECK(std::abs(list[k].loss - (best - given.worth(one))) < nothing);
                CHECK(list[k].loss <= limit + nothing);
                CHECK(list[k].usage == one.usage);
                if (k > 0)
                    CHECK(list[k].loss >= list[k - 1].loss);
            }
            listed += list.size();
            for (const linked::choice& one : given.all[c]) {
                const double loss = best - given.worth(one);
                if (loss > limit - nothing && loss > 0.1 * nothing)
                    continue;
                const bool is_covered =
                    std::any_of(list.begin(), list.end(), [&](const detail::alternative& other) {
                        const linked::choice its = linked::choice_of(given.of, c, other.keep);
                        return its.value >= one.value - nothing &&
                               uses_no_more(its.usage, one.usage) &&
                               std::all_of(
                                   floored.begin(), floored.end(), [&](std::uint32_t a_class) {
                                       return its.kept[a_class] >= one.kept[a_class];
                                   });
                    });
                CHECK(is_covered);
                left_out += std::none_of(list.begin(), list.end(),
                    [&](const detail::alternative& other) { return other.keep == one.keep; });
            }
        }
    }
    CHECK(listed > 1'000);
    CHECK(left_out > 100);
}

TEST_CASE("a list that would be too long or takes too long is empty")
{
    dice random(1);
    knapsack_problem problem;
    problem.resources = 1;
    problem.class_costs = {{1}};
    problem.class_of.assign(8, 0);
    for (std::size_t item = 0; item < 8; ++item)
        problem.values.push_back(0.25 + 0x1p-10 * static_cast<double>(item));
    problem.capacity[0] = 8;
    problem.shared.costs = {{1}};
    problem.shared.kind = {0};
    problem.shared.first = {0, 8};
    problem.shared.users = {0, 1, 2, 3, 4, 5, 6, 7};
    const linked::setting of(problem);
    REQUIRE(of.parts.size() == 1);
    detail::component_oracle oracle(of.parts);
    oracle.single.prices.price({0.25}, 1, problem.class_costs, problem.shared.costs, {0.0});
    const auto list = [&](std::size_t most, detail::budget& limits) {
        return oracle.single.list(
            0, 10.0, 1, problem.class_costs, problem.shared.costs, {}, most, limits);
    };
    linked::endless time;
    CHECK(list(9, time.limits).size() == 9); // the most valuable ones of every number
    CHECK(list(8, time.limits).empty());
    detail::budget little(time.watch, 1e9, 100);
    CHECK(list(9, little).empty());
}

TEST_CASE("what keeping so many items of a class loses is the least loss of all such choices")
{
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(20'000 + seed);
        linked::enumerated given(random);
        for (std::size_t c = 0; c < given.of.parts.size(); ++c) {
            const auto a_class =
                static_cast<std::uint32_t>(random.below(given.of.problem.classes()));
            const std::size_t most = random.below(given.of.parts.items(c) + 2);
            const std::vector<double> lost =
                given.oracle.single.losses_of_keeping(c, a_class, most);
            CAPTURE(seed);
            REQUIRE(lost.size() == most + 1);
            CHECK(lost[0] == 0);
            for (std::size_t k = 0; k <= most; ++k) {
                double best = -infinity;
                for (const linked::choice& one : given.all[c])
                    if (one.kept[a_class] >= static_cast<std::int64_t>(k))
                        best = std::max(best, given.worth(one));
                if (best == -infinity) {
                    ++impossible;
                    CHECK(lost[k] == infinity);
                    continue;
                }
                CHECK(std::abs(lost[k] - (given.best(c) - best)) < nothing);
                const std::vector<std::uint8_t> keep =
                    given.oracle.single.choice_keeping(c, a_class, k);
                const linked::choice chosen = linked::choice_of(given.of, c, keep);
                CHECK(chosen.kept[a_class] >= static_cast<std::int64_t>(k));
                CHECK(std::abs(given.worth(chosen) - best) < nothing);
            }
        }
    }
    CHECK(impossible > 100);
}

TEST_CASE("the loss of any choice is its distance to the best")
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        dice random(30'000 + seed);
        linked::enumerated given(random);
        for (std::size_t c = 0; c < given.of.parts.size(); ++c)
            for (const linked::choice& one : given.all[c]) {
                CAPTURE(seed);
                CHECK(std::abs(given.oracle.single.loss_of(c, one.keep) -
                               (given.best(c) - given.worth(one))) < nothing);
            }
    }
}

} // namespace tests_of_component_lister
