// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/core_problem.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>

namespace tests_of_core_problem {

using namespace espalier;

TEST_CASE("places of a core problem have the changes that were added before they were closed")
{
    detail::core_problem core;
    CHECK(core.places() == 0);
    CHECK(core.changes() == 0);
    core.usages = {{1, -2}, {3, 4}};
    core.add_change(0.5, 1);
    core.close(7);
    core.add_change(0.25, 0);
    core.add_change(0.75, 1);
    core.close(1);
    CHECK(core.places() == 2);
    CHECK(core.changes() == 3);
    CHECK(core.first == std::vector<std::size_t>{0, 1, 3});
    CHECK(core.count == std::vector<std::uint32_t>{7, 1});
    CHECK(core.usage(0) == resource_vector{3, 4});
    CHECK(core.usage(1) == resource_vector{1, -2});
    CHECK(core.usage(2) == resource_vector{3, 4});
}

TEST_CASE("a search that has not begun has found and proven nothing")
{
    const detail::search_result none;
    CHECK(none.loss == std::numeric_limits<double>::infinity());
    CHECK(none.least_loss == 0);
    CHECK(!none.proven);
}

} // namespace tests_of_core_problem
