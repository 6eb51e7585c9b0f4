// SPDX-License-Identifier: Apache-2.0
#include <espalier/finite.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/prune/weight_view.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <type_traits>
#include <vector>

using namespace espalier;

// What is asked after every step of training, of blocks of numbers, against one number at a time.

TEST_CASE_TEMPLATE("the first number that is not finite is found wherever it is", T, float, double)
{
    using limits = std::numeric_limits<T>;
    std::mt19937 random(31);
    for (std::size_t size = 0; size < 200; ++size) {
        std::vector<T> numbers(size);
        for (T& number : numbers)
            number = random() % 2 == 0 ? limits::max() : -limits::denorm_min();
        CHECK(first_not_finite(std::span<const T>(numbers)) == size);
        for (std::size_t first = 0; first < size; ++first) {
            std::vector<T> odd = numbers;
            odd[first] = random() % 2 == 0 ? limits::quiet_NaN() : -limits::infinity();
            odd[first + random() % (size - first)] = limits::infinity(); // or a later one as well
            REQUIRE(first_not_finite(std::span<const T>(odd)) == first);
        }
    }
}

TEST_CASE_TEMPLATE("a mask changes no bit of what it keeps, however many weights", T, float, double)
{
    using limits = std::numeric_limits<T>;
    using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    std::mt19937 random(32);
    const std::vector<T> odd{T{0}, -T{0}, limits::quiet_NaN(), limits::infinity(),
        limits::denorm_min(), limits::lowest(), T{1}};
    for (std::size_t size = 0; size < 150; ++size) {
        std::vector<T> weights(size);
        std::vector<std::uint8_t> keep(size);
        for (std::size_t i = 0; i < size; ++i) {
            weights[i] = odd[random() % odd.size()];
            keep[i] = static_cast<std::uint8_t>(random() % 3); // of a weight_state
        }
        const std::vector<T> before = weights;
        const weight_view view(weights, layout::keras);
        view.mask(keep);
        for (std::size_t i = 0; i < size; ++i)
            REQUIRE(std::bit_cast<word>(weights[i]) ==
                    (keep[i] == 0 ? word{0} : std::bit_cast<word>(before[i])));
    }
}
