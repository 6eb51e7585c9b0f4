// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/component_oracle.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <limits>
#include <vector>

namespace tests_of_component_oracle {

using namespace espalier;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nothing = 1e-12; ///< what rounding may do

} // namespace

TEST_CASE("the best and the second-best choice of a component are those of all its choices")
{
    std::size_t components = 0;
    std::array<std::size_t, 3> of_size{}; // those of one or two items are compared at once
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        linked::enumerated given(random);
        for (std::size_t c = 0; c < given.of.parts.size(); ++c)
            ++of_size[std::min<std::size_t>(given.of.parts.items(c), 3) - 1];
        for (int move = 0; move < 2; ++move, given.move(random)) {
            std::vector<std::size_t> solved;
            given.oracle.solve<true>(
                given.of.parts.size(), [](std::size_t c) { return c; },
                [&](std::size_t c, double best, double second, const std::uint64_t* words) {
                    solved.push_back(c);
                    std::vector<double> worths;
                    for (const linked::choice& one : given.all[c])
                        worths.push_back(given.worth(one));
                    std::sort(worths.rbegin(), worths.rend());
                    CAPTURE(seed);
                    CHECK(std::abs(best - worths[0]) < nothing);
                    if (worths.size() > 1)
                        CHECK(std::abs(second - worths[1]) < nothing);
                    else
                        CHECK(second == -infinity);
                    std::vector<std::uint8_t> keep;
                    for (std::size_t k = 0; k < given.of.parts.items(c); ++k)
                        keep.push_back(detail::pattern::keeps(words, k));
                    CHECK(std::abs(given.worth_of(c, keep) - best) < nothing);
                });
            REQUIRE(solved.size() == given.of.parts.size());
            for (std::size_t c = 0; c < solved.size(); ++c)
                CHECK(solved[c] == c);
            components += solved.size();
            // Without the second, and only some: the same.
            std::vector<std::size_t> some;
            for (std::size_t c = 0; c < given.of.parts.size(); ++c)
                if (random.one_in(2))
                    some.push_back(c);
            std::size_t at = 0;
            given.oracle.solve<false>(
                some.size(), [&](std::size_t k) { return some[k]; },
                [&](std::size_t c, double best, double, const std::uint64_t*) {
                    CHECK(c == some[at++]);
                    CHECK(std::abs(best - given.best(c)) < nothing);
                });
            CHECK(at == some.size());
        }
    }
    CHECK(components > 1'000);
    for (const std::size_t some : of_size)
        CHECK(some > 50);
}

TEST_CASE("in a component of several words the second best is the best with one item turned")
{
    std::size_t long_ones = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        dice random(40'000 + seed);
        knapsack_problem problem = instances::plain(
            50 + random.below(130), 2, 1 + random.below(3), instances::values::uniform, random);
        problem.shared.costs = {{1, 1}, {2, 0}};
        instances::add_units(problem, instances::sharing::chains, random);
        linked::setting of(problem);
        REQUIRE(of.parts.size() == 1);
        const detail::price_vector price = linked::any_price(2, 0.15, random);
        const std::vector<double> bonus(problem.classes(), 0.0);
        detail::component_oracle oracle(of.parts);
        oracle.single.prices.price(price, 2, problem.class_costs, problem.shared.costs, bonus);
        double best = 0;
        double second = 0;
        std::vector<std::uint8_t> keep;
        const auto solve = [&] {
            keep.clear();
            oracle.solve<true>(
                1, [](std::size_t) { return std::size_t{0}; },
                [&](std::size_t, double its_best, double its_second, const std::uint64_t* words) {
                    best = its_best;
                    second = its_second;
                    for (std::size_t k = 0; k < of.parts.items(); ++k)
                        keep.push_back(detail::pattern::keeps(words, k));
                });
        };
        solve();
        const std::vector<std::uint8_t> chosen = keep;
        const double most = best;
        const double next = second;
        CAPTURE(seed);
        CHECK(std::abs(linked::choice_of(of, 0, chosen).worth(price, bonus) - most) < 1e-11);
        CHECK(oracle.single.loss_of(0, chosen) < 1e-11);
        double turned = -infinity;
        for (std::size_t k = 0; k < chosen.size(); ++k) {
            const double value = of.parts.value[k];
            of.parts.value[k] = chosen[k] != 0 ? -infinity : value + 1'000;
            solve();
            turned = std::max(turned, chosen[k] != 0 ? best : best - 1'000);
            of.parts.value[k] = value;
        }
        CHECK(std::abs(next - turned) < 1e-10);
        long_ones += chosen.size() > 2 * detail::pattern::items_per_word;
        // The same component, item by item in the list of what loses next to nothing.
        const std::vector<detail::alternative> list = oracle.single.list(
            0, 0.0, 2, problem.class_costs, problem.shared.costs, {}, 1'000, of.time.limits);
        REQUIRE(!list.empty());
        CHECK(linked::choice_of(of, 0, list.front().keep).worth(price, bonus) > most - 1e-11);
    }
    CHECK(long_ones > 5);
}

} // namespace tests_of_component_oracle
