// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/long_step.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <vector>

namespace tests_of_long_step {

using namespace espalier;
using detail::breakpoint;
using instances::dice;

TEST_CASE("a long step passes breakpoints as long as the row is not eased, one after the other")
{
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        dice random(seed);
        std::vector<breakpoint> all;
        const std::size_t count = random.below(300);
        double total = 0;
        for (std::size_t k = 0; k < count; ++k) {
            all.push_back({static_cast<double>(random.below(50)), random.unit(), k});
            total += all.back().drop;
        }
        std::vector<breakpoint> sorted = all;
        std::sort(sorted.begin(), sorted.end(), [](const breakpoint& a, const breakpoint& b) {
            return a.ratio != b.ratio ? a.ratio < b.ratio : a.column < b.column;
        });
        const double slope = (total + 1) * random.unit();
        double left = slope;
        std::size_t passed = 0;
        while (passed < count && sorted[passed].drop < left)
            left -= sorted[passed++].drop;
        CAPTURE(seed);
        const std::size_t found = detail::first_not_passed(all, slope);
        REQUIRE(found == passed);
        // Those passed are before it; which is where, among those, is no matter.
        if (found < count)
            CHECK(all[found].column == sorted[found].column);
        std::vector<std::size_t> first;
        std::vector<std::size_t> expected;
        for (std::size_t k = 0; k < found; ++k) {
            first.push_back(all[k].column);
            expected.push_back(sorted[k].column);
        }
        std::sort(first.begin(), first.end());
        std::sort(expected.begin(), expected.end());
        CHECK(first == expected);
    }
}

TEST_CASE("a breakpoint that eases the row just so is not passed")
{
    std::vector<breakpoint> all{{1, 2, 0}, {2, 3 * (1 - 1e-12), 1}};
    CHECK(detail::first_not_passed(all, 5) == 1);
    CHECK(detail::first_not_passed(all, 5.1) == 2); // all together are not enough
}

} // namespace tests_of_long_step
