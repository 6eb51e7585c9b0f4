// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/price_vector.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

namespace tests_of_price_vector {

using namespace espalier;
using detail::price_vector;

namespace {

constexpr resource_vector amounts{3, 0, 5, 7};
constexpr price_vector price{0.5, 2.0, 0.25, 100.0};

} // namespace

TEST_CASE("the price of amounts counts the resources that there are")
{
    CHECK(detail::price_of(amounts, price, 3) == 1.5 + 1.25);
    CHECK(detail::price_of(amounts, price, 4) == 1.5 + 1.25 + 700);
    CHECK(detail::price_of(amounts, price, 0) == 0);
    CHECK(detail::price_of({-2}, price, 1) == -1);
}

TEST_CASE("amounts are taken away and given back")
{
    const resource_vector room{10, 1, 4, 9};
    CHECK(detail::less(room, amounts, 3) == resource_vector{7, 1, -1, 9});
    CHECK(detail::less(detail::less(room, amounts, 4), amounts, 4, -1) == room);
    CHECK(detail::less(room, amounts, 4, 2) == resource_vector{4, 1, -6, -5});
}

TEST_CASE("amounts are within the room if nothing of what is left is negative")
{
    CHECK(detail::is_within({0, 3, 0}, 3));
    CHECK(!detail::is_within({0, -1, 5}, 3));
    CHECK(detail::is_within({0, -1, 5}, 1));
    CHECK(!detail::is_within({0, 1, std::numeric_limits<std::int64_t>::min()}, 3));
}

TEST_CASE("rounding is judged by the price of the whole room, overdrawn or not")
{
    const double one = detail::rounding_of({1.0}, {1'000'000}, 1);
    CHECK(one >= 2 * std::numeric_limits<double>::epsilon() * 1e6);
    CHECK(one <= 1e-14 * 1e6);
    CHECK(detail::rounding_of({1.0}, {-1'000'000}, 1) == one);
    CHECK(detail::rounding_of({1.0, 1.0}, {1'000'000, -1'000'000}, 2) == 2 * one);
    CHECK(detail::rounding_of({1.0, 1.0}, {1'000'000, -1'000'000}, 1) == one);
}

} // namespace tests_of_price_vector
