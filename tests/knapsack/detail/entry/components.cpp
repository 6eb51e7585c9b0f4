// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/entry/components.hpp>
#include <espalier/knapsack/detail/prices/component_oracle.hpp>
#include <espalier/knapsack/solving.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <vector>

namespace tests_of_components {

using namespace espalier;
using instances::dice;

namespace {

/// Worth of a choice, value less prices, straight from the problem.
double worth_of(const knapsack_problem& problem, const std::vector<std::uint8_t>& keep,
    const std::array<double, max_resources>& price)
{
    double worth = 0;
    const auto pay = [&](const resource_vector& cost) {
        for (std::size_t r = 0; r < problem.resources; ++r)
            worth -= price[r] * static_cast<double>(cost[r]);
    };
    for (std::size_t item = 0; item < problem.size(); ++item)
        if (keep[item]) {
            worth += problem.values[item];
            pay(problem.class_costs[problem.class_of[item]]);
        }
    for (std::size_t unit = 0; unit < problem.shared.size(); ++unit) {
        const auto users = problem.shared.users_of(unit);
        if (std::any_of(users.begin(), users.end(), [&](std::uint32_t u) { return keep[u] != 0; }))
            pay(problem.shared.costs[problem.shared.kind[unit]]);
    }
    return worth;
}

} // namespace

TEST_CASE("a component of any length chooses what it says, and no single change is better")
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        knapsack_problem problem = instances::plain(
            1 + random.below(400), 2, 1 + random.below(3), instances::values::uniform, random);
        instances::share(problem,
            random.one_in(2) ? instances::sharing::chains : instances::sharing::tiles, random);
        std::array<double, max_resources> price{};
        price[0] = 0.1 * random.unit();
        price[1] = 0.1 * random.unit();
        const stopwatch watch;
        detail::budget unlimited(watch, 1e9, detail::budget::no_limit);
        detail::components parts;
        REQUIRE(detail::component_finder(problem, decided(problem), unlimited).find(parts));
        REQUIRE(parts.is_narrow);
        REQUIRE(parts.items() == problem.size());
        for (const std::uint32_t item : parts.item)
            parts.value.push_back(problem.values[item]);
        detail::component_oracle oracle(parts);
        oracle.single.prices.price(price, 2, problem.class_costs, problem.shared.costs,
            std::vector<double>(problem.classes(), 0.0));

        std::vector<std::uint8_t> keep(problem.size(), 0);
        double total = 0;
        double least_margin = 1e300;
        oracle.solve<true>(
            parts.size(), [](std::size_t c) { return c; },
            [&](std::size_t c, double best, double second, const std::uint64_t* choice) {
                total += best;
                least_margin = std::min(least_margin, best - second);
                for (std::size_t k = 0; k < parts.items(c); ++k)
                    keep[parts.item[parts.first[c] + k]] = detail::pattern::keeps(choice, k);
            });
        CAPTURE(seed);
        const double worth = worth_of(problem, keep, price);
        CHECK(std::abs(worth - total) < 1e-9);
        CHECK(least_margin >= -1e-12);
        double closest = 1e300;
        for (std::size_t item = 0; item < problem.size(); ++item) {
            keep[item] ^= 1U;
            closest = std::min(closest, worth - worth_of(problem, keep, price));
            keep[item] ^= 1U;
        }
        CHECK(closest >= least_margin - 1e-9);
    }
}

namespace {

/// For every free item the free items that it is tied to, directly or over others, by units that
/// cost something and are not paid.
std::map<std::uint32_t, std::set<std::uint32_t>> ties_of(
    const knapsack_problem& problem, const decided& begin)
{
    std::map<std::uint32_t, std::set<std::uint32_t>> tied;
    for (std::uint32_t item = 0; item < problem.size(); ++item)
        if (begin.of(item) == decision::free)
            tied[item] = {item};
    for (std::size_t unit = 0; unit < problem.shared.size(); ++unit) {
        if (problem.shared.costs[problem.shared.kind[unit]] == resource_vector{} ||
            (!begin.paid.empty() && begin.paid[unit] != 0))
            continue;
        std::set<std::uint32_t> all;
        for (const std::uint32_t user : problem.shared.users_of(unit))
            if (begin.of(user) == decision::free)
                all.insert(tied[user].begin(), tied[user].end());
        for (const std::uint32_t item : all)
            tied[item] = all;
    }
    return tied;
}

} // namespace

TEST_CASE("components are what units tie together, and their patterns say what choices use")
{
    std::size_t several = 0;
    std::size_t out_of_order = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        dice random(5'000 + seed);
        knapsack_problem problem;
        if (random.one_in(2)) {
            problem = instances::plain(
                1 + random.below(40), 2, 1 + random.below(3), instances::values::uniform, random);
            instances::share(problem, static_cast<instances::sharing>(random.below(8)), random);
            if (random.one_in(3))
                instances::fix_some(problem, random);
        } else {
            instances::recipe of = instances::any_recipe(14, random);
            of.cost = instances::costs::small;
            problem = instances::make(of, random);
        }
        if (random.one_in(2) && !problem.shared.empty()) { // the last unit first
            shared_units& shared = problem.shared;
            const auto last = shared.users_of(shared.size() - 1);
            std::vector<std::uint32_t> users(last.begin(), last.end());
            const std::size_t count = users.size();
            users.insert(users.end(), shared.users.begin(),
                shared.users.end() - static_cast<std::ptrdiff_t>(count));
            shared.users = users;
            std::rotate(shared.kind.begin(), shared.kind.end() - 1, shared.kind.end());
            shared.first.pop_back();
            for (std::size_t& first : shared.first)
                first += count;
            shared.first.insert(shared.first.begin(), 0);
            ++out_of_order;
        }
        const linked::setting of(problem);
        if (!of.begin.reason.empty())
            continue;
        CAPTURE(seed);
        if (!of.parts.is_narrow)
            continue;
        const auto tied = ties_of(of.problem, of.begin);
        CHECK(of.parts.items() == tied.size());
        std::set<std::uint32_t> seen;
        for (std::size_t c = 0; c < of.parts.size(); ++c) {
            std::set<std::uint32_t> its;
            const detail::pattern& look = of.parts.look(c);
            REQUIRE(look.size() == of.parts.items(c));
            for (std::size_t k = 0; k < look.size(); ++k) {
                const std::uint32_t item = of.parts.item[of.parts.first[c] + k];
                its.insert(item);
                CHECK(seen.insert(item).second);
                CHECK(look.class_of[k] == of.problem.class_of[item]);
            }
            REQUIRE(!its.empty());
            CHECK(tied.at(*its.begin()) == its);
            several += its.size() > 1;
            // Random choices use what the problem says.
            for (int trial = 0; trial < 3; ++trial) {
                std::vector<std::uint8_t> keep(look.size());
                std::vector<std::uint64_t> words(look.words(), 0);
                for (std::size_t k = 0; k < keep.size(); ++k) {
                    keep[k] = random.one_in(2);
                    if (keep[k] != 0)
                        detail::pattern::keep(words.data(), k);
                }
                const linked::choice meant = linked::choice_of(of, c, keep);
                resource_vector used{};
                std::vector<std::int64_t> kept(of.problem.classes(), 0);
                look.usage(
                    words.data(),
                    [&](std::uint32_t a_class, int count) {
                        kept[a_class] += count;
                        used = detail::less(
                            used, of.problem.class_costs[a_class], of.problem.resources, -count);
                    },
                    [&](std::uint32_t kind) {
                        used = detail::less(
                            used, of.problem.shared.costs[kind], of.problem.resources, -1);
                    });
                CHECK(used == meant.usage);
                CHECK(kept == meant.kept);
            }
        }
        for (std::size_t p = 0; p < of.parts.patterns.size(); ++p)
            for (std::size_t q = 0; q < p; ++q)
                CHECK(of.parts.patterns[p].key() != of.parts.patterns[q].key());
    }
    CHECK(several > 500);
    CHECK(out_of_order > 100);
}

TEST_CASE("blocks that repeat have few patterns, wherever decisions break the repetition")
{
    dice random(6);
    knapsack_problem problem = instances::plain(9'000, 1, 1, instances::values::uniform, random);
    problem.shared.costs = {{3}};
    instances::add_units(problem, instances::sharing::tiles, random);
    const linked::setting plain(problem);
    // 16 bits over columns of 36: nine items and four columns begin anew.
    CHECK(plain.parts.patterns.size() == 1);
    CHECK(plain.parts.size() == 1'000);
    problem.fixed.assign(problem.size(), decision::free);
    problem.fixed[4'000] = decision::prune;
    problem.fixed[5'000] = decision::keep;
    const linked::setting broken(problem);
    CHECK(broken.parts.items() == 8'998);
    CHECK(broken.parts.patterns.size() <= 6);
    const auto tied = ties_of(broken.problem, broken.begin);
    for (std::size_t c = 0; c < broken.parts.size(); ++c)
        CHECK(tied.at(broken.parts.item[broken.parts.first[c]]).size() == broken.parts.items(c));
}

TEST_CASE("units that share no user with another are components, wherever their users are")
{
    // The two states of a weight: the first states of all weights come before the second.
    constexpr std::uint32_t weights = 3'000;
    dice random(8);
    knapsack_problem problem =
        instances::plain(2 * weights, 1, 2, instances::values::uniform, random);
    problem.shared.costs = {{3}, {0}, {4}};
    problem.shared.first = {0};
    for (std::uint32_t w = 0; w < weights; ++w) {
        problem.class_of[w] = 0;
        problem.class_of[weights + w] = 1;
        problem.shared.users.insert(problem.shared.users.end(), {w, weights + w});
        problem.shared.first.push_back(problem.shared.users.size());
        problem.shared.kind.push_back(w % 7 == 0 ? 2 : 0);
    }
    const linked::setting plain(problem);
    CHECK(plain.parts.patterns.size() == 2);
    CHECK(plain.parts.size() == weights);
    // Free of charge, decided, paid, of no value: each is another pattern, and no item is lost.
    problem.fixed.assign(problem.size(), decision::free);
    for (std::uint32_t w = 0; w < weights; w += 5) {
        problem.shared.kind[w] = 1;
        problem.fixed[w + 1] = decision::prune;
        problem.fixed[w + 2] = decision::keep;
        problem.values[weights + w + 3] = 0;
    }
    const linked::setting mixed(problem);
    CHECK(mixed.parts.items() == problem.size() - 2 * weights / 5);
    CHECK(mixed.parts.patterns.size() <= 8);
    const auto tied = ties_of(mixed.problem, mixed.begin);
    for (std::size_t c = 0; c < mixed.parts.size(); ++c) {
        REQUIRE(tied.at(mixed.parts.item[mixed.parts.first[c]]).size() == mixed.parts.items(c));
        for (std::size_t k = 0; k < mixed.parts.items(c); ++k) {
            const std::uint32_t item = mixed.parts.item[mixed.parts.first[c] + k];
            CHECK(mixed.parts.look(c).class_of[k] == mixed.problem.class_of[item]);
        }
    }
    // The budget is asked on the way.
    const stopwatch watch;
    detail::budget few(watch, 1e9, 30'000);
    detail::components parts;
    CHECK(!detail::component_finder(problem, mixed.begin, few).find(parts));
}

TEST_CASE("an order of the units that makes the frontier narrower is found")
{
    // A chain of 40 items whose units come in the order of a shuffle.
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        dice random(7'000 + seed);
        constexpr std::uint32_t items = 40;
        std::vector<std::uint32_t> name(items);
        for (std::uint32_t k = 0; k < items; ++k) {
            name[k] = k;
            std::swap(name[k], name[random.below(k + 1)]);
        }
        knapsack_problem problem{.resources = 1,
            .values = std::vector<double>(items, 1.0),
            .class_of = std::vector<std::uint32_t>(items, 0),
            .class_costs = {{1}},
            .capacity = {50}};
        problem.shared.costs = {{1}};
        problem.shared.first = {0};
        for (std::uint32_t k = 0; k + 1 < items; ++k) {
            problem.shared.users.push_back(std::min(name[k], name[k + 1]));
            problem.shared.users.push_back(std::max(name[k], name[k + 1]));
            problem.shared.first.push_back(problem.shared.users.size());
            problem.shared.kind.push_back(0);
        }
        const linked::setting of(problem);
        CAPTURE(seed);
        REQUIRE(of.parts.is_narrow);
        CHECK(of.parts.size() == 1);
        CHECK(of.parts.look(0).slots <= 3);
    }
}

TEST_CASE("columns whose users are anywhere have the patterns of columns in a row")
{
    // Multipliers of 16 bits in columns of 36: of nine columns the pattern repeats.
    for (const bool is_shuffled : {false, true}) {
        dice random(9);
        const std::uint32_t items = 320;
        std::vector<std::uint32_t> name(items);
        std::iota(name.begin(), name.end(), std::uint32_t{0});
        for (std::uint32_t k = items; is_shuffled && k > 1; --k)
            std::swap(name[k - 1], name[random.below(k)]);
        knapsack_problem problem =
            instances::plain(items, 1, 1, instances::values::uniform, random);
        problem.shared.costs = {{1}};
        problem.shared.first = {0};
        for (std::uint32_t bit = 0; bit < 16 * items; bit += 36) {
            std::vector<std::uint32_t> users;
            for (std::uint32_t k = bit / 16; k < (bit + 36 + 15) / 16 && k < items; ++k)
                users.push_back(name[k]);
            std::sort(users.begin(), users.end());
            problem.shared.users.insert(problem.shared.users.end(), users.begin(), users.end());
            problem.shared.first.push_back(problem.shared.users.size());
            problem.shared.kind.push_back(0);
        }
        const linked::setting of(problem);
        CAPTURE(is_shuffled);
        REQUIRE(of.parts.is_narrow);
        CHECK(of.parts.patterns.size() <= 4);
        CHECK(of.parts.items() == items);
        for (std::size_t c = 0; c < of.parts.size(); ++c) { // neighbours in a column, every time
            std::vector<std::uint32_t> places;
            for (std::size_t at = of.parts.first[c]; at < of.parts.first[c + 1]; ++at)
                places.push_back(static_cast<std::uint32_t>(
                    std::find(name.begin(), name.end(), of.parts.item[at]) - name.begin()));
            const auto [low, high] = std::minmax_element(places.begin(), places.end());
            CHECK(*high - *low + 1 == places.size());
            CHECK(*low % 9 == 0);
        }
    }
}

TEST_CASE("what is too tangled is said to be not narrow, and what is not is found all the same")
{
    dice random(8);
    knapsack_problem problem = instances::plain(40, 1, 1, instances::values::uniform, random);
    problem.shared.costs = {{1}};
    problem.shared.first = {0};
    // Every two of the first 20 items share a unit; the others are alone.
    for (std::uint32_t a = 0; a < 20; ++a)
        for (std::uint32_t b = a + 1; b < 20; ++b) {
            problem.shared.users.push_back(a);
            problem.shared.users.push_back(b);
            problem.shared.first.push_back(problem.shared.users.size());
            problem.shared.kind.push_back(0);
        }
    const linked::setting of(problem);
    CHECK(!of.parts.is_narrow);
    CHECK(of.parts.size() == 20);
    CHECK(of.parts.items() == 20);
    // The widest frontier that is dealt with: eight units side by side.
    for (const std::size_t width : {8U, 9U}) {
        knapsack_problem wide = instances::plain(20, 1, 1, instances::values::uniform, random);
        wide.shared.costs = {{1}};
        wide.shared.first = {0};
        for (std::size_t unit = 0; unit < width; ++unit) {
            for (std::uint32_t user = 0; user < 20; ++user)
                wide.shared.users.push_back(user);
            wide.shared.first.push_back(wide.shared.users.size());
            wide.shared.kind.push_back(0);
        }
        CHECK(linked::setting(wide).parts.is_narrow == (width == 8));
    }
}

TEST_CASE("a long block falls into pieces where items cannot be worth keeping")
{
    dice random(9);
    constexpr std::uint32_t items = 120;
    knapsack_problem problem = instances::plain(items, 1, 2, instances::values::uniform, random);
    problem.shared.costs = {{1}};
    problem.shared.first = {0};
    for (std::uint32_t k = 0; k + 1 < items; ++k) {
        problem.shared.users.push_back(k);
        problem.shared.users.push_back(k + 1);
        problem.shared.first.push_back(problem.shared.users.size());
        problem.shared.kind.push_back(0);
    }
    for (std::uint32_t k = 0; k < items; ++k)
        problem.values[k] = 0.5;
    problem.values[30] = 0;   // worth nothing
    problem.values[60] = 100; // more than there can be
    problem.class_of[90] = 1; // of a class of which nothing is worth keeping
    for (std::uint32_t k = 0; k < items; ++k)
        problem.class_of[k] = k == 90;
    const decided begin(problem);
    linked::endless time;
    const auto find = [&](const detail::value_range& worth) {
        detail::components parts;
        REQUIRE(detail::component_finder(problem, begin, time.limits, worth).find(parts));
        return parts;
    };
    const detail::components whole = find({});
    CHECK(whole.size() == 1);
    CHECK(whole.items() == items);
    const detail::components pieces = find({.least = {0.1, 0.7}, .most = 50});
    std::vector<std::size_t> sizes;
    std::set<std::uint32_t> seen;
    for (std::size_t c = 0; c < pieces.size(); ++c) {
        sizes.push_back(pieces.items(c));
        for (std::size_t at = pieces.first[c]; at < pieces.first[c + 1]; ++at)
            seen.insert(pieces.item[at]);
    }
    std::sort(sizes.rbegin(), sizes.rend());
    REQUIRE(sizes.size() >= 4);
    CHECK(std::vector<std::size_t>(sizes.begin(), sizes.begin() + 4) ==
          std::vector<std::size_t>{30, 29, 29, 29});
    for (std::uint32_t k = 0; k < items; ++k)
        if (k != 30 && k != 60 && k != 90)
            CHECK(seen.count(k) == 1);
}

TEST_CASE("items that are kept already are in no component, nor are those that are decided")
{
    dice random(10);
    knapsack_problem problem = instances::plain(12, 1, 2, instances::values::uniform, random);
    problem.fixed.assign(12, decision::free);
    problem.fixed[3] = decision::keep;
    problem.fixed[4] = decision::prune;
    problem.capacity[0] = 1'000;
    const decided begin(problem);
    linked::endless time;
    detail::components parts;
    REQUIRE(detail::component_finder(problem, begin, time.limits, {}, {3, 7}).find(parts));
    std::vector<std::uint32_t> items = parts.item;
    std::sort(items.begin(), items.end());
    CHECK(items == std::vector<std::uint32_t>{0, 1, 2, 5, 6, 8, 9, 10, 11});
    CHECK(parts.size() == 9);
    CHECK(parts.patterns.size() == 2);
}

TEST_CASE("with too little of a budget the components are not found, with enough they are")
{
    dice random(11);
    knapsack_problem problem = instances::plain(2'000, 1, 2, instances::values::uniform, random);
    instances::share(problem, instances::sharing::stars, random);
    const decided begin(problem);
    const stopwatch watch;
    for (const std::uint64_t steps : {0U, 1'000U, 5'000U}) {
        detail::budget little(watch, 1e9, steps);
        detail::components parts;
        CHECK(!detail::component_finder(problem, begin, little).find(parts));
        CHECK(little.spent() <= steps + 20'000);
    }
    detail::budget plenty(watch, 1e9, 100'000'000);
    detail::components parts;
    CHECK(detail::component_finder(problem, begin, plenty).find(parts));
    CHECK(plenty.spent() >= 2'000);
}

} // namespace tests_of_components
