// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/cost_matrix.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <vector>

namespace tests_of_cost_matrix {

using namespace espalier;
using instances::dice;

TEST_CASE("the amounts are exact and the entries are the amounts by a power of two near 1")
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        const std::size_t resources = 1 + random.below(max_resources);
        std::vector<resource_vector> costs(1 + random.below(8));
        std::vector<std::int64_t> extra;
        const bool has_extra = random.one_in(2);
        for (resource_vector& cost : costs) {
            for (std::size_t r = 0; r < resources; ++r) {
                cost[r] = static_cast<std::int64_t>(
                    random.one_in(3) ? 0 : random.below(std::size_t{1} << random.below(62)));
                if (random.one_in(3))
                    cost[r] = -cost[r];
            }
            if (has_extra)
                extra.push_back(static_cast<std::int64_t>(random.below(3)));
        }
        const detail::cost_matrix matrix(resources, costs, extra);
        CAPTURE(seed);
        REQUIRE(matrix.rows() == resources + (has_extra ? 1U : 0U));
        REQUIRE(matrix.classes() == costs.size());
        for (std::size_t r = 0; r < matrix.rows(); ++r) {
            double largest = 0;
            int exponent = 0;
            CHECK(std::frexp(matrix.scale(r), &exponent) == 0.5);
            for (std::size_t c = 0; c < costs.size(); ++c) {
                const std::int64_t amount = r < resources ? costs[c][r] : extra[c];
                CHECK(matrix.amount(c, r) == amount);
                CHECK(matrix.of(c)[r] / matrix.scale(r) == static_cast<double>(amount));
                largest = std::max(largest, std::abs(matrix.of(c)[r]));
            }
            CHECK(largest < 2);
            CHECK((largest >= 1 || largest == 0));
        }
    }
}

TEST_CASE("a row without costs, and a matrix without classes, are no trouble")
{
    const detail::cost_matrix free(2, {{0, 3}});
    CHECK(free.scale(0) == 1);
    CHECK(free.of(0)[0] == 0);
    const detail::cost_matrix none(3, {});
    CHECK(none.rows() == 3);
    CHECK(none.classes() == 0);
    CHECK(detail::cost_matrix().rows() == 0);
}

} // namespace tests_of_cost_matrix
