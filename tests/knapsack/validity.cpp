// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/validity.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace espalier;

namespace {

knapsack_problem sound()
{
    return {
        .resources = 2,
        .values = {1, 2, 3},
        .class_of = {0, 0, 1},
        .class_costs = {{1, 0}, {2, 1}},
        .capacity = {3, 1},
        .shared = {.costs = {{0, 1}}, .kind = {0, 0}, .first = {0, 2, 3}, .users = {0, 1, 2}},
        .fixed = {decision::free, decision::keep, decision::prune},
        .floors = {1, 0},
    };
}

template <class Change>
std::string sentence(Change change)
{
    knapsack_problem problem = sound();
    change(problem);
    try {
        ensure_valid(problem);
    } catch (const std::invalid_argument& broken) {
        return broken.what();
    }
    return "";
}

bool says(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a sound problem passes")
{
    CHECK_NOTHROW(ensure_valid(sound()));
    knapsack_problem nothing;
    nothing.resources = 1;
    CHECK_NOTHROW(ensure_valid(nothing));
}

TEST_CASE("a wrong number is refused with the rule and the item")
{
    using problem = knapsack_problem;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    CHECK(
        sentence([&](problem& p) { p.values[1] = nan; }) == "a value must be a number (item = 1)");
    CHECK(sentence([](problem& p) { p.values[2] = -1; }) ==
          "a value must not be negative (item = 2, value = -1)");
    CHECK(sentence([&](problem& p) { p.values[0] = infinite; }) ==
          "a value must be finite (item = 0, value = inf)");
    CHECK(
        says(sentence([](problem& p) { p.values[0] = 1e308; }), "four times the number of items"));
    CHECK(says(sentence([](problem& p) { p.class_costs[1][0] = -3; }),
        "a class must not have a negative cost (resource = 0, amount = -3)"));
    CHECK(says(sentence([](problem& p) { p.class_costs[0][2] = 1; }),
        "a class must cost nothing of resources that the problem does not have"));
    CHECK(
        says(sentence([](problem& p) { p.capacity[1] = -1; }), "a capacity must not be negative"));
    CHECK(says(sentence([](problem& p) { p.shared.costs[0][1] = -1; }),
        "a shared unit must not have a negative cost"));
}

TEST_CASE("sums that would overflow are refused")
{
    const auto text = sentence([](knapsack_problem& p) {
        p.class_costs[0][0] = std::numeric_limits<std::int64_t>::max() / 2;
    });
    CHECK(says(text, "less than 2^62"));
}

TEST_CASE("a wrong size is refused with both sizes")
{
    using problem = knapsack_problem;
    CHECK(says(sentence([](problem& p) { p.resources = 0; }), "between 1 and 32 resources"));
    CHECK(says(sentence([](problem& p) { p.resources = 33; }), "(resources = 33)"));
    CHECK(says(sentence([](problem& p) { p.class_of.pop_back(); }),
        "every item must have a class (items = 3, classes given = 2)"));
    CHECK(says(sentence([](problem& p) { p.fixed.pop_back(); }), "one decision for every item"));
    CHECK(says(sentence([](problem& p) { p.floors.pop_back(); }), "one floor for every class"));
    CHECK(says(sentence([](problem& p) { p.floors[1] = 2; }),
        "a floor must not exceed the items of its class (class = 1, floor = 2, items = 1)"));
}

TEST_CASE("an index that leads nowhere is refused")
{
    using problem = knapsack_problem;
    CHECK(says(sentence([](problem& p) { p.class_of[1] = 2; }),
        "the class of an item must exist (class = 2, classes = 2)"));
    CHECK(says(sentence([](problem& p) { p.shared.kind[0] = 1; }), "of a known kind"));
    CHECK(says(sentence([](problem& p) { p.shared.users[2] = 3; }), "the index of an item"));
    CHECK(says(sentence([](problem& p) { p.shared.users[1] = 0; }), "ascending and different"));
    CHECK(says(sentence([](problem& p) { p.fixed[0] = static_cast<decision>(7); }),
        "free, keep or prune (item = 0, decision = 7)"));
}

TEST_CASE("malformed rows of shared units are refused")
{
    using problem = knapsack_problem;
    CHECK(says(sentence([](problem& p) { p.shared.first.pop_back(); }), "one entry more"));
    CHECK(says(sentence([](problem& p) { p.shared.first[0] = 1; }), "must begin with 0"));
    CHECK(says(sentence([](problem& p) { p.shared.first[2] = 2; }), "the number of users"));
    CHECK(says(sentence([](problem& p) { p.shared.first[1] = 4; }), "must not decrease"));
    CHECK(says(sentence([](problem& p) { p.shared.kind.clear(); }), "users need a shared unit"));
}
