// SPDX-License-Identifier: Apache-2.0
// Fixed-point types are not part of SystemC's header unless asked for.
#define SC_INCLUDE_FX
#include <espalier/model/quantize.hpp>

#include <doctest/doctest.h>
#include <systemc>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace espalier;

namespace {

constexpr std::array roundings{std::pair{rounding::trn, sc_dt::SC_TRN},
    std::pair{rounding::trn_zero, sc_dt::SC_TRN_ZERO}, std::pair{rounding::rnd, sc_dt::SC_RND},
    std::pair{rounding::rnd_zero, sc_dt::SC_RND_ZERO},
    std::pair{rounding::rnd_inf, sc_dt::SC_RND_INF},
    std::pair{rounding::rnd_min_inf, sc_dt::SC_RND_MIN_INF},
    std::pair{rounding::rnd_conv, sc_dt::SC_RND_CONV}};
constexpr std::array overflows{std::pair{overflow::wrap, sc_dt::SC_WRAP},
    std::pair{overflow::sat, sc_dt::SC_SAT}, std::pair{overflow::sat_zero, sc_dt::SC_SAT_ZERO},
    std::pair{overflow::sat_sym, sc_dt::SC_SAT_SYM}};

/// SystemC's number whose format and modes are arguments of the constructor.
template <class Use>
void with_systemc(const precision& p, sc_dt::sc_q_mode q, sc_dt::sc_o_mode o, Use&& use)
{
    if (p.is_signed)
        use(sc_dt::sc_fix(p.width, p.integer, q, o));
    else
        use(sc_dt::sc_ufix(p.width, p.integer, q, o));
}

/// The bits of a SystemC number, extended by its sign.
template <class Number>
std::int64_t raw_of(const Number& number, const precision& p)
{
    std::uint64_t bits = 0;
    for (int i = 0; i < p.width; ++i)
        bits |= static_cast<std::uint64_t>(number[i].operator bool() ? 1 : 0) << i;
    if (p.is_signed && p.width < 64 && (bits >> (p.width - 1) & 1) != 0)
        bits |= ~std::uint64_t{0} << p.width;
    return static_cast<std::int64_t>(bits);
}
/// Sets the bits of a SystemC number.
template <class Number>
void set_raw(Number& number, const precision& p, std::int64_t raw)
{
    for (int i = 0; i < p.width; ++i)
        number[i] = (static_cast<std::uint64_t>(raw) >> i & 1) != 0;
}

constexpr int formats = 4000;

using generator = std::mt19937_64;

int pick(generator& random, int from, int to)
{
    return from + static_cast<int>(random() % static_cast<std::uint64_t>(to - from + 1));
}

precision random_precision(generator& random)
{
    const bool is_signed = random() % 2 == 0;
    const int least = is_signed ? 2 : 1; // sat_sym
    const int width = random() % 4 == 0 ? pick(random, least, 64) : pick(random, least, 20);
    return {width, pick(random, -6, width + 6), is_signed};
}

/// A raw integer of a format, often an extreme one.
std::int64_t random_raw(generator& random, const precision& p)
{
    switch (random() % 8) {
    case 0:
        return smallest_raw(p);
    case 1:
        return largest_raw(p);
    default:
        const int dropped = pick(random, 0, 63);
        return requantized(static_cast<std::int64_t>(random()) >> dropped, {64, 64},
            {{p.width, p.width, p.is_signed}});
    }
}

/// Random, or a multiple of a quarter step not far from a format's range: ties, limits, both signs.
double random_number(generator& random, const precision& p)
{
    if (random() % 4 == 0) {
        double number = 0;
        do {
            const std::uint64_t bits = random();
            std::memcpy(&number, &bits, sizeof number);
        } while (!(std::abs(number) < 1e30 && std::abs(number) > 1e-30));
        return number;
    }
    const double quarters =
        static_cast<double>(static_cast<std::int64_t>(random()) >> pick(random, 8, 62));
    const double limit = p.is_signed ? std::ldexp(1.0, p.integer - 1) : std::ldexp(1.0, p.integer);
    const double base = random() % 3 == 0 ? limit : random() % 2 == 0 ? -limit : 0.0;
    return base + quarters * std::ldexp(0.25, p.integer - p.width);
}

} // namespace

TEST_CASE("a real number becomes the raw integer that SystemC has, in every mode")
{
    generator random(1);
    int compared = 0;
    int different = 0;
    for (int i = 0; i < formats; ++i) {
        const precision p = random_precision(random);
        for (const auto& [r, q] : roundings)
            for (const auto& [of, o] : overflows)
                with_systemc(p, q, o, [&, r = r, of = of](auto number) {
                    for (int k = 0; k < 20; ++k) {
                        const double real = random_number(random, p);
                        number = real;
                        const std::int64_t expected = raw_of(number, p);
                        const std::int64_t actual = quantized(real, {p, r, of});
                        ++compared;
                        if (actual != expected && ++different < 20) {
                            INFO(p.width, " ", p.integer, " ", p.is_signed, " ", to_string(r), " ",
                                to_string(of), " ", real);
                            CHECK(actual == expected);
                        }
                    }
                });
    }
    CHECK(different == 0);
    CHECK(compared == formats * 28 * 20);
}

TEST_CASE("an assignment between formats gives the raw integer that SystemC has, in every mode")
{
    generator random(2);
    int different = 0;
    for (int i = 0; i < formats; ++i) {
        const precision from = random_precision(random);
        const precision p = random_precision(random);
        for (const auto& [r, q] : roundings)
            for (const auto& [of, o] : overflows)
                with_systemc(p, q, o, [&, r = r, of = of](auto number) {
                    with_systemc(from, sc_dt::SC_TRN, sc_dt::SC_WRAP, [&](auto source) {
                        for (int k = 0; k < 20; ++k) {
                            const std::int64_t raw = random_raw(random, from);
                            set_raw(source, from, raw);
                            REQUIRE(raw_of(source, from) == raw);
                            number = source;
                            const std::int64_t expected = raw_of(number, p);
                            const std::int64_t actual = requantized(raw, from, {p, r, of});
                            if (actual != expected && ++different < 20) {
                                INFO(from.width, " ", from.integer, " ", from.is_signed, " to ",
                                    p.width, " ", p.integer, " ", p.is_signed, " ", to_string(r),
                                    " ", to_string(of), " ", raw);
                                CHECK(actual == expected);
                            }
                        }
                    });
                });
    }
    CHECK(different == 0);
}
