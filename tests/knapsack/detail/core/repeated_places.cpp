// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/repeated_places.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/core_problems.hpp>
#include <knapsack/instances.hpp>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

namespace tests_of_repeated_places {

using namespace espalier;
using core_problems::infinity;
using detail::core_problem;
using detail::leave_out_repeats;
using detail::merge_equal_places;
using detail::merged_places;
using detail::most_changes;
using instances::dice;

namespace {

/// A core in which each of a few places is there many times.
core_problem any_repeated(std::size_t rows, dice& random)
{
    const std::int64_t most = rows == 1 ? 1 + static_cast<std::int64_t>(random.below(4)) : 1;
    const core_problem few = core_problems::any({.rows = rows,
                                                    .places = 1 + random.below(3),
                                                    .most_equal = 1,
                                                    .most = most,
                                                    .whole_losses = random.one_in(2)},
        random);
    core_problem core{.rows = rows, .left = few.left, .base_loss = few.base_loss};
    core.usages = few.usages;
    for (std::size_t r = 0; r < rows; ++r) {
        core.price[r] = 0.2 + random.unit();
        if (random.one_in(2)) // much is left, or lacking
            core.left[r] *= 1 + static_cast<std::int64_t>(random.below(rows == 1 ? 20 : 3));
    }
    const std::size_t times = rows == 1 ? 60 : 150;
    for (std::size_t place = 0; place < few.places(); ++place)
        for (std::size_t n = 0; n < 1 + random.below(times); ++n) {
            for (std::size_t k = few.first[place]; k < few.first[place + 1]; ++k)
                core.add_change(few.loss[k], few.kind[k]);
            core.close(1);
        }
    return core;
}

/// The least loss of any choice, and the fewest changes that a choice makes that loses no more: all
/// amounts that can be left, place by place.
std::pair<double, std::size_t> judge(const core_problem& core)
{
    using outcome = std::pair<double, std::size_t>;
    std::map<resource_vector, outcome> reached{{core.left, {core.base_loss, 0}}};
    for (std::size_t place = 0; place < core.places(); ++place)
        for (std::uint32_t n = 0; n < core.count[place]; ++n) {
            auto next = reached;
            for (std::size_t k = core.first[place]; k < core.first[place + 1]; ++k)
                for (const auto& [left, its] : reached) {
                    const outcome with{its.first + core.loss[k], its.second + 1};
                    const auto at = detail::less(left, core.usage(k), core.rows);
                    const auto [old, is_new] = next.try_emplace(at, with);
                    if (!is_new)
                        old->second = std::min(old->second, with);
                }
            reached = std::move(next);
        }
    outcome best{infinity, 0};
    for (const auto& [left, its] : reached) {
        const bool fits = std::all_of(left.begin(), left.end(), [](auto one) { return one >= 0; });
        const double loss = its.first + detail::price_of(left, core.price, core.rows);
        if (fits && loss < best.first - 1e-9)
            best = {loss, its.second};
        else if (fits && loss < best.first + 1e-9)
            best.second = std::min(best.second, its.second);
    }
    return best;
}

core_problem merged(const core_problem& core)
{
    core_problem result{
        .rows = core.rows, .price = core.price, .left = core.left, .base_loss = core.base_loss};
    merge_equal_places(core, result);
    return result;
}

std::uint64_t all_places(const core_problem& core)
{
    return std::accumulate(core.count.begin(), core.count.end(), std::uint64_t{0});
}

} // namespace

TEST_CASE("merging equal places and leaving out most of them change no best choice")
{
    std::size_t left_out = 0;
    std::size_t needed = 0;
    std::size_t many_needed = 0;
    for (const std::size_t rows : {1U, 2U})
        for (std::uint64_t seed = 0; seed < (rows == 1 ? 2'400U : 48U); ++seed) {
            dice random(seed);
            const core_problem core = any_repeated(rows, random);
            const auto [least, changes] = judge(core);
            // The best choice known: a little worse, or a lot.
            const double known =
                (least == infinity ? 3 : least) + 0.01 + (random.one_in(2) ? 1 : 0);
            core_problem fewer = merged(core);
            CAPTURE(rows);
            CAPTURE(seed);
            CHECK(all_places(fewer) == all_places(core));
            CHECK(fewer.places() <= 3);
            leave_out_repeats(fewer, known);
            CHECK(changes <= most_changes(core, known));
            if (least < infinity)
                CHECK(judge(fewer).first == doctest::Approx(least).epsilon(1e-12));
            left_out += all_places(fewer) < all_places(core);
            needed += all_places(fewer) < all_places(core) && changes > 0;
            many_needed += changes > 12;
        }
    CHECK(left_out > 1'000);
    CHECK(needed > 300);
    CHECK(many_needed > 30);
}

TEST_CASE("as many of equal places stay as a choice may change")
{
    // Changes use 3, or give back 2; 4 are left, and at a price of 1 no more than 3 may stay so.
    core_problem core{.rows = 1, .price = {1.0}, .left = {4}, .base_loss = 0.5};
    core.usages = {{3}, {-2}};
    core.add_change(0, 0);
    core.add_change(0, 1);
    core.close(40);
    core.add_change(0.25, 1);
    core.close(8);
    CHECK(most_changes(core, 3.5) == 4 + 3 + 2);
    leave_out_repeats(core, 3.5);
    CHECK(core.count == std::vector<std::uint32_t>{9, 8});

    // Two resources: the straight way, and two times their number of changes to both sides.
    core.rows = 2;
    core.price[1] = 0.5;
    core.left[1] = 1;
    core.usages = {{3, 1}, {-2, 0}};
    CHECK(most_changes(core, 3.5) == (4 + 1 + 8 * 3) * (5 + 1 + 8 * 1));

    // What costs nothing may be left in any amount, and without a choice everything may be lost.
    core.price[1] = 0;
    CHECK_FALSE(most_changes(core, 3.5) < 1e300);
    core.price[1] = 0.5;
    CHECK_FALSE(most_changes(core, infinity) < 1e300);
    leave_out_repeats(core, infinity);
    CHECK(core.count == std::vector<std::uint32_t>{9, 8});
}

TEST_CASE("places are equal if all their changes lose and use the same")
{
    core_problem core{.rows = 1};
    core.usages = {{1}, {-1}, {1}};
    constexpr std::uint32_t times = 20;
    for (std::uint32_t n = 0; n < times; ++n) {
        core.add_change(0.5, 1);
        core.close(1);
        core.add_change(0.25, n % 2 == 0 ? 0 : 2); // two numbers of one usage
        core.add_change(0.5, 1);
        core.close(1);
        core.add_change(0.25, 0);
        core.close(1);
        core.add_change(0.25, 1); // uses another amount
        core.add_change(0.5, 1);
        core.close(1);
        core.add_change(0.25, 0);
        core.add_change(0.75, 1); // loses another amount
        core.close(1);
    }
    core_problem result{.rows = 1};
    const merged_places places = merge_equal_places(core, result);
    CHECK(result.count == std::vector<std::uint32_t>(5, times));
    // By the cheapest change, and equal places in their order.
    const std::vector<std::uint32_t> kinds{3, 2, 1, 4, 0};
    REQUIRE(result.places() == 5);
    for (std::size_t place = 0; place < 5; ++place) {
        CHECK(places.first_in_order[place] == place * times);
        for (std::uint32_t n = 0; n < times; ++n)
            CHECK(places.order[place * times + n] == 5 * n + kinds[place]);
        const std::size_t of = kinds[place];
        REQUIRE(
            result.first[place + 1] - result.first[place] == core.first[of + 1] - core.first[of]);
        for (std::size_t k = 0; k < core.first[of + 1] - core.first[of]; ++k) {
            CHECK(result.loss[result.first[place] + k] == core.loss[core.first[of] + k]);
            CHECK(result.usage(result.first[place] + k) == core.usage(core.first[of] + k));
        }
    }
}

} // namespace tests_of_repeated_places
