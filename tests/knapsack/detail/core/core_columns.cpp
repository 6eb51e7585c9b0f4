// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/core_columns.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/core_problems.hpp>
#include <set>
#include <vector>

namespace tests_of_core_columns {

using namespace espalier;
using detail::core_columns;
using detail::core_problem;
using instances::dice;

namespace {

core_problem any_core(dice& random, std::size_t places = 10)
{
    return core_problems::any({.rows = 1 + random.below(3),
                                  .places = 1 + random.below(places),
                                  .most_changes = 1 + random.below(3),
                                  .most = static_cast<std::int64_t>(1 + random.below(4)),
                                  .whole_losses = random.one_in(2)},
        random);
}

std::set<std::size_t> members(const core_columns::range& range)
{
    std::set<std::size_t> all;
    for (std::size_t j = range.first; j < range.second; ++j)
        all.insert(j);
    return all;
}

} // namespace

TEST_CASE("columns are the changes, those of places with one change first")
{
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        dice random(seed);
        const core_problem core = any_core(random);
        const core_columns columns(core);
        CAPTURE(seed);
        REQUIRE(columns.size() == core.changes());
        std::set<std::uint32_t> changes;
        for (std::size_t j = 0; j < columns.size(); ++j) {
            const core_columns::column& one = columns[j];
            const resource_vector& usage = core.usage(one.change);
            CHECK(changes.insert(one.change).second);
            CHECK(core.first[one.place] <= one.change);
            CHECK(one.change < core.first[one.place + 1]);
            CHECK(columns.is_single(j) == (core.first[one.place + 1] - core.first[one.place] == 1));
            CHECK(columns.is_single(j) == (j < columns.singles()));
            CHECK(columns.usages[one.a_class] == usage);
            // Singles of the same usage, or the other changes of the place.
            std::set<std::size_t> same;
            for (std::size_t k = 0; k < columns.size(); ++k) {
                if (columns.is_single(j)
                        ? columns.is_single(k) && core.usage(columns[k].change) == usage
                        : columns[k].place == one.place)
                    same.insert(k);
            }
            CHECK(members(columns.range_of(j)) == same);
            if (j > 0 && same.count(j - 1) != 0)
                CHECK(core.loss[columns[j - 1].change] <= core.loss[one.change]);
        }
    }
}

TEST_CASE("the order by loss is one")
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        dice random(seed);
        const core_problem core = any_core(random);
        const core_columns columns(core);
        const std::vector<std::uint32_t> order = columns.by_loss();
        CAPTURE(seed);
        CHECK(std::set<std::uint32_t>(order.begin(), order.end()).size() == columns.size());
        CHECK(order.size() == columns.size());
        for (std::size_t k = 1; k < order.size(); ++k)
            CHECK(core.loss[columns[order[k - 1]].change] <= core.loss[columns[order[k]].change]);
    }
}

TEST_CASE("what is taken from the room no combination can use, and nothing more could be taken")
{
    std::size_t rounded = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        dice random(seed);
        core_problem core = any_core(random, 5);
        for (std::size_t r = 0; r < core.rows; ++r) {
            const auto factor = static_cast<std::int64_t>(random.below(5));
            for (resource_vector& usage : core.usages)
                usage[r] *= factor;
            core.left[r] = core_problems::any_amount(9, random);
        }
        const core_columns columns(core);
        resource_vector room = core.left;
        const double lost = columns.round_room(room, core.price);
        CAPTURE(seed);
        CHECK(lost == doctest::Approx(detail::price_of(
                          detail::less(core.left, room, core.rows), core.price, core.rows)));
        CHECK(detail::is_within(detail::less(core.left, room, core.rows), core.rows));
        rounded += room != core.left;
        for (std::size_t r = 0; r < core.rows; ++r) {
            bool is_tight = room[r] < 0; // some sum of multiples of usages fills it
            bool is_used = false;
            for (std::size_t j = 0; j < columns.size(); ++j)
                is_used = is_used || core.usage(columns[j].change)[r] != 0;
            std::set<std::int64_t> sums{0};
            for (std::size_t j = 0; j < columns.size(); ++j) {
                std::set<std::int64_t> more = sums;
                for (const std::int64_t sum : sums)
                    for (std::int64_t times = -12; times <= 12; ++times)
                        if (const std::int64_t next =
                                sum + times * core.usage(columns[j].change)[r];
                            next >= -200 && next <= 200)
                            more.insert(next);
                sums = more;
            }
            is_tight = is_tight || sums.count(room[r]) != 0;
            CHECK(is_tight);
            if (core.left[r] >= 0 || is_used)
                for (std::int64_t amount = room[r] + 1; amount <= core.left[r]; ++amount)
                    CHECK(sums.count(amount) == 0);
        }
    }
    CHECK(rounded > 100);
}

} // namespace tests_of_core_columns

namespace tests_of_column_bounds {

using namespace espalier;
using instances::dice;

TEST_CASE("bounds are tightened together with those that follow, and undone to the last")
{
    std::size_t followed = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        dice random(seed);
        const detail::core_problem core = core_problems::any(
            {.rows = 1 + random.below(2), .places = 2 + random.below(8)}, random);
        const detail::core_columns columns(core);
        detail::bounded_columns program;
        std::vector<double> most;
        for (std::size_t j = 0; j < columns.size(); ++j) {
            most.push_back(static_cast<double>(core.count[columns[j].place]));
            program.add(-core.loss[columns[j].change], columns[j].a_class, most.back());
        }
        detail::column_bounds bounds(columns, program, most);
        std::vector<std::vector<double>> lower;
        std::vector<std::vector<double>> upper;
        std::vector<std::size_t> marks;
        CAPTURE(seed);
        for (int step = 0; step < 4; ++step) {
            lower.push_back(program.lower);
            upper.push_back(program.upper);
            marks.push_back(bounds.mark());
            const std::size_t j = random.below(columns.size());
            if (program.lower[j] == program.upper[j])
                continue;
            const bool up = random.one_in(2);
            bounds.restrict(j, up ? program.upper[j] : program.lower[j],
                up ? program.upper[j] : program.lower[j]);
            CHECK(program.lower[j] == program.upper[j]);
            for (std::size_t k = 0; k < columns.size(); ++k) {
                CHECK(program.lower[k] >= lower.back()[k]);
                CHECK(program.upper[k] <= upper.back()[k]);
                const bool changed =
                    program.lower[k] != lower.back()[k] || program.upper[k] != upper.back()[k];
                followed += changed && k != j;
                if (!changed || k == j)
                    continue;
                // Only columns that use the same, or are of the same place.
                const auto& [begin, end] = columns.range_of(j);
                CHECK((k >= begin && k < end));
            }
            if (!columns.is_single(j) && up) {
                const auto& [begin, end] = columns.range_of(j);
                for (std::size_t k = begin; k < end; ++k)
                    CHECK((k == j || program.upper[k] == 0));
            }
        }
        while (!marks.empty()) {
            bounds.undo(marks.back());
            CHECK(program.lower == lower.back());
            CHECK(program.upper == upper.back());
            marks.pop_back();
            lower.pop_back();
            upper.pop_back();
        }
    }
    CHECK(followed > 200);
}

} // namespace tests_of_column_bounds
