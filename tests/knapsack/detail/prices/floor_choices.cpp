// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/floor_choices.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace tests_of_floor_choices {

using namespace espalier;
using instances::dice;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nothing = 1e-12;

/// Least loss with which components keep so many items of a class: all combinations of all their
/// choices are tried.
double least_loss(const linked::setting& of, const detail::component_choices& at,
    const detail::component_floor& floor)
{
    std::vector<std::pair<double, std::int64_t>> combined{{0.0, 0}}; // loss, items kept
    for (const std::uint32_t c : floor.components) {
        const std::vector<linked::choice> all = linked::all_choices(of, c);
        double best = -infinity;
        for (const linked::choice& one : all)
            best = std::max(best, one.worth(at.price, at.bonus));
        std::vector<std::pair<double, std::int64_t>> more;
        for (const auto& [loss, kept] : combined)
            for (const linked::choice& one : all)
                more.emplace_back(
                    loss + best - one.worth(at.price, at.bonus), kept + one.kept[floor.a_class]);
        combined = std::move(more);
    }
    double least = infinity;
    for (const auto& [loss, kept] : combined)
        if (kept >= floor.missing)
            least = std::min(least, loss);
    return least;
}

} // namespace

TEST_CASE("the forced choices are those of least loss among all combinations that keep the floor")
{
    std::size_t forced_ones = 0;
    std::size_t impossible = 0;
    for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
        dice random(seed);
        linked::setting of(random.one_in(2) ? linked::small_problem(12, false, random)
                                            : linked::many_stars(12, 2, 3, random));
        if (of.parts.items() == 0)
            continue;
        if (random.one_in(4))
            of.parts.value[random.below(of.parts.items())] = -infinity;
        detail::component_choices at = of.choices();
        at.price = linked::any_price(of.problem.resources, 0.3, random);
        if (random.one_in(3))
            at.bonus[random.below(at.bonus.size())] = 0.2 * random.unit();
        at.price_listings();
        const detail::component_floor floor =
            of.floor(static_cast<std::uint32_t>(random.below(of.problem.classes())),
                static_cast<std::int64_t>(random.below(7)));
        const detail::forced_choices forced = detail::forced_by(at, floor);
        const double least = least_loss(of, at, floor);
        CAPTURE(seed);
        if (least == infinity) {
            ++impossible;
            CHECK(forced.lost == infinity);
            CHECK(forced.choices.empty());
            continue;
        }
        CHECK(std::abs(forced.lost - least) < nothing);
        // The choices named, and the best of the other components, keep the floor at that loss.
        std::set<std::uint32_t> named;
        double loss = 0;
        std::int64_t kept = 0;
        for (const auto& [c, keep] : forced.choices) {
            CHECK(named.insert(c).second);
            CHECK(std::find(floor.components.begin(), floor.components.end(), c) !=
                  floor.components.end());
            kept += linked::choice_of(of, c, keep).kept[floor.a_class];
            loss += at.single().loss_of(c, keep);
        }
        CHECK(std::abs(loss - least) < nothing);
        CHECK(kept >= floor.missing);
        forced_ones += forced.lost > 0;
    }
    CHECK(forced_ones > 200);
    CHECK(impossible > 50);
}

TEST_CASE("a floor of nothing forces nothing")
{
    dice random(2);
    const linked::setting of(linked::many_stars(12, 1, 1, random));
    detail::component_choices at = of.choices();
    at.price_listings();
    for (const std::int64_t missing : {0, -3}) {
        const detail::forced_choices none = detail::forced_by(at, of.floor(0, missing));
        CHECK(none.lost == 0);
        CHECK(none.choices.empty());
    }
}

TEST_CASE("floors are forced up to 64 items among 65,536")
{
    dice random(3);
    const linked::setting of(linked::many_stars(200, 1, 1, random));
    CHECK(detail::can_force(of.floor(0, 64), of.parts));
    CHECK(!detail::can_force(of.floor(0, 65), of.parts));
    knapsack_problem many = linked::many_stars((std::size_t{1} << 16U) + 1, 1, 1, random);
    many.fixed.assign(many.size(), decision::free);
    const linked::setting too_many(many);
    CHECK(!detail::can_force(too_many.floor(0, 1), too_many.parts));
    many.fixed.back() = decision::prune;
    const linked::setting enough(many);
    CHECK(detail::can_force(enough.floor(0, 1), enough.parts));
}

} // namespace tests_of_floor_choices
