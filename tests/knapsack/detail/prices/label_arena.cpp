// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/label_arena.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <set>
#include <vector>

namespace tests_of_label_arena {

using namespace espalier;
using instances::dice;

TEST_CASE("labels remember the way they came")
{
    detail::label_arena made(2);
    CHECK(made.size() == 1);
    made[0].worth = 0.5;
    made.amounts(0)[1] = 4;
    const std::uint32_t a = made.extend(0);
    made[a].choice = 7;
    made[a].worth = 1.5;
    made[a].value = 2;
    made[a].state = 3;
    made.amounts(a)[0] = 5;
    const std::uint32_t dropped = made.extend(a);
    CHECK(made[dropped].worth == 1.5);
    CHECK(made[dropped].value == 2);
    CHECK(made[dropped].state == 3);
    CHECK(made[dropped].choice == 0); // of its own
    CHECK(made[dropped].parent == a);
    CHECK(made.amounts(dropped)[0] == 5);
    CHECK(made.amounts(dropped)[1] == 4);
    made.amounts(dropped)[0] = 99;
    made.drop_last();
    CHECK(made.size() == 2);
    const std::uint32_t b = made.extend(a);
    CHECK(b == dropped);
    CHECK(made.amounts(b)[0] == 5);
    made[b].choice = 8;
    const std::uint32_t c = made.extend(b);
    CHECK(made.choices(c, 3) == std::vector<std::uint32_t>{7, 8, 0});
    CHECK(made.choices(a, 1) == std::vector<std::uint32_t>{7});
    CHECK(made.choices(0, 0).empty());
    CHECK(made[0].worth == 0.5);
    CHECK(made.amounts(0)[0] == 0);
}

TEST_CASE("the labels that stay are those that no other dominates")
{
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        dice random(seed);
        const std::size_t width = random.below(4);
        detail::label_arena made(width);
        std::vector<std::uint32_t> some;
        const std::size_t count = 1 + random.below(200);
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint32_t index = made.extend(0);
            made[index].value = static_cast<double>(random.below(10));
            made[index].worth = random.unit(); // of no matter
            made[index].state = static_cast<std::uint32_t>(random.below(3));
            for (std::size_t w = 0; w < width; ++w)
                made.amounts(index)[w] = static_cast<std::int64_t>(random.below(5));
            some.push_back(index);
        }
        const auto dominates = [&](std::uint32_t one, std::uint32_t other) {
            if (one == other || made[one].state != made[other].state ||
                made[one].value < made[other].value)
                return false;
            bool is_equal = made[one].value == made[other].value;
            for (std::size_t w = 0; w < width; ++w) {
                if (made.amounts(one)[w] > made.amounts(other)[w])
                    return false;
                is_equal = is_equal && made.amounts(one)[w] == made.amounts(other)[w];
            }
            return !is_equal || one < other;
        };
        std::set<std::uint32_t> best;
        for (const std::uint32_t index : some)
            if (std::none_of(some.begin(), some.end(),
                    [&](std::uint32_t other) { return dominates(other, index); }))
                best.insert(index);
        std::vector<std::uint32_t> left = some;
        made.drop_dominated(left);
        const std::set<std::uint32_t> its(left.begin(), left.end());
        CAPTURE(seed);
        CHECK(its.size() == left.size());
        // Of equal value, a later one may dominate an earlier one that stays: no harm but length.
        for (const std::uint32_t index : best)
            CHECK(its.count(index) == 1);
        for (const std::uint32_t index : its)
            for (const std::uint32_t other : its)
                if (made[other].value > made[index].value)
                    CHECK(!dominates(other, index));
    }
}

} // namespace tests_of_label_arena
