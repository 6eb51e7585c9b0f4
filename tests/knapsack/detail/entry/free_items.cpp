// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/entry/free_items.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <numeric>
#include <utility>
#include <vector>

namespace tests_of_free_items {

using namespace espalier;
using instances::dice;

namespace {

knapsack_problem any_unshared(dice& random)
{
    knapsack_problem problem =
        instances::plain(1 + random.below(30), 1 + random.below(3), 1 + random.below(4),
            random.one_in(2) ? instances::values::uniform : instances::values::few, random);
    if (random.one_in(2))
        instances::fix_some(problem, random);
    if (random.one_in(2))
        instances::set_floors(problem, random);
    return problem;
}

} // namespace

TEST_CASE("free items are those that neither a decision nor a floor keeps or prunes")
{
    std::size_t floored = 0;
    for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
        dice random(seed);
        const knapsack_problem problem = any_unshared(random);
        const decided begin(problem);
        if (!begin.reason.empty())
            continue;
        const bool with_floors = !problem.floors.empty() && random.one_in(2);
        const detail::free_items free(problem, begin, with_floors);
        CAPTURE(seed);
        // By sorting: the most valuable first, of equal value that of lower index.
        std::vector<std::uint32_t> order(problem.size());
        std::iota(order.begin(), order.end(), std::uint32_t{0});
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return std::pair(-problem.values[a], a) < std::pair(-problem.values[b], b);
        });
        std::vector<std::size_t> missing(problem.classes(), 0);
        if (with_floors)
            missing = begin.missing;
        std::vector<std::uint8_t> is_kept(problem.size(), 0);
        resource_vector room = begin.left;
        for (const std::uint32_t item : order) {
            const std::uint32_t c = problem.class_of[item];
            is_kept[item] = begin.of(item) == decision::keep;
            if (begin.of(item) != decision::free || missing[c] == 0)
                continue;
            --missing[c];
            ++floored;
            is_kept[item] = 1;
            for (std::size_t r = 0; r < problem.resources; ++r)
                room[r] -= problem.class_costs[c][r];
        }
        CHECK(free.room == room);
        std::vector<std::uint32_t> kept;
        std::vector<std::uint32_t> left;
        for (std::uint32_t item = 0; item < problem.size(); ++item)
            if (is_kept[item])
                kept.push_back(item);
            else if (begin.of(item) == decision::free)
                left.push_back(item);
        std::vector<std::uint32_t> its_kept = free.kept;
        std::sort(its_kept.begin(), its_kept.end());
        CHECK(its_kept == kept);
        const detail::item_view view = free.view(problem);
        CHECK(free.is_everything == (!begin.has_decisions() && !with_floors));
        REQUIRE(view.size() == left.size());
        double largest = 0;
        for (std::size_t k = 0; k < left.size(); ++k) {
            CHECK(view.values[k] == problem.values[left[k]]);
            CHECK(view.class_of[k] == problem.class_of[left[k]]);
            if (!free.is_everything)
                CHECK(free.item[k] == left[k]);
            bool fits = true;
            for (std::size_t r = 0; r < problem.resources; ++r)
                fits = fits && problem.class_costs[view.class_of[k]][r] <= room[r];
            if (fits)
                largest = std::max(largest, view.values[k]);
        }
        CHECK(view.scale == scale_of(largest));
        CHECK(free.view(problem, detail::workers(2)).scale == view.scale);
    }
    CHECK(floored > 50);
}

TEST_CASE("the scale comes from the largest item that fits, however large another is")
{
    const knapsack_problem problem{.resources = 1,
        .values = {0.25, 1e300, 0.5},
        .class_of = {0, 1, 0},
        .class_costs = {{2}, {5}},
        .capacity = {4}};
    const decided begin(problem);
    const detail::free_items free(problem, begin, false);
    CHECK(free.is_everything);
    CHECK(free.view(problem).scale == 2);
    CHECK(free.view(problem).value(2) == 1);
}

TEST_CASE("among many items threads find the same scale")
{
    dice random(9);
    const knapsack_problem problem =
        instances::plain(200'000, 2, 3, instances::values::any_scale, random);
    const decided begin(problem);
    const detail::free_items free(problem, begin, false);
    const double largest = *std::max_element(problem.values.begin(), problem.values.end());
    CHECK(free.view(problem).scale == scale_of(largest));
    CHECK(free.view(problem, detail::workers(3)).scale == scale_of(largest));
}

} // namespace tests_of_free_items
