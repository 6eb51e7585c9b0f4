// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/constant.hpp>

#include <check_both.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

using namespace espalier;

TEST_CASE("the digits of well-known constants")
{
    CHECK_BOTH(signed_digits(0) == 0);
    CHECK_BOTH(signed_digits(1) == 1);
    CHECK_BOTH(signed_digits(-64) == 1);
    CHECK_BOTH(signed_digits(3) == 2);  // 4 - 1
    CHECK_BOTH(signed_digits(7) == 2);  // 8 - 1
    CHECK_BOTH(signed_digits(11) == 3); // 8 + 4 - 1
    CHECK_BOTH(signed_digits(0x5555) == 8);
    CHECK_BOTH(signed_digits(32'767) == 2);
    CHECK_BOTH(signed_digits(-32'768) == 1);
    CHECK_BOTH(signed_digits(std::numeric_limits<std::int64_t>::max()) == 2);
    CHECK_BOTH(signed_digits(std::numeric_limits<std::int64_t>::min()) == 1);
}

TEST_CASE("no signed-digit form of a number has fewer digits, by trying all of 12 places")
{
    constexpr int places = 12;
    constexpr int largest =
        1 << (places - 1); // of the forms with 12 places, all up to here are met
    std::vector<int> fewest(2 * largest + 1, places + 1);
    std::vector<int> digit(places, -1);
    for (;;) {
        int value = 0;
        int count = 0;
        for (int i = 0; i < places; ++i) {
            value += digit[static_cast<std::size_t>(i)] * (1 << i);
            count += digit[static_cast<std::size_t>(i)] != 0 ? 1 : 0;
        }
        if (value >= -largest && value <= largest) {
            int& best = fewest[static_cast<std::size_t>(value + largest)];
            best = count < best ? count : best;
        }
        std::size_t i = 0;
        while (i < digit.size() && digit[i] == 1)
            digit[i++] = -1;
        if (i == digit.size())
            break;
        ++digit[i];
    }
    for (int value = -largest; value <= largest; ++value)
        CHECK(signed_digits(value) == fewest[static_cast<std::size_t>(value + largest)]);
}

TEST_CASE("a weight is rounded down to a value of its format and saturates")
{
    const precision q{8, 2}; // -2 … 1.984375 in steps of 1/64
    CHECK(quantized(0, q) == 0);
    CHECK(quantized(1.0 / 64, q) == 1);
    CHECK(quantized(0.9 / 64, q) == 0);
    CHECK(quantized(-0.1 / 64, q) == -1); // towards minus infinity
    CHECK(quantized(-1.0 / 64, q) == -1);
    CHECK(quantized(1.99, q) == 127);
    CHECK(quantized(5, q) == 127);
    CHECK(quantized(-2, q) == -128);
    CHECK(quantized(-1e300, q) == -128);
    CHECK(quantized(-1, {8, 2, false}) == 0);
    CHECK(quantized(3.99, {8, 2, false}) == 255);
}

TEST_CASE("every value of a format quantises to itself, and none below a number is nearer")
{
    for (const precision format : {precision{5, 2}, precision{6, -1}, precision{4, 7},
             precision{5, 5, false}, precision{1, 1}, precision{1, 1, false}}) {
        const int low = format.is_signed ? -(1 << (format.width - 1)) : 0;
        const int high = low + (1 << format.width) - 1;
        const double step = std::ldexp(1.0, format.integer - format.width);
        for (double w = 1.5 * low * step; w <= 1.5 * high * step; w += step / 7) {
            int below = low;
            for (int k = low; k <= high; ++k)
                below = k * step <= w ? k : below;
            CHECK(quantized(w, format) == below);
        }
        for (int k = low; k <= high; ++k)
            CHECK(quantized(k * step, format) == k);
    }
}

TEST_CASE("the widest formats saturate without overflow")
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    CHECK(quantized(1e30, {64, 64}) == most);
    CHECK(quantized(-1e30, {64, 64}) == least);
    CHECK(quantized(-0x1p63, {64, 64}) == least);
    CHECK(quantized(0x1p62, {64, 64}) == most / 2 + 1);
    CHECK(quantized(0x1p62, {63, 63}) == most / 2);
    CHECK(quantized(1e30, {63, 63, false}) == most);
    CHECK(quantized(0x1p63 + 4096, {64, 64, false}) == most);
    CHECK(quantized(1e30, {64, 64, false}) == most);
    CHECK(quantized(1e-3, {16, std::numeric_limits<int>::max()}) == 0);
    CHECK(quantized(1e-3, {16, std::numeric_limits<int>::min()}) == 32'767);
}

TEST_CASE("a weight that is not finite is refused")
{
    CHECK_THROWS_WITH_AS((void)quantized(std::numeric_limits<double>::quiet_NaN(), {}),
        doctest::Contains("a weight must be finite"), std::invalid_argument);
    CHECK_THROWS_AS(
        (void)quantized(std::numeric_limits<double>::infinity(), {}), std::invalid_argument);
}
