// SPDX-License-Identifier: Apache-2.0
#include "sc_number.hpp"

#include <espalier/model/quantize.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

using namespace espalier;
using namespace sc_test;

namespace {

constexpr std::array roundings{rounding::trn, rounding::trn_zero, rounding::rnd, rounding::rnd_zero,
    rounding::rnd_inf, rounding::rnd_min_inf, rounding::rnd_conv};
constexpr std::array overflows{
    overflow::wrap, overflow::sat, overflow::sat_zero, overflow::sat_sym};
constexpr int formats = 2000;
constexpr int values = 20; // for each format and pair of modes: 1,120,000 in each test case

precision random_precision(generator& random)
{
    const bool is_signed = random() % 2 == 0;
    const int least = is_signed ? 2 : 1; // sat_sym
    const int width = random() % 4 == 0 ? pick(random, least, 64) : pick(random, least, 20);
    return {width, pick(random, -6, width + 6), is_signed};
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
    const double limit = std::ldexp(1.0, p.integer - (p.is_signed ? 1 : 0));
    const double base = random() % 3 == 0 ? limit : random() % 2 == 0 ? -limit : 0.0;
    return base + quarters * std::ldexp(0.25, p.integer - p.width);
}

/// Calls a function with random formats in all modes; it compares two raw integers.
template <class Compare>
void in_all_modes(generator& random, Compare&& compare)
{
    int different = 0;
    for (int i = 0; i < formats; ++i) {
        const precision p = random_precision(random);
        for (const rounding r : roundings)
            for (const overflow o : overflows) {
                const fixed_point format{p, r, o};
                number theirs(format);
                for (int k = 0; k < values; ++k) {
                    const std::int64_t ours = compare(theirs, format);
                    if (ours == theirs.raw() || ++different > 20)
                        continue;
                    INFO(p.width, " ", p.integer, " ", p.is_signed, " ", to_string(r), " ",
                        to_string(o));
                    CHECK(ours == theirs.raw());
                }
            }
    }
    CHECK(different == 0);
}

} // namespace

TEST_CASE("a real number becomes the raw integer that SystemC has, in every mode")
{
    generator random(1);
    in_all_modes(random, [&](number& theirs, const fixed_point& format) {
        const double real = random_number(random, format.format);
        theirs = real;
        return quantized(real, format);
    });
}

TEST_CASE("an assignment between formats gives the raw integer that SystemC has, in every mode")
{
    generator random(2);
    in_all_modes(random, [&](number& theirs, const fixed_point& format) {
        const precision from = random_precision(random);
        const std::int64_t raw = random_raw(random, from);
        theirs = number(from, raw).value();
        return requantized(raw, from, format);
    });
}
