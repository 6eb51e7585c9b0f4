// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/integer.hpp>

#include <check_both.hpp>
#include <cstdint>
#include <limits>

using namespace espalier;

TEST_CASE("the nearest divisors are those found by trying every number")
{
    for (std::int64_t n = 1; n <= 400; ++n) {
        for (std::int64_t k = -1; k <= n + 2; ++k) {
            std::int64_t at_least = k;
            while (at_least <= n && (at_least < 1 || n % at_least != 0))
                ++at_least;
            std::int64_t at_most = k;
            while (at_most > 0 && n % at_most != 0)
                --at_most;
            CHECK(divisor_at_least(n, k) == (at_least <= n ? at_least : 0));
            CHECK(divisor_at_most(n, k) == (at_most > 0 ? at_most : 0));
        }
    }
}

TEST_CASE("rounding up and the depth of a tree")
{
    CHECK_BOTH(ceil_div(0, 5) == 0 && ceil_div(1, 5) == 1 && ceil_div(5, 5) == 1);
    CHECK_BOTH(ceil_div(std::numeric_limits<std::int64_t>::max(), 2) == std::int64_t{1} << 62);
    for (std::int64_t n = 1; n <= 4'096; ++n) {
        std::int64_t levels = 0; // halve the summands until one is left
        for (std::int64_t left = n; left > 1; left = left / 2 + left % 2)
            ++levels;
        CHECK(ceil_log2(n) == levels);
    }
}
