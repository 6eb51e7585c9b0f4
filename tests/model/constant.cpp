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

TEST_CASE("no integer with so few digits is nearer than the nearest")
{
    for (int digits = 0; digits <= 4; ++digits) {
        std::vector<std::int64_t> with_digits;
        for (std::int64_t c = -2048; c <= 2048; ++c)
            if (signed_digits(c) <= digits)
                with_digits.push_back(c);
        for (std::int64_t value = -1030; value <= 1030; ++value) {
            const std::int64_t found = nearest_with_digits(value, digits);
            std::int64_t least = 4096;
            for (const std::int64_t c : with_digits)
                least = std::min(least, std::abs(c - value));
            CHECK(signed_digits(found) <= digits);
            CHECK(std::abs(found - value) == least);
            CHECK(nearest_with_digits(-value, digits) == -found);
        }
    }
    CHECK(nearest_with_digits((std::int64_t{1} << 61) + 5, 1) == std::int64_t{1} << 61);
    CHECK_THROWS_WITH_AS((void)nearest_with_digits(std::int64_t{1} << 62, 2),
        "a number that is rounded to signed digits has at most 62 bits (value = "
        "4611686018427387904)",
        std::invalid_argument);
}
