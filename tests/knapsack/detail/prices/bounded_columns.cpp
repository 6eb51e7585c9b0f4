// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/bounded_columns.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <vector>

namespace tests_of_bounded_columns {

using namespace espalier;
using instances::dice;

TEST_CASE("a proof that nothing fits is one, and is not refused where it is clear")
{
    std::size_t proofs = 0;
    for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
        dice random(seed);
        const std::size_t rows = 1 + random.below(3);
        std::vector<resource_vector> costs(1 + random.below(3));
        for (resource_vector& cost : costs)
            for (std::size_t r = 0; r < rows; ++r)
                cost[r] = static_cast<std::int64_t>(random.below(9)) - 2;
        const detail::cost_matrix matrix(rows, costs);
        detail::bounded_columns columns;
        for (std::size_t j = 0; j < 5; ++j) {
            columns.add(0, static_cast<std::uint32_t>(random.below(costs.size())), 3);
            columns.lower[j] = static_cast<double>(random.below(4));
        }
        std::array<std::int64_t, detail::max_rows> room{};
        std::array<double, detail::max_rows> y{};
        for (std::size_t r = 0; r < rows; ++r) {
            room[r] = static_cast<std::int64_t>(random.below(60)) - 20;
            y[r] = static_cast<double>(random.below(4)) / matrix.scale(r); // whole, unscaled
        }
        const double sign = random.one_in(2) ? 1 : -1;
        std::array<double, detail::max_rows> given = y;
        for (double& one : given) // one of the wrong sign counts as 0
            one = one == 0 ? -sign * 0.5 : sign * one;
        // The least that any x within the bounds uses of the sum of the rows, in integers.
        std::int64_t least = 0;
        for (std::size_t r = 0; r < rows; ++r)
            least -= static_cast<std::int64_t>(y[r] * matrix.scale(r)) * room[r];
        for (std::size_t j = 0; j < columns.size(); ++j) {
            std::int64_t one = 0;
            for (std::size_t r = 0; r < rows; ++r)
                one += static_cast<std::int64_t>(y[r] * matrix.scale(r)) *
                       costs[columns.class_of[j]][r];
            least += one * static_cast<std::int64_t>(one > 0 ? columns.lower[j] : columns.upper[j]);
        }
        CAPTURE(seed);
        CHECK(detail::nothing_fits(matrix, room, columns, given.data(), sign) == (least > 0));
        proofs += least > 0;
    }
    CHECK(proofs > 200);
    CHECK(proofs < 1'800);
}

TEST_CASE("a product that is lost in its own rounding is none")
{
    const double row[]{1e9, -1e9};
    const double same[]{0.1, 0.1 * (1 + 1e-13)};
    const double other[]{0.1, 0.2};
    CHECK(detail::pivot_of(row, same, 2) == 0);
    CHECK(detail::dot(row, same, 2) != 0);
    CHECK(detail::pivot_of(row, other, 2) == detail::dot(row, other, 2));
    // Small next to other columns, but not next to its own terms.
    const double tiny[]{1e-30, 0};
    CHECK(detail::pivot_of(row, tiny, 2) == 1e9 * 1e-30);
}

} // namespace tests_of_bounded_columns
