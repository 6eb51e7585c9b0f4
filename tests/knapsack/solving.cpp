// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/solving.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <limits>
#include <vector>

using namespace espalier;
using instances::dice;

namespace {

/// Σ of doubles as an integer of 2,300 bits with a binary point: no rounding at all.
class exact_sum {
    static constexpr int lowest_ = -1'088; // below the last bit of the least subnormal number
    std::vector<std::uint64_t> digits_ = std::vector<std::uint64_t>(72, 0); // 32 bits each

public:
    void add(double term)
    {
        int exponent = 0;
        const double fraction = std::frexp(term, &exponent);
        auto bits = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
        const int shift = exponent - 53 - lowest_;
        auto digit = static_cast<std::size_t>(shift / 32);
        const int within = shift % 32;
        const auto put = [&](std::uint64_t part) {
            for (std::size_t at = digit; part != 0; ++at) {
                digits_[at] += part & 0xffff'ffffU;
                part = (part >> 32U) + (digits_[at] >> 32U);
                digits_[at] &= 0xffff'ffffU;
            }
        };
        put((bits & 0x7ffU) << within);
        bits >>= 11U;
        // The rest, 42 bits, in two pieces that do not overflow when shifted.
        for (int piece = 11; bits != 0; piece += 21) {
            digit = static_cast<std::size_t>((shift + piece) / 32);
            put((bits & 0x1f'ffffU) << ((shift + piece) % 32));
            bits >>= 21U;
        }
    }
    /// How far a number is from the sum, in units in its last place.
    [[nodiscard]] double error_of(double number) const
    {
        exact_sum other;
        other.add(number);
        const exact_sum& more = other.is_less_than(*this) ? *this : other;
        const exact_sum& less = &more == this ? other : *this;
        long double difference = 0;
        for (std::size_t at = digits_.size(); at-- > 0;)
            difference += std::ldexp(static_cast<long double>(more.digits_[at]) -
                                         static_cast<long double>(less.digits_[at]),
                static_cast<int>(32 * at) + lowest_ - std::ilogb(number) + 52);
        return static_cast<double>(difference);
    }

private:
    [[nodiscard]] bool is_less_than(const exact_sum& other) const
    {
        for (std::size_t at = digits_.size(); at-- > 0;)
            if (digits_[at] != other.digits_[at])
                return digits_[at] < other.digits_[at];
        return false;
    }
};

} // namespace

TEST_CASE("the value of a choice is right to the last digit but one, whatever the scales")
{
    constexpr instances::values kinds[]{instances::values::uniform, instances::values::whole_range,
        instances::values::any_scale, instances::values::tiny, instances::values::huge,
        instances::values::nearly_equal};
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        dice random(seed);
        knapsack_problem problem;
        const std::size_t items = random.one_in(40)  ? 70'000 + random.below(80'000)
                                  : random.one_in(4) ? random.below(5'000)
                                                     : random.below(600);
        std::vector<std::uint8_t> keep;
        exact_sum sum;
        const auto kind = kinds[random.below(std::size(kinds))];
        bool any = false;
        for (std::size_t item = 0; item < items; ++item) {
            problem.values.push_back(instances::draw(kind, 1.0, random));
            keep.push_back(random.one_in(3) ? 0 : 1);
            if (keep.back() != 0)
                sum.add(problem.values.back());
            any = any || (keep.back() != 0 && problem.values.back() > 0);
        }
        const double value = value_of(problem, keep);
        CAPTURE(seed);
        CAPTURE(items);
        if (any)
            CHECK(sum.error_of(value) <= 1.5);
        else
            CHECK(value == 0);
        CHECK(value_of(problem, keep, detail::workers(3)) == value);
    }
}

TEST_CASE("a large value does not swallow the small ones before and after it")
{
    for (const std::size_t place : {0U, 1U, 2U, 3U, 500U, 999U}) {
        knapsack_problem problem;
        problem.values.assign(1'000, 0.75);
        problem.values[place] = 0x1p54;
        const std::vector<std::uint8_t> keep(1'000, 1);
        CHECK(value_of(problem, keep) == 0x1p54 + 748); // 749.25, to units of 4
        compensated_sum sum;
        for (const double value : problem.values)
            sum.add(value);
        CHECK(sum.value() == 0x1p54 + 748);
    }
}

TEST_CASE("the scale of a number is the power of two that brings it near 1")
{
    dice random(3);
    for (int k = 0; k < 1'000; ++k) {
        const double value = instances::draw(instances::values::whole_range, 0, random);
        const double scaled = value * scale_of(value);
        CHECK(scaled >= 1);
        CHECK(scaled < 2);
        int exponent = 0;
        CHECK(std::frexp(scale_of(value), &exponent) == 0.5);
    }
    CHECK(scale_of(0) == 1);
    CHECK(std::isfinite(scale_of(std::numeric_limits<double>::denorm_min())));
    CHECK(scale_of(std::numeric_limits<double>::max()) > 0);
}

TEST_CASE("no answer keeps nothing and says why")
{
    dice random(4);
    const knapsack_problem problem = instances::plain(9, 1, 2, instances::values::uniform, random);
    const stopwatch watch;
    const knapsack_solution none = no_answer(solve_status::unknown, problem, "nobody knows", watch);
    CHECK(none.status == solve_status::unknown);
    CHECK(!none.has_answer());
    CHECK(none.reason == "nobody knows");
    CHECK(none.keep == std::vector<std::uint8_t>(9, 0));
    CHECK(none.seconds >= 0);
    CHECK(none.seconds <= watch.seconds());
}
