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

/// A small setting with an oracle at some prices, and all choices of every component.
struct enumerated {
    linked::setting of;
    detail::price_vector price{};
    std::vector<double> bonus;
    detail::component_oracle oracle{of.parts};
    std::vector<std::vector<linked::choice>> all{};

    explicit enumerated(dice& random) : of(linked::small_problem(10, false, random))
    {
        if (random.one_in(3))
            for (double& value : of.parts.value)
                if (random.one_in(5))
                    value = -infinity;
        for (std::size_t c = 0; c < of.parts.size(); ++c)
            all.push_back(linked::all_choices(of, c));
        move(random);
    }
    void move(dice& random)
    {
        price = linked::any_price(of.problem.resources, 0.1, random);
        bonus.assign(of.problem.classes(), 0.0);
        if (random.one_in(2))
            bonus[random.below(bonus.size())] = random.unit();
        oracle.single.prices.price(
            price, of.problem.resources, of.problem.class_costs, of.problem.shared.costs, bonus);
    }
    [[nodiscard]] double worth(const linked::choice& one) const { return one.worth(price, bonus); }
    [[nodiscard]] double best(std::size_t c) const
    {
        double most = -infinity;
        for (const linked::choice& one : all[c])
            most = std::max(most, worth(one));
        return most;
    }
    [[nodiscard]] double worth_of(std::size_t c, const std::vector<std::uint8_t>& keep) const
    {
        return worth(linked::choice_of(of, c, keep));
    }
    std::vector<detail::alternative> list(std::size_t c, double limit,
        const std::vector<std::uint32_t>& floored, std::size_t most = 100'000)
    {
        return oracle.single.list(c, limit, of.problem.resources, of.problem.class_costs,
            of.problem.shared.costs, floored, most, of.time.limits);
    }
};

bool uses_no_more(const resource_vector& one, const resource_vector& other)
{
    for (std::size_t r = 0; r < max_resources; ++r)
        if (one[r] > other[r])
            return false;
    return true;
}

} // namespace

TEST_CASE("the best and the second-best choice of a component are those of all its choices")
{
    std::size_t components = 0;
    std::array<std::size_t, 3> of_size{}; // those of one or two items are compared at once
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        enumerated given(random);
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

TEST_CASE("the list of a component has every choice within the limit that none dominates")
{
    std::size_t left_out = 0;
    std::size_t listed = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(10'000 + seed);
        enumerated given(random);
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
        enumerated given(random);
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
        enumerated given(random);
        for (std::size_t c = 0; c < given.of.parts.size(); ++c)
            for (const linked::choice& one : given.all[c]) {
                CAPTURE(seed);
                CHECK(std::abs(given.oracle.single.loss_of(c, one.keep) -
                               (given.best(c) - given.worth(one))) < nothing);
            }
    }
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
