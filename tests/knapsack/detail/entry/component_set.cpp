// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/entry/component_set.hpp>

#include <doctest/doctest.h>

#include <cstddef>

namespace tests_of_component_set {

using namespace espalier;

TEST_CASE("components are the items between where they were closed")
{
    detail::components parts;
    CHECK(parts.size() == 0);
    parts.patterns.resize(2);
    parts.patterns[1].add_item(3, 0);
    parts.item = {5, 2, 9};
    parts.close(0);
    parts.item.push_back(4);
    parts.close(1);
    CHECK(parts.size() == 2);
    CHECK(parts.items() == 4);
    CHECK(parts.items(0) == 3);
    CHECK(parts.items(1) == 1);
    CHECK(parts.look(1).class_of.front() == 3);
    CHECK(parts.is_narrow);
}

TEST_CASE("what an item must be worth to be kept depends on its class, and has a ceiling")
{
    knapsack_problem problem;
    problem.values = {0, 0, 2, 3};
    problem.class_of = {0, 1, 0, 1};
    const detail::value_range anything;
    const detail::value_range some{.least = {1, 0}, .most = 2};
    const bool expected[]{false, true, true, false};
    for (std::size_t item = 0; item < 4; ++item) {
        CHECK(anything.holds(problem, item));
        CHECK(some.holds(problem, item) == expected[item]);
    }
}

} // namespace tests_of_component_set
