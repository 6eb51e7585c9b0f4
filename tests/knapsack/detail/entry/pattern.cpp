// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/entry/pattern.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <limits>
#include <map>
#include <set>
#include <vector>

namespace tests_of_pattern {

using namespace espalier;
using detail::pattern;
using instances::dice;

namespace {

/// Items and units as they are meant, and the pattern that says so in slots.
struct meant {
    std::vector<std::vector<std::size_t>> units_of; ///< by item
    std::vector<std::uint32_t> kind;                ///< by unit
    std::vector<std::size_t> last;                  ///< item, by unit
    pattern look;
};

/// Units over consecutive items, slots as they become free.
meant any_pattern(std::size_t items, std::size_t most_slots, dice& random)
{
    meant made;
    made.units_of.resize(items);
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> unit_in(most_slots, none); // of a slot
    for (std::size_t k = 0; k < items; ++k) {
        std::uint64_t forgotten = 0;
        for (std::size_t slot = 0; slot < most_slots; ++slot) {
            if (unit_in[slot] == none && random.one_in(2)) {
                unit_in[slot] = made.kind.size();
                made.kind.push_back(static_cast<std::uint32_t>(random.below(3)));
                made.last.push_back(std::min(items - 1, k + random.below(4)));
            } else if (unit_in[slot] == none) {
                continue;
            }
            const std::size_t unit = unit_in[slot];
            const bool is_last = made.last[unit] == k;
            if (is_last || random.one_in(2)) {
                made.units_of[k].push_back(unit);
                made.look.add_link(slot, made.kind[unit]);
                made.look.slots = std::max(made.look.slots, slot + 1);
            }
            if (is_last) {
                forgotten |= std::uint64_t{1} << slot;
                unit_in[slot] = none;
            }
        }
        made.look.add_item(static_cast<std::uint32_t>(random.below(3)), forgotten);
    }
    made.look.prepare();
    return made;
}

} // namespace

TEST_CASE("what a choice uses is what its items and their units say")
{
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        dice random(seed);
        const std::size_t items = 1 + random.below(random.one_in(4) ? 180 : 20);
        const meant given = any_pattern(items, 1 + random.below(4), random);
        CAPTURE(seed);
        CHECK(given.look.size() == items);
        CHECK(given.look.words() == (items + 55) / 56);
        for (int trial = 0; trial < 10; ++trial) {
            std::vector<std::uint64_t> words(given.look.words(), 0);
            std::map<std::uint32_t, int> of_class;
            std::set<std::size_t> used;
            const std::size_t kept_in = 1 + random.below(4);
            std::vector<bool> keep(items);
            for (std::size_t k = 0; k < items; ++k) {
                keep[k] = random.one_in(kept_in);
                if (!keep[k])
                    continue;
                pattern::keep(words.data(), k);
                ++of_class[given.look.class_of[k]];
                used.insert(given.units_of[k].begin(), given.units_of[k].end());
            }
            for (std::size_t k = 0; k < items; ++k)
                CHECK(pattern::keeps(words.data(), k) == keep[k]);
            std::map<std::uint32_t, int> of_kind;
            for (const std::size_t unit : used)
                ++of_kind[given.kind[unit]];
            std::map<std::uint32_t, int> its_classes;
            std::map<std::uint32_t, int> its_kinds;
            given.look.usage(
                words.data(),
                [&](std::uint32_t a_class, int count) {
                    if (count > 0)
                        its_classes[a_class] += count;
                },
                [&](std::uint32_t kind) { ++its_kinds[kind]; });
            CHECK(its_classes == of_class);
            CHECK(its_kinds == of_kind);
        }
    }
}

TEST_CASE("the transitions are the ways between the sets of paid units that can come about")
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(1'000 + seed);
        const std::size_t items = 1 + random.below(30);
        const meant given = any_pattern(items, 1 + random.below(5), random);
        const pattern& look = given.look;
        CAPTURE(seed);
        std::set<std::set<std::size_t>> reached{{}}; // open units that are paid
        std::map<std::size_t, std::size_t> slot_of;
        const auto state_of = [&](const std::set<std::size_t>& paid) {
            std::size_t state = 0;
            for (const std::size_t unit : paid)
                state |= std::size_t{1} << slot_of.at(unit);
            return state;
        };
        REQUIRE(look.first_transition.size() == items + 1);
        for (std::size_t k = 0; k < items; ++k) {
            for (std::size_t u = 0; u < given.units_of[k].size(); ++u)
                slot_of[given.units_of[k][u]] = look.links[look.first_link[k] + u].slot;
            std::set<std::vector<std::size_t>> ways;
            std::set<std::set<std::size_t>> next;
            for (const std::set<std::size_t>& paid : reached)
                for (const bool keeps : {false, true}) {
                    std::set<std::size_t> after = paid;
                    if (keeps)
                        after.insert(given.units_of[k].begin(), given.units_of[k].end());
                    for (const std::size_t unit : given.units_of[k])
                        if (given.last[unit] == k)
                            after.erase(unit);
                    ways.insert({state_of(paid), state_of(after), keeps ? 1U : 0U});
                    next.insert(after);
                }
            std::set<std::vector<std::size_t>> its_ways;
            std::set<std::size_t> ends;
            for (std::size_t t = look.first_transition[k]; t < look.first_transition[k + 1]; ++t) {
                const pattern::transition way = look.transitions[t];
                its_ways.insert({way.from, way.to, way.keeps ? 1U : 0U});
                CHECK(way.is_first == ends.insert(way.to).second);
                CHECK(way.to < look.states());
            }
            CHECK(its_ways == ways);
            CHECK(its_ways.size() == look.first_transition[k + 1] - look.first_transition[k]);
            reached = std::move(next);
        }
        CHECK(reached.size() == 1);
    }
}

TEST_CASE("patterns have the same key exactly if they are the same")
{
    const auto make = [](std::uint32_t a_class, std::uint32_t kind, std::size_t slot,
                          std::uint64_t forgotten, bool second_link) {
        pattern made;
        made.add_link(slot, kind);
        if (second_link)
            made.add_link(1 - slot, kind);
        made.add_item(a_class, 0);
        made.add_link(slot, kind);
        made.add_item(a_class, forgotten);
        return made.key();
    };
    const auto key = make(0, 1, 0, 1, false);
    CHECK(make(0, 1, 0, 1, false) == key);
    CHECK(make(1, 1, 0, 1, false) != key);
    CHECK(make(0, 2, 0, 1, false) != key);
    CHECK(make(0, 1, 1, 2, false) != key);
    CHECK(make(0, 1, 0, 0, false) != key);
    CHECK(make(0, 1, 0, 1, true) != key);
}

TEST_CASE("components are the items between where they were closed")
{
    detail::components parts;
    CHECK(parts.size() == 0);
    parts.patterns.resize(2);
    parts.patterns[1].add_item(3, 0);
    parts.item = {5, 2, 9};
    parts.close(0);
    parts.item.push_back(4);
    parts.close(1);
    CHECK(parts.size() == 2);
    CHECK(parts.items() == 4);
    CHECK(parts.items(0) == 3);
    CHECK(parts.items(1) == 1);
    CHECK(parts.look(1).class_of.front() == 3);
    CHECK(parts.is_narrow);
}

} // namespace tests_of_pattern
