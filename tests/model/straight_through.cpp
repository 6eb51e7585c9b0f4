// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/straight_through.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

using namespace espalier;

namespace {

constexpr std::array all_roundings{rounding::trn, rounding::trn_zero, rounding::rnd,
    rounding::rnd_zero, rounding::rnd_inf, rounding::rnd_min_inf, rounding::rnd_conv};
constexpr std::array all_overflows{
    overflow::wrap, overflow::sat, overflow::sat_zero, overflow::sat_sym};

/// Numbers of a format, between them, on their halves, at both ends and far beyond.
template <class Number>
std::vector<Number> numbers_for(const precision& p, std::mt19937_64& random)
{
    const double step = std::ldexp(1.0, p.integer - p.width);
    const double end = std::ldexp(1.0, p.integer);
    std::vector<Number> numbers{0, static_cast<Number>(-0.0)};
    for (int i = 0; i < 60; ++i) {
        const auto near = static_cast<double>(static_cast<std::int64_t>(random() % 129) - 64);
        const double part = static_cast<double>(random() % 1000) / 1000;
        for (const double number : {near * step / 4, (near + part) * step, end * (part - 0.5),
                 end / 2 + near * step / 4, -end / 2 + near * step / 4, end * near})
            if (std::isfinite(static_cast<Number>(number)))
                numbers.push_back(static_cast<Number>(number));
    }
    for (const double far : {1e30, -1e30, 1e-30, -1e-30, -5e-324})
        numbers.push_back(static_cast<Number>(far));
    return numbers;
}

/// How many numbers differ from what one number alone becomes, or say otherwise of its gradient.
template <class Number>
int wrong_of(const std::vector<Number>& numbers, const fixed_point& format)
{
    std::vector<Number> rounded = numbers;
    std::vector<std::uint8_t> passes(numbers.size(), 7);
    round_straight_through(std::span(rounded), format, std::span(passes));
    int wrong = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = static_cast<double>(numbers[i]);
        wrong += rounded[i] != static_cast<Number>(fake_quantized(number, format)) ? 1 : 0;
        wrong += passes[i] != (is_in_range(number, format) ? 1 : 0) ? 1 : 0;
    }
    return wrong;
}

} // namespace

TEST_CASE("many numbers are rounded as each by itself, in all modes")
{
    std::mt19937_64 random(5);
    std::vector<precision> formats{{18, 8}, {16, 6}, {12, 6}, {8, 4}, {8, 1}, {6, 9}, {7, -3},
        {2, 1}, {52, 20}, {53, 20}, {64, 30}, {18, 8, false}, {8, 0, false}, {52, 52}, {20, 600},
        {20, -600}};
    for (int i = 0; i < 40; ++i)
        formats.push_back({2 + static_cast<int>(random() % 63),
            static_cast<int>(random() % 40) - 10, random() % 2 == 0});
    for (const precision& p : formats)
        for (const rounding r : all_roundings)
            for (const overflow o : all_overflows) {
                CAPTURE(p.width);
                CAPTURE(p.integer);
                CAPTURE(static_cast<int>(r));
                CAPTURE(static_cast<int>(o));
                CHECK(wrong_of(numbers_for<double>(p, random), {p, r, o}) == 0);
                CHECK(wrong_of(numbers_for<float>(p, random), {p, r, o}) == 0);
            }
}

TEST_CASE("a gradient passes where a number is in range, and stops elsewhere")
{
    const fixed_point format{{8, 4}, rounding::rnd, overflow::sat}; // -8 … 7.9375
    std::vector<float> numbers{1.26F, -7.99F, -8.1F, 7.95F, 7.97F, 100.0F};
    std::vector<std::uint8_t> passes(numbers.size());
    round_straight_through(std::span(numbers), format, std::span(passes));
    CHECK(numbers == std::vector<float>{1.25F, -8, -8, 7.9375F, 7.9375F, 7.9375F});
    CHECK(passes == std::vector<std::uint8_t>{1, 1, 0, 1, 0, 0});
    std::vector<double> gradients{1, 2, 3, 4, 5, 6};
    pass_straight_through(std::span(gradients), std::span<const std::uint8_t>(passes));
    CHECK(gradients == std::vector<double>{1, 2, 0, 4, 0, 0});
}

TEST_CASE("training through the rounding fits what it can in every width")
{
    // y = round(w) · x with data of a w that no format has: the straight-through gradient brings w
    // to within a step of it, while the true gradient is 0 almost everywhere.
    for (const precision& p :
        {precision{18, 8}, precision{16, 6}, precision{12, 6}, precision{8, 4}}) {
        const double wanted = 0.7;
        double weight = -1;
        for (int i = 0; i < 2000; ++i) {
            std::array rounded{weight};
            std::array<std::uint8_t, 1> passes{};
            round_straight_through(std::span<double>(rounded), p, std::span<std::uint8_t>(passes));
            std::array slope{rounded[0] - wanted};
            pass_straight_through(std::span<double>(slope), std::span<const std::uint8_t>(passes));
            weight -= 0.01 * slope[0];
        }
        const double step = std::ldexp(1.0, p.integer - p.width);
        CHECK(std::abs(fake_quantized(weight, p) - wanted) <= step);
    }
}

TEST_CASE("what cannot be rounded is refused")
{
    const fixed_point format{{8, 4}};
    std::vector<std::uint8_t> passes(1);
    for (const double number : {std::numeric_limits<double>::infinity(),
             -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        std::vector<double> numbers{number};
        CHECK_THROWS_AS(round_straight_through(std::span(numbers), format, std::span(passes)),
            std::invalid_argument);
    }
    std::vector<double> numbers{1, 2};
    CHECK_THROWS_WITH_AS(round_straight_through(std::span(numbers), format, std::span(passes)),
        "rounding says of every number whether its gradient passes (numbers = 2, passes = 1)",
        std::invalid_argument);
    CHECK_THROWS_AS(
        pass_straight_through(std::span(numbers), std::span<const std::uint8_t>(passes)),
        std::invalid_argument);
    passes.resize(2);
    CHECK_THROWS_AS(round_straight_through(std::span(numbers),
                        {{1, 1}, rounding::trn, overflow::sat_sym}, std::span(passes)),
        std::invalid_argument);
}
