// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/device.hpp>
#include <espalier/prune/pruning_target.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

using namespace espalier;

TEST_CASE("a budget is rounded down to whole blocks")
{
    const resources total{.dsp = 6150, .bram18 = 2760};
    const resources budget = budget_at(total, {1 - 1 / 4.7, 1 - 1 / 2.1}, 1);
    CHECK(budget.dsp == 1308);    // 6150 / 4.7 = 1308.5
    CHECK(budget.bram18 == 1314); // 2760 / 2.1 = 1314.3
    CHECK(budget_at({.dsp = 6150}, 0.8, 1).dsp == 1230);
    CHECK(budget_at(total, 0.8, 0) == total);
}

TEST_CASE("an absolute budget becomes a reduction that ends exactly on it")
{
    const resources total{.dsp = 6150, .bram18 = 2760, .lut = 10};
    const resources device{.dsp = 1000, .bram18 = 280, .lut = 500};
    const resources end = budget_at(total, reduction_to(total, device), 1);
    CHECK(end.dsp == 1000);
    CHECK(end.bram18 == 280);
    CHECK(end.lut == 10);
}

TEST_CASE("an absolute budget is met to the block, whatever the total")
{
    int off = 0;
    for (std::int64_t total = 0; total < 700; ++total)
        for (std::int64_t most = 0; most < 700; ++most) {
            const resources network{.dsp = total, .bram18 = 3 * total, .lut = 71 * total};
            const pruning_target target = at_most{.dsp = most, .lut = 5 * most};
            const resources end = budget_at(network, target.of(network), 1);
            off += end.dsp != (most < total ? most : total) || end.bram18 != 3 * total ||
                           end.lut != (5 * most < 71 * total ? 5 * most : 71 * total)
                       ? 1
                       : 0;
        }
    CHECK(off == 0);
}

TEST_CASE("a target is parts, limits or a device")
{
    const resources total{.dsp = 1000, .bram18 = 400};
    CHECK_FALSE(pruning_target(0.5).is_absolute());
    CHECK(pruning_target(0.5).of(total) == reduction(0.5));
    CHECK(pruning_target{0.5, 0.25}.of(total) == reduction(0.5, 0.25));
    const pruning_target device = usable(device::xc7z020, timing_closure);
    CHECK(device.is_absolute());
    // 80 % of 220 DSP blocks and of 280 RAMB18
    CHECK(budget_at(total, device.of(total), 1) == resources{.dsp = 176, .bram18 = 224});
    CHECK(budget_at(total, pruning_target(at_most{.bram18 = 7}).of(total), 1) ==
          resources{.dsp = 1000, .bram18 = 7});
    // A device limits what it does not have, too.
    const resources with_lut{.dsp = 1000, .bram18 = 400, .lut = 5000};
    CHECK(budget_at(with_lut, pruning_target(resources{.dsp = 9, .lut = 70}).of(with_lut), 1) ==
          resources{.dsp = 9, .lut = 70});
    CHECK_THROWS_WITH(static_cast<void>(pruning_target{0.5, 0.5}.of({.dsp = 9})),
        "a schedule removes resources that the network has (resource = 'bram18', part to remove = "
        "0.5)");
    CHECK(device.of({.dsp = 176, .bram18 = 224}) == reduction{});
}

TEST_CASE("each resource goes its way at its own speed")
{
    const resources total{.dsp = 6150, .bram18 = 2760, .lut = 1000};
    const speeds speed{.dsp = 3, .lut = 0.5};
    CHECK(budget_at(total, 0.8, 0, speed) == total);
    CHECK(budget_at(total, 0.8, 1, speed) == budget_at(total, 0.8, 1));
    const resources half = budget_at(total, 0.8, 0.5, speed);
    CHECK(half.dsp == 1845);    // 6150·(1 - 0.8·7/8)
    CHECK(half.bram18 == 1656); // 2760·(1 - 0.8/2)
    CHECK(half.lut == 765);     // 1000·(1 - 0.8·(1 - √½)) = 765.7
}
