// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/lattice.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <knapsack/instances.hpp>
#include <limits>
#include <numeric>
#include <vector>

namespace tests_of_lattice {

using namespace espalier;
using detail::cost_lattice;
using instances::dice;

namespace {

std::int64_t determinant(const std::vector<resource_vector>& of, std::size_t rows)
{
    if (rows == 1)
        return of[0][0];
    if (rows == 2)
        return of[0][0] * of[1][1] - of[0][1] * of[1][0];
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < 3; ++k)
        sum += of[0][k] *
               (of[1][(k + 1) % 3] * of[2][(k + 2) % 3] - of[1][(k + 2) % 3] * of[2][(k + 1) % 3]);
    return sum;
}

/// The least determinant of some of the vectors that is not 0, or 0: its multiples of the unit
/// vectors are in the lattice, so that amounts matter only modulo this number.
std::int64_t modulus(const std::vector<resource_vector>& costs, std::size_t rows)
{
    std::int64_t least = 0;
    std::vector<std::size_t> at(rows, 0);
    for (;;) {
        std::vector<resource_vector> some;
        for (const std::size_t k : at)
            some.push_back(costs[k]);
        if (const std::int64_t d = std::abs(determinant(some, rows));
            d != 0 && (least == 0 || d < least))
            least = d;
        std::size_t digit = 0;
        while (digit < rows && ++at[digit] == costs.size())
            at[digit++] = 0;
        if (digit == rows)
            return least;
    }
}

/// min λ·s over s ≥ 0 such that the room less s is a sum of costs, modulo n: all sums are made.
double least_loss(const std::vector<resource_vector>& costs, std::size_t rows, std::int64_t n,
    const resource_vector& room, const detail::price_vector& price)
{
    const auto index = [&](const resource_vector& amounts) {
        std::size_t number = 0;
        for (std::size_t r = 0; r < rows; ++r)
            number = number * static_cast<std::size_t>(n) +
                     static_cast<std::size_t>((amounts[r] % n + n) % n);
        return number;
    };
    const auto cases = [&] {
        std::size_t all = 1;
        for (std::size_t r = 0; r < rows; ++r)
            all *= static_cast<std::size_t>(n);
        return all;
    }();
    std::vector<std::uint8_t> is_sum(cases, 0);
    std::vector<resource_vector> reached(1);
    is_sum[0] = 1;
    for (std::size_t head = 0; head < reached.size(); ++head)
        for (const resource_vector& cost : costs) {
            resource_vector next = detail::less(reached[head], cost, rows, -1);
            for (std::size_t r = 0; r < rows; ++r)
                next[r] %= n;
            if (is_sum[index(next)]++ == 0)
                reached.push_back(next);
            else
                is_sum[index(next)] = 1;
        }
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t number = 0; number < cases; ++number) {
        resource_vector s{};
        std::size_t rest = number;
        for (std::size_t r = 0; r < rows; ++r, rest /= static_cast<std::size_t>(n))
            s[r] = static_cast<std::int64_t>(rest % static_cast<std::size_t>(n));
        if (is_sum[index(detail::less(room, s, rows))] != 0)
            least = std::min(least, detail::price_of(s, price, rows));
    }
    return least;
}

} // namespace

TEST_CASE("capacity that no sum of costs fills is lost at the least price")
{
    std::size_t lost = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        dice random(seed);
        const std::size_t rows = 1 + random.below(3);
        std::vector<resource_vector> costs(1 + random.below(4));
        const std::int64_t factor = random.one_in(2) ? 1 : 2;
        for (resource_vector& cost : costs)
            for (std::size_t r = 0; r < rows; ++r)
                cost[r] = factor * static_cast<std::int64_t>(random.below(rows == 3 ? 3 : 12));
        resource_vector room{};
        detail::price_vector price{};
        for (std::size_t r = 0; r < rows; ++r) {
            room[r] = static_cast<std::int64_t>(random.below(100)) - 20;
            price[r] = random.one_in(5) ? 0.0 : random.unit();
        }
        CAPTURE(seed);
        const double found = cost_lattice(costs, rows).least_loss(room, price);
        const std::int64_t n = modulus(costs, rows);
        if (n == 0) // they span no lattice of full rank: see below
            continue;
        const double least = least_loss(costs, rows, n, room, price);
        CHECK(found <= least);
        CHECK(found >= least * (1 - 1e-11));
        lost += found > 0;
    }
    CHECK(lost > 150);
}

TEST_CASE("a resource that nothing uses, or that follows from others, hides no loss")
{
    std::size_t lost = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        dice random(1'000 + seed);
        const std::size_t rows = 1 + random.below(2);
        std::vector<resource_vector> costs(2 + random.below(3));
        for (resource_vector& cost : costs)
            for (std::size_t r = 0; r < rows; ++r)
                cost[r] = 2 * static_cast<std::int64_t>(random.below(6));
        resource_vector room{};
        detail::price_vector price{};
        for (std::size_t r = 0; r < rows; ++r) {
            room[r] = static_cast<std::int64_t>(random.below(100)) - 20;
            price[r] = random.unit();
        }
        const std::int64_t n = modulus(costs, rows);
        if (n == 0)
            continue;
        const double least = least_loss(costs, rows, n, room, price);
        // In any place; two of them are more resources than a lattice may have.
        const std::size_t unused = random.below(rows + 1);
        const auto insert = [&](auto& amounts, auto amount) {
            std::rotate(amounts.begin() + static_cast<std::ptrdiff_t>(unused), amounts.end() - 1,
                amounts.end());
            amounts[unused] = amount;
        };
        std::vector<resource_vector> wider = costs;
        resource_vector wider_room = room;
        detail::price_vector wider_price = price;
        for (int time = 0; time < 2; ++time) {
            for (resource_vector& cost : wider)
                insert(cost, std::int64_t{0});
            insert(wider_room, static_cast<std::int64_t>(random.below(5)));
            insert(wider_price, random.unit());
        }
        CAPTURE(seed);
        const double found = cost_lattice(wider, rows + 2).least_loss(wider_room, wider_price);
        CHECK(found <= least);
        CHECK(found >= least * (1 - 1e-11));
        // The last is the sum of those before: what is lost of them is lost.
        for (resource_vector& cost : costs)
            cost[rows] = cost[0] + cost[rows - 1];
        price[rows] = random.unit();
        const double follows = cost_lattice(costs, rows + 1).least_loss(room, price);
        CHECK(follows <= least);
        CHECK(follows >= least * (1 - 1e-11));
        lost += found > 0;
    }
    CHECK(lost > 150);
}

TEST_CASE("where numbers are too large, nothing is said to be lost")
{
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    const detail::price_vector price{1, 1, 1, 1};
    CHECK(cost_lattice({{2}}, 1).least_loss({7}, price) == doctest::Approx(1));
    CHECK(cost_lattice({{2}}, 1).least_loss({huge}, price) == 0);
    CHECK(cost_lattice({{2}}, 1).least_loss({-huge}, price) == 0);
    CHECK(cost_lattice({{huge}, {huge - 1}}, 1).least_loss({7}, price) == 0);
    CHECK(cost_lattice({{std::int64_t{1} << 62}}, 1).least_loss({7}, price) == 0);
    CHECK(cost_lattice({{5'000}}, 1).least_loss({7}, price) == 0); // too many cases
    CHECK(cost_lattice({{100, 0}, {0, 100}}, 2).least_loss({7, 7}, price) == 0);
    CHECK(cost_lattice({{1, 5'000}, {0, 7'000}}, 2).least_loss({7, 7}, price) == 0);
    CHECK(cost_lattice({{2, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 2, 0}, {0, 0, 0, 2}}, 4)
              .least_loss({1, 1, 1, 1}, price) == 0);
    CHECK(cost_lattice({{1, (1 << 30) - 1, 0}, {0, 1, 1 << 20}, {0, 0, 7}}, 3)
              .least_loss({0, 0, 1}, price) == 0); // too large while it is reduced
    // A sum that wrapped around would not even know the second of these.
    CHECK(cost_lattice({{1, std::int64_t{1} << 61U}, {8, 3}}, 2).least_loss({8, 3}, price) == 0);
    // Large entries that the others make small are no hindrance.
    CHECK(cost_lattice({{1, 5'000}, {0, 2}}, 2).least_loss({0, 1}, price) == doctest::Approx(1));
    CHECK(cost_lattice({}, 1).least_loss({7}, price) == 0);
}

} // namespace tests_of_lattice
