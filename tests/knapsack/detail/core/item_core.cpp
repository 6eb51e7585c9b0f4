// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/core_search.hpp>
#include <espalier/knapsack/detail/core/item_core.hpp>
#include <espalier/knapsack/detail/entry/free_items.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <how_often.hpp>
#include <knapsack/core_problems.hpp>
#include <knapsack/linked.hpp>
#include <numeric>
#include <set>
#include <vector>

namespace tests_of_item_core {

using namespace espalier;
using core_problems::infinity;
using instances::dice;

namespace {

constexpr std::size_t everything = std::size_t{1} << 40U;

struct setting {
    knapsack_problem problem;
    decided begin;
    detail::free_items free;
    detail::item_view view;
    linked::endless time;
    detail::item_core items;

    explicit setting(knapsack_problem the_problem)
        : problem(std::move(the_problem)),
          begin(problem),
          free(problem, begin, false),
          view(free.view(problem)),
          items(view, problem.class_costs, problem.resources, free.room, {})
    {}
    setting(const setting&) = delete;
    setting& operator=(const setting&) = delete;

    /// Scaled value of what is kept less the price of what it uses.
    [[nodiscard]] double worth() const
    {
        long double sum = judge::sum_of(problem, items.keep) * static_cast<long double>(view.scale);
        const resource_vector used = usage(problem, items.keep);
        for (std::size_t r = 0; r < problem.resources; ++r)
            sum -= static_cast<long double>(items.price()[r]) * static_cast<long double>(used[r]);
        return static_cast<double>(sum);
    }
};

knapsack_problem any_items(std::size_t most, dice& random)
{
    return instances::plain(1 + random.below(most), 1 + random.below(4), 1 + random.below(4),
        static_cast<instances::values>(random.below(instances::value_kinds)), random);
}

detail::changes_made any_changes(const detail::core_problem& core, dice& random)
{
    detail::changes_made made;
    for (const std::uint32_t most : core.count)
        made.push_back(static_cast<std::uint32_t>(random.below(most + 1)));
    return made;
}

} // namespace

TEST_CASE("a change of the core is an item that is decided the other way, with what it loses")
{
    std::size_t counted = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        dice random(seed);
        setting at(any_items(60, random));
        CAPTURE(seed);
        REQUIRE(at.items.find_prices(at.time.limits));
        detail::core_problem core;
        const double limit = random.one_in(2) ? infinity : random.unit();
        at.items.gather(infinity, everything, core);
        const auto below =
            std::count_if(core.loss.begin(), core.loss.end(), [&](double l) { return l < limit; });
        CHECK(at.items.gather(limit, everything, core) == infinity);
        CHECK(std::accumulate(core.count.begin(), core.count.end(), std::size_t{0}) ==
              at.items.members.size());
        CHECK(std::is_sorted(core.loss.begin(), core.loss.end()));
        CHECK(static_cast<std::ptrdiff_t>(core.changes()) >= below);
        CHECK((core.loss.empty() || core.loss.back() <= limit));
        CHECK(core.base_loss == 0);
        CHECK(core.unusable == at.items.unusable);
        at.items.take(detail::changes_made(core.changes(), 0));
        const double base = at.worth();
        for (int trial = 0; trial < 5; ++trial) {
            const detail::changes_made made = any_changes(core, random);
            at.items.take(made);
            double loss = 0;
            resource_vector left = core.left;
            for (std::size_t k = 0; k < made.size(); ++k) {
                counted += made[k] > 1;
                loss += core.loss[k] * made[k];
                left = detail::less(left, core.usage(k), core.rows, made[k]);
            }
            CHECK(std::abs(base - at.worth() - loss) < 1e-11);
            CHECK(left == detail::less(at.free.room, usage(at.problem, at.items.keep), core.rows));
        }
    }
    CHECK(counted > 50);
}

TEST_CASE("exchanged items lose what the bound is above their value, and never more than before")
{
    std::uint64_t bettered = 0;
    constexpr std::uint64_t problems = how_often(how_often(60)); // each takes long
    for (std::uint64_t seed = 0; seed < problems; ++seed) {
        dice random(seed);
        knapsack_problem problem =
            instances::all_distinct(20 + random.below(60), 2 + random.below(8), random);
        if (random.one_in(2)) { // worth most, and too large
            problem.values[3] = 50;
            problem.class_costs[3][0] = problem.capacity[0] + 1;
        }
        setting at(std::move(problem));
        CAPTURE(seed);
        REQUIRE(at.items.find_prices(at.time.limits));
        detail::core_problem core;
        at.items.gather(infinity, everything, core);
        at.items.take(detail::changes_made(core.changes(), 0));
        const resource_vector room = at.free.room;
        const double base = at.worth();
        detail::search_result result;
        at.items.take_by_price(result);
        const long double before = judge::sum_of(at.problem, at.items.keep);
        if (random.one_in(2)) { // nothing is known, and what is marked means nothing
            result.loss = infinity;
            at.items.keep.assign(at.items.keep.size(), 1);
        }
        at.items.exchange_items(result, at.time.limits);
        CHECK(is_feasible(at.problem, at.items.keep));
        double of_left = 0;
        const resource_vector left =
            detail::less(room, usage(at.problem, at.items.keep), at.problem.resources);
        for (std::size_t r = 0; r < at.problem.resources; ++r)
            of_left += at.items.price()[r] * static_cast<double>(left[r]);
        CHECK(result.loss == doctest::Approx(base - at.worth() + of_left).epsilon(1e-9));
        const long double after = judge::sum_of(at.problem, at.items.keep);
        CHECK(after >= before * (1 - 1e-12L));
        bettered += after > before * (1 + 1e-12L) ? 1 : 0;
    }
    CHECK(bettered > problems / 2);
}

TEST_CASE("what the core does not list loses as much as it reaches")
{
    std::size_t outside = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        dice random(seed);
        setting at(instances::plain(
            3'000, 1 + random.below(2), 1 + random.below(3), instances::values::uniform, random));
        CAPTURE(seed);
        REQUIRE(at.items.find_prices(at.time.limits));
        if (random.one_in(2))
            at.items.reach(0.2 * random.unit(), at.time.limits);
        detail::core_problem core;
        at.items.gather(infinity, everything, core);
        const std::set<std::uint32_t> listed(at.items.members.begin(), at.items.members.end());
        CHECK(listed.size() == at.items.members.size());
        for (std::uint32_t item = 0; item < at.problem.size(); ++item)
            if (listed.count(item) == 0) {
                const resource_vector& cost = at.problem.class_costs[at.problem.class_of[item]];
                if (cost == resource_vector{} ||
                    !detail::is_within(
                        detail::less(at.free.room, cost, at.problem.resources), max_resources))
                    continue; // nobody would decide it otherwise
                ++outside;
                const double loss =
                    std::abs(at.view.value(item) -
                             detail::price_of(cost, at.items.price(), at.problem.resources));
                CHECK(loss >= at.items.reached() - 2 * at.items.rounding());
            }
        const double before = at.items.reached();
        const double wide = 2 * before + 0.01;
        if (before < infinity) {
            at.items.reach(wide, at.time.limits);
            CHECK(at.items.reached() >= wide);
        }
    }
    CHECK(outside > 10'000);
}

TEST_CASE("losses have ranks, those of equal items too")
{
    dice random(4);
    setting at(instances::plain(40, 1, 2, instances::values::few, random));
    REQUIRE(at.items.find_prices(at.time.limits));
    detail::core_problem core;
    at.items.gather(infinity, everything, core);
    std::vector<double> losses;
    for (std::size_t k = 0; k < core.changes(); ++k)
        losses.insert(losses.end(), core.count[k], core.loss[k]);
    for (std::size_t rank = 0; rank < losses.size(); ++rank)
        CHECK(at.items.loss_of_rank(rank) == losses[rank]);
    CHECK(at.items.loss_of_rank(losses.size()) == infinity);
}

TEST_CASE("the search of the core of items finds the best of all choices")
{
    std::size_t in_steps = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        dice random(10'000 + seed);
        setting at(any_items(14, random));
        CAPTURE(seed);
        REQUIRE(at.items.find_prices(at.time.limits));
        in_steps += at.items.step > 0;
        detail::core_search search(at.items, at.time.limits);
        search.run(true);
        CHECK(search.result.proven);
        CHECK(is_feasible(at.problem, at.items.keep));
        const double best = instances::brute_force(at.problem);
        const auto found = static_cast<double>(judge::sum_of(at.problem, at.items.keep));
        CHECK(found == doctest::Approx(best).epsilon(1e-12));
    }
    CHECK(in_steps > 50);
}

TEST_CASE("of equal items those of lower index are kept")
{
    std::size_t divided = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(30'000 + seed);
        setting at(instances::plain(40, 1 + random.below(2), 1 + random.below(4),
            random.one_in(2) ? instances::values::few : instances::values::eighths, random));
        REQUIRE(at.items.find_prices(at.time.limits));
        detail::core_search search(at.items, at.time.limits);
        search.run(true);
        CAPTURE(seed);
        for (std::size_t a = 0; a < at.problem.size(); ++a)
            for (std::size_t b = a + 1; b < at.problem.size(); ++b)
                if (at.problem.class_of[a] == at.problem.class_of[b] &&
                    at.problem.values[a] == at.problem.values[b]) {
                    CHECK(at.items.keep[a] >= at.items.keep[b]);
                    divided += at.items.keep[a] != at.items.keep[b];
                }
    }
    CHECK(divided > 100);
}

TEST_CASE("what no choice can use is a loss that none escapes")
{
    std::size_t unusable = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        knapsack_problem problem = any_items(10, random);
        for (resource_vector& cost : problem.class_costs)
            for (std::int64_t& amount : cost)
                amount *= 2;
        setting at(problem);
        REQUIRE(at.items.find_prices(at.time.limits));
        CAPTURE(seed);
        double least = infinity; // price of what any choice leaves
        for (std::size_t bits = 0; bits >> problem.size() == 0; ++bits) {
            std::vector<std::uint8_t> keep(problem.size());
            for (std::size_t i = 0; i < keep.size(); ++i)
                keep[i] = bits >> i & 1U;
            const resource_vector left =
                detail::less(at.free.room, usage(problem, keep), problem.resources);
            if (detail::is_within(left, problem.resources))
                least =
                    std::min(least, detail::price_of(left, at.items.price(), problem.resources));
        }
        CHECK(at.items.unusable <= least);
        unusable += at.items.unusable > 0;
    }
    CHECK(unusable > 20);
}

TEST_CASE("the choice that prices suggest fits, and loses what it is said to lose")
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        setting at(any_items(40, random));
        REQUIRE(at.items.find_prices(at.time.limits));
        detail::search_result result;
        at.items.take_by_price(result);
        CAPTURE(seed);
        CHECK(is_feasible(at.problem, at.items.keep));
        // L(λ) less the value.
        double bound = detail::price_of(at.free.room, at.items.price(), at.problem.resources);
        for (std::uint32_t item = 0; item < at.problem.size(); ++item)
            bound += std::max(
                0.0, at.view.value(item) -
                         detail::price_of(at.problem.class_costs[at.problem.class_of[item]],
                             at.items.price(), at.problem.resources));
        const double value =
            static_cast<double>(judge::sum_of(at.problem, at.items.keep)) * at.view.scale;
        CHECK(value + result.loss == doctest::Approx(bound).epsilon(1e-12));
    }
}

} // namespace tests_of_item_core
