// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/floor_places.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <limits>
#include <set>
#include <vector>

namespace tests_of_floor_places {

using namespace espalier;
using detail::component_floor;
using detail::floor_places;
using detail::listed_place;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Components that floors tie together, directly or through others: floors by component.
std::vector<std::set<std::uint32_t>> clusters(
    const std::vector<component_floor>& floors, std::size_t components)
{
    std::vector<std::set<std::uint32_t>> classes(components);
    for (bool grew = true; grew;) {
        grew = false;
        for (const component_floor& floor : floors) {
            std::set<std::uint32_t> all{floor.a_class};
            for (const std::uint32_t c : floor.components)
                all.insert(classes[c].begin(), classes[c].end());
            for (const std::uint32_t c : floor.components)
                if (classes[c] != all) {
                    classes[c] = all;
                    grew = true;
                }
        }
    }
    return classes;
}

struct setting {
    linked::setting of;
    detail::component_choices at;
    std::vector<component_floor> floors;
    std::vector<double> gaps;

    explicit setting(dice& random)
        : of(linked::many_stars(4 + random.below(20), 2, 1 + random.below(8), random)),
          at(of.choices())
    {
        at.price = linked::any_price(2, 0.3, random);
        for (std::uint32_t c = 0; c < of.problem.classes(); ++c) {
            if (random.one_in(2))
                continue;
            component_floor floor = of.floor(c, 0);
            if (floor.components.empty())
                continue;
            at.bonus[c] = random.one_in(3) ? 0.0 : 0.2 * random.unit();
            floors.push_back(floor);
            gaps.push_back(random.one_in(2) ? -1.0 : 0.1 * random.unit());
        }
        at.sweep();
        for (component_floor& floor : floors)
            floor.missing = static_cast<std::int64_t>(random.below(
                static_cast<std::size_t>(at.used_by(floor.components).kept(floor.a_class)) + 1));
        at.price_listings();
    }
    setting(const setting&) = delete;
    setting& operator=(const setting&) = delete;

    [[nodiscard]] floor_places places() const
    {
        return {floors, gaps, std::vector<double>(of.parts.size(), 0.0), at};
    }
    [[nodiscard]] double surplus(const component_floor& floor) const
    {
        return at.bonus[floor.a_class] *
               static_cast<double>(
                   at.used_by(floor.components).kept(floor.a_class) - floor.missing);
    }
};

} // namespace

TEST_CASE("floors tie together the components that have items of their classes")
{
    std::size_t tied = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        const setting at(random);
        const floor_places places = at.places();
        const std::vector<std::set<std::uint32_t>> expected =
            clusters(at.floors, at.of.parts.size());
        CAPTURE(seed);
        for (std::size_t c = 0; c < at.of.parts.size(); ++c) {
            const auto classes = places.classes_with_floor(c);
            CHECK(std::set<std::uint32_t>(classes.begin(), classes.end()) == expected[c]);
            CHECK(places.has_floor(c) == !expected[c].empty());
            CHECK(places.gap_of(c) >= 0);
            if (expected[c].empty())
                CHECK(places.gap_of(c) == 0);
            tied += expected[c].size() > 1;
        }
        double gap = 0;
        double surplus = 0;
        for (std::size_t f = 0; f < at.floors.size(); ++f) {
            gap += std::max(at.gaps[f], 0.0);
            if (at.gaps[f] < 0)
                surplus += at.surplus(at.floors[f]);
        }
        CHECK(places.total_gap() == doctest::Approx(gap));
        CHECK(places.surplus_loss() == doctest::Approx(surplus));
    }
    CHECK(tied > 100);
}

TEST_CASE("listed components become one place for all that floors tie together")
{
    std::size_t joined = 0;
    std::size_t of_several = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(seed);
        const setting at(random);
        floor_places places = at.places();
        const std::vector<std::set<std::uint32_t>> tied_by =
            clusters(at.floors, at.of.parts.size());
        linked::endless time;
        std::vector<listed_place> listed;
        std::set<std::uint32_t> given;
        std::set<std::set<std::uint32_t>> kinds;
        std::size_t alone = 0;
        detail::component_choices listing = at.of.choices();
        listing.price = at.at.price;
        listing.bonus = at.at.bonus;
        listing.price_listings();
        for (std::uint32_t c = 0; c < at.of.parts.size(); ++c)
            if (random.one_in(4)) {
                listed.push_back(
                    {{c}, listing.list(c, 0.5, places.classes_with_floor(c), 1'000, time.limits)});
                given.insert(c);
                if (tied_by[c].empty())
                    ++alone;
                else
                    kinds.insert(tied_by[c]);
            }
        CAPTURE(seed);
        CHECK(places.join(listed, 1e3, time.limits) == infinity);
        CHECK(listed.size() == alone + kinds.size());
        std::set<std::uint32_t> taken;
        for (const listed_place& place : listed) {
            joined += place.components.size() > 1;
            of_several += tied_by[place.components.front()].size() > 1;
            for (const std::uint32_t c : place.components) {
                CHECK(taken.insert(c).second);
                CHECK(tied_by[c] == tied_by[place.components.front()]);
            }
        }
        CHECK(taken == given);
        // Their surplus is now among the losses of the places.
        double surplus = 0;
        for (std::size_t f = 0; f < at.floors.size(); ++f)
            if (at.gaps[f] < 0 && kinds.count(tied_by[at.floors[f].components.front()]) == 0)
                surplus += at.surplus(at.floors[f]);
        CHECK(places.surplus_loss() == doctest::Approx(surplus));
    }
    CHECK(joined > 50);
    CHECK(of_several > 20);
}

TEST_CASE("what had too many choices is left out, with all that is tied to it")
{
    dice random(1);
    const linked::setting of(linked::many_stars(12, 1, 1, random));
    detail::component_choices at = of.choices();
    at.price[0] = 0.2;
    at.sweep();
    at.price_listings();
    const std::vector<component_floor> floors{of.floor(0, 0)};
    floor_places places(floors, {-1.0}, std::vector<double>(of.parts.size(), 0.0), at);
    REQUIRE(of.parts.size() > 1);
    std::vector<listed_place> listed{{{0}, {}}}; // its choices were too many
    linked::endless time;
    CHECK(places.join(listed, 1e3, time.limits) == 0);
    CHECK(listed.empty());
}

TEST_CASE("without floors there is nothing to join")
{
    dice random(2);
    const linked::setting of(linked::many_stars(12, 1, 1, random));
    detail::component_choices at = of.choices();
    at.sweep();
    const std::vector<component_floor> none;
    floor_places places(none, {}, {}, at);
    CHECK_FALSE(places.has_floor(0));
    CHECK(places.classes_with_floor(0).empty());
    CHECK(places.total_gap() == 0);
    CHECK(places.surplus_loss() == 0);
}

} // namespace tests_of_floor_places
