// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/common_divisor.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <numeric>

namespace tests_of_common_divisor {

using namespace espalier;
using detail::common_divisor;
using instances::dice;

TEST_CASE("values that are multiples of a number differ by it, and by nothing smaller")
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        const double unit = std::ldexp(1.0, static_cast<int>(random.below(40)) - 20);
        const auto factor = static_cast<std::uint64_t>(1 + random.below(9));
        common_divisor values(unit / 2);
        std::uint64_t divisor = 0;
        for (std::size_t k = 1 + random.below(6); k > 0; --k) {
            const std::uint64_t number = factor * random.below(1'000);
            divisor = std::gcd(divisor, number);
            values.add(unit * static_cast<double>(number));
        }
        CAPTURE(seed);
        const double step = unit * static_cast<double>(divisor);
        CHECK_FALSE(values.gave_up());
        CHECK(values.step() <= step);
        CHECK(values.step() >= step * (1 - 2e-6));
        if (divisor != 0) // a little less, against rounding
            CHECK(values.step() < step);
    }
}

TEST_CASE("values without a common divisor of use are given up for good")
{
    common_divisor values(1e-6);
    values.add(0.75);
    CHECK_FALSE(values.gave_up());
    values.add(0.75 + 1e-7);
    CHECK(values.gave_up());
    CHECK(values.step() == 0);
    values.add(0.5);
    CHECK(values.gave_up());
    CHECK(values.step() == 0);
    common_divisor told(0);
    told.add(1);
    told.give_up();
    CHECK(told.gave_up());
    told.add(1);
    CHECK(told.step() == 0);
    common_divisor small(1);
    small.add(0.5); // alone
    CHECK(small.gave_up());
}

TEST_CASE("no value says nothing")
{
    common_divisor values(1e-9);
    CHECK(values.step() == 0);
    values.add(0);
    CHECK(values.step() == 0);
    CHECK_FALSE(values.gave_up());
    values.add(3);
    values.add(0);
    CHECK(values.step() > 2.9);
}

} // namespace tests_of_common_divisor
