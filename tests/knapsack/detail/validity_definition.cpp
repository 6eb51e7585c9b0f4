// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/validity_definition.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <limits>
#include <stdexcept>
#include <vector>

namespace tests_of_validity_definition {

using namespace espalier;
using instances::dice;

TEST_CASE("the items of each class are counted, with any number of threads")
{
    for (const std::size_t items :
        {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{777}, std::size_t{200'001}}) {
        dice random(items);
        knapsack_problem problem;
        problem.class_costs.resize(5);
        std::vector<std::size_t> expected(5, 0);
        for (std::size_t i = 0; i < items; ++i) {
            problem.values.push_back(1);
            problem.class_of.push_back(static_cast<std::uint32_t>(random.below(4)));
            ++expected[problem.class_of.back()];
        }
        for (std::size_t threads = 1; threads <= 3; ++threads)
            CHECK(detail::class_sizes(problem, detail::workers(threads)) == expected);
    }
}

TEST_CASE("a value that is none is seen wherever it is, by any thread")
{
    for (const std::size_t items : {std::size_t{9}, std::size_t{200'001}})
        for (std::size_t at = 0; at < items; at += items / 7)
            for (const double bad : {-1.0, -std::numeric_limits<double>::denorm_min(),
                     std::numeric_limits<double>::quiet_NaN(),
                     std::numeric_limits<double>::infinity()}) {
                knapsack_problem problem;
                problem.values.assign(items, 0.5);
                problem.values[(at + 3) % items] = 2;
                CHECK_NOTHROW(detail::ensure_values(problem, detail::workers(3)));
                problem.values[at] = bad;
                CHECK_THROWS_AS(
                    detail::ensure_values(problem, detail::workers(3)), std::invalid_argument);
            }
    CHECK_NOTHROW(detail::ensure_values({}, {}));
}

} // namespace tests_of_validity_definition
