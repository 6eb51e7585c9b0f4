// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/quantize.hpp>

#include <check_both.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

using namespace espalier;

namespace {

constexpr precision q{8, 2}; // -2 … 1.984375 in steps of 1/64

constexpr std::int64_t by(rounding mode, double steps)
{
    return quantized(steps / 64, {q, mode, overflow::sat});
}

const std::vector<rounding> roundings{rounding::trn, rounding::trn_zero, rounding::rnd,
    rounding::rnd_zero, rounding::rnd_inf, rounding::rnd_min_inf, rounding::rnd_conv};
const std::vector<overflow> overflows{
    overflow::wrap, overflow::sat, overflow::sat_zero, overflow::sat_sym};

/// What IEEE 1666 says, in real numbers: rounds x, which is a whole number of quarters.
double rounded(double x, rounding mode)
{
    const double down = std::floor(x);
    const bool tie = x - down == 0.5;
    const double nearest = std::floor(x + 0.5);
    switch (mode) {
    case rounding::trn:
        return down;
    case rounding::trn_zero:
        return std::trunc(x);
    case rounding::rnd:
        return nearest;
    case rounding::rnd_zero:
        return tie ? std::trunc(x) : nearest;
    case rounding::rnd_inf:
        return std::round(x);
    case rounding::rnd_min_inf:
        return tie ? down : nearest;
    case rounding::rnd_conv:
        return tie ? 2 * std::round(x / 2) : nearest;
    }
    return x;
}

/// Likewise brings a whole number into low … high.
double brought_in(double x, double low, double high, overflow mode)
{
    if (mode == overflow::sat_sym && low < 0)
        low = -high;
    if (x >= low && x <= high)
        return x;
    switch (mode) {
    case overflow::wrap:
        while (x < low)
            x += high - low + 1;
        while (x > high)
            x -= high - low + 1;
        return x;
    case overflow::sat_zero:
        return 0;
    default:
        return x < low ? low : high;
    }
}

} // namespace

TEST_CASE("the modes differ in what they do with a tie and with the sign")
{
    CHECK_BOTH((by(rounding::trn, 2.75) == 2 && by(rounding::trn, -2.25) == -3));
    CHECK_BOTH((by(rounding::trn_zero, 2.75) == 2 && by(rounding::trn_zero, -2.75) == -2));
    CHECK_BOTH((by(rounding::rnd, 2.5) == 3 && by(rounding::rnd, -2.5) == -2));
    CHECK_BOTH((by(rounding::rnd_zero, 2.5) == 2 && by(rounding::rnd_zero, -2.5) == -2));
    CHECK_BOTH((by(rounding::rnd_inf, 2.5) == 3 && by(rounding::rnd_inf, -2.5) == -3));
    CHECK_BOTH((by(rounding::rnd_min_inf, 2.5) == 2 && by(rounding::rnd_min_inf, -2.5) == -3));
    CHECK_BOTH((by(rounding::rnd_conv, 2.5) == 2 && by(rounding::rnd_conv, 3.5) == 4));
    CHECK_BOTH((by(rounding::rnd_conv, -2.5) == -2 && by(rounding::rnd_conv, -3.5) == -4));
}

TEST_CASE("a value out of range wraps, or comes to an end of the range, or to zero")
{
    CHECK_BOTH(quantized(2.0, q) == -128);
    CHECK_BOTH(quantized(-2.0 - 1.0 / 64, q) == 127);
    CHECK_BOTH(quantized(2.0, {.format = q, .overflow = overflow::sat}) == 127);
    CHECK_BOTH(quantized(-9.0, {.format = q, .overflow = overflow::sat}) == -128);
    CHECK_BOTH(quantized(-9.0, {.format = q, .overflow = overflow::sat_sym}) == -127);
    CHECK_BOTH(quantized(-2.0, {.format = q, .overflow = overflow::sat_sym}) == -127);
    CHECK_BOTH(quantized(2.0, {.format = q, .overflow = overflow::sat_zero}) == 0);
    CHECK_BOTH(quantized(-1.0, {.format = {8, 2, false}, .overflow = overflow::sat}) == 0);
    CHECK_BOTH(quantized(-1.0, precision{8, 2, false}) == 192);
}

TEST_CASE("every mode does what its definition says, from real numbers and between formats")
{
    int wrong = 0;
    for (const precision p : {precision{5, 2}, precision{6, -1}, precision{4, 7},
             precision{5, 5, false}, precision{2, 1}, precision{1, 1, false}}) {
        const double low = p.is_signed ? -std::ldexp(1.0, p.width - 1) : 0.0;
        const double high = low + std::ldexp(1.0, p.width) - 1;
        const double step = std::ldexp(1.0, p.integer - p.width);
        const precision from{p.width + 5, p.integer + 3}; // two more bits right of the point
        for (const rounding r : roundings)
            for (const overflow o : overflows)
                for (auto raw = smallest_raw(from); raw <= largest_raw(from); ++raw) {
                    const double quarter = static_cast<double>(raw) / 4;
                    const double expected = brought_in(rounded(quarter, r), low, high, o);
                    wrong += static_cast<double>(quantized(quarter * step, {p, r, o})) != expected;
                    wrong += static_cast<double>(requantized(raw, from, {p, r, o})) != expected;
                    wrong += fake_quantized(quarter * step, {p, r, o}) != expected * step;
                    wrong += is_in_range(quarter * step, {p, r, o}) !=
                             (brought_in(rounded(quarter, r), low, high, o) == rounded(quarter, r));
                }
    }
    CHECK(wrong == 0);
}

TEST_CASE("every raw integer survives its real value, and the extremes are the extremes")
{
    for (const precision p : {precision{5, 2}, precision{9, -1, false}, precision{4, 70},
             precision{11, -60}, precision{1, 1}}) {
        std::int64_t count = 0;
        for (auto raw = smallest_raw(p); raw <= largest_raw(p); ++raw, ++count)
            CHECK(quantized(real_value(raw, p), p) == raw);
        CHECK(count == std::int64_t{1} << p.width);
    }
    CHECK_BOTH(smallest_raw({64, 5}) == std::numeric_limits<std::int64_t>::min());
    CHECK_BOTH(largest_raw({64, 5}) == std::numeric_limits<std::int64_t>::max());
    CHECK_BOTH(smallest_raw({64, 5, false}) == 0);
    CHECK(real_value(largest_raw({64, 64, false}), {64, 64, false}) == 0x1p64);
}

TEST_CASE("the widest formats lose no bit")
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr fixed_point all{.format = {64, 64}, .overflow = overflow::sat};
    constexpr fixed_point positive{.format = {64, 64, false}, .overflow = overflow::sat};
    CHECK_BOTH(quantized(1e30, all) == most);
    CHECK_BOTH(quantized(-1e30, all) == least);
    CHECK_BOTH(quantized(-0x1p63, all) == least);
    CHECK_BOTH(quantized(0x1p62, all) == most / 2 + 1);
    CHECK_BOTH(quantized(0x1p62, {.format = {63, 63}, .overflow = overflow::sat}) == most / 2);
    CHECK_BOTH(quantized(0x1p63, positive) == least); // the same bits
    CHECK_BOTH(quantized(1e30, positive) == -1);      // all bits
    CHECK_BOTH(requantized(-1, {64, 64, false}, all) == most);
    CHECK_BOTH(requantized(-1, {64, 64, false}, precision{64, 64}) == -1);
    CHECK_BOTH(requantized(least, {64, 64}, precision{64, 63}) == 0);
    CHECK_BOTH(requantized(least, {64, 0}, precision{64, 64}) == -1);
    CHECK_BOTH(requantized(most, {64, 0}, {.format = {64, 63}, .rounding = rounding::rnd}) == 1);
    CHECK_BOTH(quantized(0x1p-1074, {.format = {8, 0}, .rounding = rounding::trn}) == 0);
    CHECK_BOTH(quantized(-0x1p-1074, {.format = {8, 0}, .rounding = rounding::trn}) == -1);
    CHECK_BOTH(quantized(0x1.8p-1074, precision{8, -1066}) == 2); // a subnormal, rounded by itself
    CHECK_BOTH(quantized(-0.0, precision{8, 0}) == 0);
    CHECK_BOTH(quantized(1e-3, precision{16, std::numeric_limits<int>::max()}) == 0);
    CHECK_BOTH(quantized(1e-3, {.format = {16, std::numeric_limits<int>::min()},
                                   .overflow = overflow::sat}) == 32'767);
}

TEST_CASE("what is no number and what is no format is refused")
{
    CHECK_THROWS_WITH_AS((void)quantized(std::numeric_limits<double>::quiet_NaN(), q),
        doctest::Contains("only a finite number has a fixed-point value"), std::invalid_argument);
    CHECK_THROWS_AS(
        (void)quantized(-std::numeric_limits<double>::infinity(), q), std::invalid_argument);
    CHECK_THROWS_AS((void)quantized(1, precision{65, 6}), std::invalid_argument);
    CHECK_THROWS_AS((void)requantized(1, precision{0, 6}, q), std::invalid_argument);
    CHECK_THROWS_AS((void)requantized(1, q, precision{0, 6}), std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)quantized(1, {.format = {1, 1}, .overflow = overflow::sat_sym}),
        doctest::Contains("a signed format that saturates symmetrically has at least 2 bits"),
        std::invalid_argument);
    CHECK_NOTHROW((void)quantized(1, {.format = {1, 1, false}, .overflow = overflow::sat_sym}));
}
