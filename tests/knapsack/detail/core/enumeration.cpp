// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/enumeration.hpp>
#include <espalier/knapsack/exact.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <how_often.hpp>
#include <knapsack/core_problems.hpp>
#include <knapsack/instances.hpp>
#include <knapsack/linked.hpp>

namespace tests_of_enumeration {

using namespace espalier;
using core_problems::infinity;
using detail::core_problem;
using detail::enumeration;
using instances::dice;

namespace {

constexpr double nothing = 1e-9;

} // namespace

TEST_CASE("an enumeration finds the least loss, or that there is nothing better")
{
    std::size_t improved = 0;
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < how_often(2'000U); ++seed) {
        dice random(seed);
        core_problem core = core_problems::any({.rows = 1 + random.below(9),
                                                   .places = 1 + random.below(6),
                                                   .most_changes = 1 + random.below(6),
                                                   .most = random.one_in(3) ? 1'000'000 : 5,
                                                   .whole_losses = random.one_in(3)},
            random);
        const core_problems::judgement right = core_problems::judge(core);
        core.tolerance = random.one_in(4) ? 0.3 * random.unit() : 1e-14;
        if (random.one_in(2) && right.unused < infinity)
            core.unusable = right.unused;
        const double known = random.one_in(2)          ? infinity
                             : right.least == infinity ? 1 + random.unit()
                                                       : right.least + 0.5 * random.unit() - 0.1;
        linked::endless time;
        detail::allowance limits(time.limits, detail::budget::no_limit);
        enumeration search(core, known);
        CAPTURE(seed);
        REQUIRE(search.run(limits));
        CHECK(search.loss >= std::min(known, right.least) - nothing);
        CHECK(search.loss <=
              std::max(right.least, std::min(known, right.least + core.tolerance)) + nothing);
        CHECK(search.improved == (search.loss < known));
        if (search.improved) {
            CHECK(core_problems::is_possible(core, search.made()));
            CHECK(std::abs(core_problems::outcome_of(core, search.made()).loss - search.loss) <
                  nothing);
        }
        improved += search.improved;
        impossible += right.least == infinity;
    }
    CHECK(improved > how_often(500));
    CHECK(impossible > how_often(100));
}

TEST_CASE("an enumeration that runs out of work says so")
{
    dice random(3);
    const core_problem core =
        core_problems::any({.rows = 2, .places = 8, .most_changes = 5}, random);
    linked::endless time;
    std::uint64_t needed = 1;
    for (; needed < 10'000'000; needed *= 2) {
        detail::allowance limits(time.limits, needed);
        if (enumeration(core, infinity).run(limits))
            break;
    }
    CHECK(needed > 64);
    CHECK(needed < 10'000'000);
}

TEST_CASE("few choices are counted with the places that one stands for")
{
    core_problem core{.rows = 1, .usages = {{1}}};
    CHECK(enumeration::suits(core));
    for (std::size_t k = 1; k < detail::tuning::few_choices; ++k)
        core.add_change(1, 0);
    core.close(1);
    CHECK(enumeration::suits(core));
    core.add_change(1, 0);
    core.close(1);
    CHECK_FALSE(enumeration::suits(core));

    core_problem equal{.rows = 1, .usages = {{1}}};
    equal.add_change(1, 0);
    equal.close(static_cast<std::uint32_t>(detail::tuning::few_choices - 1));
    CHECK(enumeration::suits(equal));
    ++equal.count.back();
    CHECK_FALSE(enumeration::suits(equal));
}

TEST_CASE("a component of a thousand choices among nine resources is proven at once")
{
    // Eleven items that share three units. Branch and bound alone takes a thousand times as long.
    dice random(74'293);
    const auto recipe = instances::any_recipe(14, random);
    const knapsack_problem problem = instances::make(recipe, random);
    REQUIRE(problem.size() == 11);
    REQUIRE(problem.resources == 9);
    const knapsack_solution solution = exact{.work_limit = 20'000'000}(problem);
    CHECK(solution.status == solve_status::optimal);
    CHECK(solution.value == doctest::Approx(instances::brute_force(problem)).epsilon(1e-15));
}

} // namespace tests_of_enumeration
