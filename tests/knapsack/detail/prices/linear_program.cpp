// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/linear_program.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <vector>

namespace tests_of_cost_matrix {

using namespace espalier;
using instances::dice;

TEST_CASE("the amounts are exact and the entries are the amounts by a power of two near 1")
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        const std::size_t resources = 1 + random.below(max_resources);
        std::vector<resource_vector> costs(1 + random.below(8));
        std::vector<std::int64_t> extra;
        const bool has_extra = random.one_in(2);
        for (resource_vector& cost : costs) {
            for (std::size_t r = 0; r < resources; ++r) {
                cost[r] = static_cast<std::int64_t>(
                    random.one_in(3) ? 0 : random.below(std::size_t{1} << random.below(62)));
                if (random.one_in(3))
                    cost[r] = -cost[r];
            }
            if (has_extra)
                extra.push_back(static_cast<std::int64_t>(random.below(3)));
        }
        const detail::cost_matrix matrix(resources, costs, extra);
        CAPTURE(seed);
        REQUIRE(matrix.rows() == resources + (has_extra ? 1U : 0U));
        REQUIRE(matrix.classes() == costs.size());
        for (std::size_t r = 0; r < matrix.rows(); ++r) {
            double largest = 0;
            int exponent = 0;
            CHECK(std::frexp(matrix.scale(r), &exponent) == 0.5);
            for (std::size_t c = 0; c < costs.size(); ++c) {
                const std::int64_t amount = r < resources ? costs[c][r] : extra[c];
                CHECK(matrix.amount(c, r) == amount);
                CHECK(matrix.of(c)[r] / matrix.scale(r) == static_cast<double>(amount));
                largest = std::max(largest, std::abs(matrix.of(c)[r]));
            }
            CHECK(largest < 2);
            CHECK((largest >= 1 || largest == 0));
        }
    }
}

TEST_CASE("a row without costs, and a matrix without classes, are no trouble")
{
    const detail::cost_matrix free(2, {{0, 3}});
    CHECK(free.scale(0) == 1);
    CHECK(free.of(0)[0] == 0);
    const detail::cost_matrix none(3, {});
    CHECK(none.rows() == 3);
    CHECK(none.classes() == 0);
    CHECK(detail::cost_matrix().rows() == 0);
}

} // namespace tests_of_cost_matrix

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

namespace tests_of_long_step {

using namespace espalier;
using detail::breakpoint;
using instances::dice;

TEST_CASE("a long step passes breakpoints as long as the row is not eased, one after the other")
{
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        dice random(seed);
        std::vector<breakpoint> all;
        const std::size_t count = random.below(300);
        double total = 0;
        for (std::size_t k = 0; k < count; ++k) {
            all.push_back({static_cast<double>(random.below(50)), random.unit(), k});
            total += all.back().drop;
        }
        std::vector<breakpoint> sorted = all;
        std::sort(sorted.begin(), sorted.end(), [](const breakpoint& a, const breakpoint& b) {
            return a.ratio != b.ratio ? a.ratio < b.ratio : a.column < b.column;
        });
        const double slope = (total + 1) * random.unit();
        double left = slope;
        std::size_t passed = 0;
        while (passed < count && sorted[passed].drop < left)
            left -= sorted[passed++].drop;
        CAPTURE(seed);
        const std::size_t found = detail::first_not_passed(all, slope);
        REQUIRE(found == passed);
        // Those passed are before it; which is where, among those, is no matter.
        if (found < count)
            CHECK(all[found].column == sorted[found].column);
        std::vector<std::size_t> first;
        std::vector<std::size_t> expected;
        for (std::size_t k = 0; k < found; ++k) {
            first.push_back(all[k].column);
            expected.push_back(sorted[k].column);
        }
        std::sort(first.begin(), first.end());
        std::sort(expected.begin(), expected.end());
        CHECK(first == expected);
    }
}

TEST_CASE("a breakpoint that eases the row just so is not passed")
{
    std::vector<breakpoint> all{{1, 2, 0}, {2, 3 * (1 - 1e-12), 1}};
    CHECK(detail::first_not_passed(all, 5) == 1);
    CHECK(detail::first_not_passed(all, 5.1) == 2); // all together are not enough
}

} // namespace tests_of_long_step
