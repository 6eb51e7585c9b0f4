// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/core_search.hpp>
#include <espalier/knapsack/exact.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <how_often.hpp>
#include <knapsack/core_problems.hpp>
#include <knapsack/linked.hpp>
#include <vector>

namespace tests_of_core_search {

using namespace espalier;
using core_problems::infinity;
using detail::core_problem;
using detail::core_search;
using detail::search_result;
using instances::dice;

namespace {

constexpr double nothing = 1e-9;

/// A front end that has all changes at hand and shows those that it is asked for.
struct shown {
    const core_problem& all;
    double unusable = 0;
    double step = 0;
    std::size_t first = 1;
    double sees = infinity;               ///< changes that lose less are seen
    bool widens = true;                   ///< where it is asked to
    bool has_cheapest_only = false;       ///< it knows of no changes that it does not rank
    std::vector<std::uint8_t> too_many{}; ///< changes that it cannot list
    const detail::budget* watched = nullptr;

    std::vector<std::uint32_t> listed{}; ///< change of the last core → change of all
    detail::changes_made taken{};
    std::size_t gathered_late = 0; ///< cores, after the budget was spent

    [[nodiscard]] std::size_t rows() const { return all.rows; }
    [[nodiscard]] std::size_t first_places() const { return first; }
    [[nodiscard]] double loss_of_rank(std::size_t rank) const
    {
        std::vector<double> cheapest;
        for (std::size_t place = 0; place < all.places(); ++place)
            cheapest.insert(cheapest.end(), all.count[place], all.loss[all.first[place]]);
        std::sort(cheapest.begin(), cheapest.end());
        return rank < cheapest.size() ? cheapest[rank] : infinity;
    }
    [[nodiscard]] double largest_loss() const
    {
        return has_cheapest_only || all.places() == 0 ? infinity
                                                      : all.loss[all.first[all.places() - 1]];
    }
    [[nodiscard]] static double loss_of_nothing() { return 1e3; }
    [[nodiscard]] double reached() const { return sees; }
    void reach(double loss, detail::budget&)
    {
        if (widens)
            sees = std::max(sees, loss);
    }
    double gather(double limit, std::size_t, core_problem& core)
    {
        core = {.rows = all.rows, .price = all.price, .left = all.left, .base_loss = all.base_loss};
        core.unusable = unusable;
        core.tolerance = std::max(step, 1e-13);
        core.usages = all.usages;
        listed.clear();
        gathered_late += watched != nullptr && watched->is_spent();
        double left_out = infinity;
        for (std::size_t place = 0; place < all.places(); ++place) {
            const std::size_t before = core.changes();
            for (std::size_t k = all.first[place]; k < all.first[place + 1]; ++k) {
                if (all.loss[k] > limit || all.loss[k] > sees)
                    continue;
                if (!too_many.empty() && too_many[k] != 0) {
                    left_out = std::min(left_out, all.loss[k]);
                    continue;
                }
                core.add_change(all.loss[k], all.kind[k]);
                listed.push_back(static_cast<std::uint32_t>(k));
            }
            if (core.changes() > before)
                core.close(all.count[place]);
        }
        return left_out;
    }
    void take(const detail::changes_made& made)
    {
        taken.assign(all.changes(), 0);
        for (std::size_t k = 0; k < made.size(); ++k)
            taken[listed[k]] = made[k];
    }
};

core_problem any_core(dice& random)
{
    core_problem core = core_problems::any({.rows = 1 + random.below(6),
                                               .places = 1 + random.below(7),
                                               .most = random.one_in(3) ? 1'000'000 : 5,
                                               .whole_losses = random.one_in(3)},
        random);
    core.base_loss = 0;
    return core;
}

shown any_view(const core_problem& core, const core_problems::judgement& best, dice& random)
{
    shown front{core};
    front.first = 1 + random.below(4);
    front.has_cheapest_only = core.changes() == core.places();
    if (random.one_in(3))
        front.sees = random.unit();
    front.widens = !random.one_in(4);
    if (random.one_in(4)) {
        front.too_many.assign(core.changes(), 0);
        front.too_many[random.below(core.changes())] = 1;
    }
    if (best.least < infinity && random.one_in(3))
        front.unusable = best.unused * random.unit();
    return front;
}

} // namespace

TEST_CASE("a core search is right about what it proves and honest about what it does not")
{
    std::size_t proven = 0;
    std::size_t open = 0;
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < how_often(3'000U); ++seed) {
        dice random(seed);
        const core_problem core = any_core(random);
        const core_problems::judgement best = core_problems::judge(core);
        shown front = any_view(core, best, random);
        const bool is_seen = front.widens || front.sees >= best.least;
        linked::endless time;
        detail::budget few(time.watch, 1e9, 1 + random.below(20'000));
        const bool is_limited = random.one_in(2);
        core_search search(front, is_limited ? few : time.limits);
        search.run(true);
        const search_result& found = search.result;
        CAPTURE(seed);
        if (found.loss < infinity) {
            REQUIRE(front.taken.size() == core.changes());
            CHECK(core_problems::is_possible(core, front.taken));
            CHECK(
                std::abs(core_problems::outcome_of(core, front.taken).loss - found.loss) < nothing);
        }
        if (found.proven)
            CHECK((found.loss == best.least || std::abs(found.loss - best.least) < nothing));
        CHECK(found.least_loss <= best.least + nothing);
        if (!is_limited && front.too_many.empty() && is_seen && best.least < infinity)
            CHECK(found.proven);
        proven += found.proven && best.least < infinity;
        impossible += found.proven && best.least == infinity;
        open += !found.proven;
    }
    CHECK(proven > how_often(1'000));
    CHECK(impossible > how_often(50));
    CHECK(open > how_often(300));
}

TEST_CASE("losses in whole steps are a proof one step earlier")
{
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        dice random(seed);
        core_problem core = core_problems::any(
            {.rows = 1, .places = 1 + random.below(7), .whole_losses = true}, random);
        core.base_loss = 0;
        core.price[0] = 0.25 * static_cast<double>(random.below(3));
        const double least = core_problems::judge(core).least;
        shown front{core};
        front.step = 0.25 * (1 - 1e-6);
        linked::endless time;
        core_search search(front, time.limits);
        search.run(true);
        CAPTURE(seed);
        CHECK(search.result.proven);
        CHECK(search.result.loss == least);
    }
}

TEST_CASE("a search that stops before the last core has that core hold every better choice")
{
    std::size_t stopped = 0;
    for (std::uint64_t seed = 0; seed < how_often(1'000U); ++seed) {
        dice random(seed);
        const core_problem core = any_core(random);
        const core_problems::judgement best = core_problems::judge(core);
        shown front{core};
        front.first = 1 + random.below(4);
        front.has_cheapest_only = core.changes() == core.places();
        if (random.one_in(4)) { // a limit came before all of them were seen
            front.sees = random.unit();
            front.widens = false;
        }
        linked::endless time;
        detail::budget few(time.watch, 1e9, 1 + random.below(3'000));
        core_search search(front, random.one_in(2) ? few : time.limits);
        search.run(false);
        CAPTURE(seed);
        if (search.result.proven) {
            CHECK((search.result.loss == best.least ||
                   std::abs(search.result.loss - best.least) < nothing));
            continue;
        }
        if (!search.is_covered)
            continue;
        ++stopped;
        std::vector<std::uint8_t> is_listed(core.changes(), 0);
        for (const std::uint32_t k : front.listed)
            is_listed[k] = 1;
        core_problems::each_choice(core, [&](const detail::changes_made& made) {
            if (core_problems::outcome_of(core, made).loss < search.result.loss - nothing)
                for (std::size_t k = 0; k < made.size(); ++k)
                    CHECK((made[k] == 0 || is_listed[k] != 0));
        });
    }
    CHECK(stopped > how_often(20));
}

TEST_CASE("a core search ends soon after the budget")
{
    const core_problem small = core_problems::hard(6, 28, 100'000, 1); // 18,000,000 steps
    for (const std::uint64_t limit : {1U, 100'000U, 2'000'000U}) {
        linked::endless time;
        detail::budget limits(time.watch, 1e9, limit);
        shown front{small};
        front.first = 20;
        front.watched = &limits;
        core_search search(front, limits);
        search.run(true);
        CAPTURE(limit);
        CHECK_FALSE(search.result.proven);
        CHECK(limits.is_spent());
        CHECK(limits.spent() < 2 * limit + 50'000);
        CHECK(search.result.least_loss <= search.result.loss);
        CHECK(front.gathered_late == 0);
    }
}

TEST_CASE("thousands of equal pairs that leave capacity over are proven soon")
{
    // Pairs of items that share a unit each, items and units of 1, 41,999 in all: 13,999 pairs and
    // a single item, among as many choices that are worth the same. Ties lose 1e-16 by rounding,
    // from where the core must not grow by doubling; and of equal pairs a few are enough.
    constexpr std::uint32_t pairs = how_often(30'000U);
    constexpr std::int64_t kept = how_often(13'999);
    knapsack_problem problem{.resources = 1,
        .values = std::vector<double>(2 * std::size_t{pairs}, 1.0),
        .class_of = std::vector<std::uint32_t>(2 * std::size_t{pairs}, 0),
        .class_costs = {{1}},
        .capacity = {3 * kept + 2}};
    problem.shared.costs = {{1}};
    problem.shared.kind.assign(pairs, 0);
    problem.shared.first = {0};
    for (std::uint32_t pair = 0; pair < pairs; ++pair) {
        problem.shared.users.push_back(2 * pair);
        problem.shared.users.push_back(2 * pair + 1);
        problem.shared.first.push_back(problem.shared.users.size());
    }
    const knapsack_solution best = exact{.work_limit = 400'000'000}(problem);
    CHECK(best.status == solve_status::optimal);
    CHECK(best.value == 2 * kept + 1);
}

} // namespace tests_of_core_search
