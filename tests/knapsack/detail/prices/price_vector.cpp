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
    resource_vector sum = room;
    detail::add(sum, amounts, 3);
    CHECK(sum == resource_vector{13, 1, 9, 9});
    detail::add(sum, amounts, 3, -2);
    CHECK(sum == resource_vector{7, 1, -1, 9});
}

TEST_CASE("a price is as uncertain as it is high, and one of nothing a twentieth of all")
{
    // All that there is costs 10 · 3 + 4 · 5 = 50, a twentieth of which is 2.5.
    const price_vector spread = detail::spread_of({3, 0, 5}, {10, 100, 4}, 3);
    CHECK(spread[0] == 3);
    CHECK(spread[1] == doctest::Approx(0.025));
    CHECK(spread[2] == 5);
    CHECK(detail::spread_of({0.001, 1}, {1, 100}, 2)[0] == doctest::Approx(0.05 * 100.001));
    CHECK(detail::spread_of({3, 1}, {10, -7}, 2)[1] == doctest::Approx(1.5)); // counts as one
    CHECK(detail::spread_of({}, {8, 0}, 2)[0] == 1.0 / 8);                    // nothing known
    CHECK(detail::spread_of({}, {8, 0}, 2)[1] == 1);
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
