// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/item_sweep.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <limits>
#include <vector>

namespace tests_of_item_sweep {

using namespace espalier;
using instances::dice;

TEST_CASE("a sweep counts what is above the windows, drops what is below, and gathers the rest")
{
    constexpr double never = std::numeric_limits<double>::quiet_NaN();
    for (const std::size_t items : {std::size_t{1}, std::size_t{700}, std::size_t{200'000}})
        for (std::size_t threads = 1; threads <= 2; ++threads) {
            dice random(items);
            std::vector<double> values(items);
            std::vector<std::uint32_t> class_of(items);
            for (std::size_t i = 0; i < items; ++i) {
                values[i] = random.one_in(10) ? 0.0 : 4 * random.unit();
                class_of[i] = static_cast<std::uint32_t>(random.below(3));
            }
            detail::item_sweep all({values, class_of, 0.25}, 3, detail::workers(threads));
            all.low = {0.2, 0.5, never}; // the last class does not fit
            all.high = {0.7, 0.5, never};
            std::vector<std::uint8_t> keep(items, 2);
            linked::endless time;
            CHECK(all.sweep(items, keep, time.limits));
            std::vector<std::uint32_t> inside;
            std::vector<std::size_t> above(3, 0);
            for (std::uint32_t i = 0; i < items; ++i) {
                const double value = 0.25 * values[i];
                const std::uint32_t c = class_of[i];
                const bool over = value > all.high[c];
                CHECK(keep[i] == over);
                above[c] += over;
                if (!over && value > 0 && value >= all.low[c])
                    inside.push_back(i);
            }
            CHECK(all.inside == inside);
            CHECK(all.above == above);
        }
}

TEST_CASE("a sample has one item of each stratum, and the budget ends a sweep")
{
    const std::vector<double> values(100'000, 1.0);
    const std::vector<std::uint32_t> class_of(values.size(), 0);
    detail::item_sweep all({values, class_of, 1}, 1, detail::workers(1));
    all.low = {0.5};
    all.high = {2};
    std::vector<std::uint8_t> keep(values.size(), 0);
    linked::endless time;
    CHECK(all.sweep(1'000, keep, time.limits));
    REQUIRE(all.inside.size() == 1'000);
    std::size_t first = 0; // of their stratum
    for (std::size_t k = 0; k < all.inside.size(); ++k) {
        CHECK(all.inside[k] / 100 == k);
        first += all.inside[k] % 100 == 0;
    }
    CHECK(first < 30); // it follows no pattern
    const stopwatch watch;
    detail::budget few(watch, 1e9, 50'000);
    CHECK(!all.sweep(values.size(), keep, few));
}

} // namespace tests_of_item_sweep
