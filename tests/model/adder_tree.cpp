// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/adder_tree.hpp>

#include <array>
#include <check_both.hpp>
#include <cstdint>

using namespace espalier;

namespace {

constexpr cost_policy with(dsp_family family, int clock_ps)
{
    return {.dsp = family, .fabric = {.clock_ps = clock_ps}};
}
constexpr cost_policy zynq = with(dsp_family::dsp48e1, 5'000);
constexpr cost_policy ultrascale = with(dsp_family::dsp48e2, 5'000);

struct family_delay {
    dsp_family family;
    double product;  ///< picoseconds
    double addition; ///< likewise
};
constexpr std::array<family_delay, 3> delays{{{dsp_family::dsp48e1, 3'000, 3'500},
    {dsp_family::dsp48e2, 2'400, 950}, {dsp_family::dsp58, 2'400, 950}}};

/// Follows the time through a tree in steps of a picosecond: how often the clock strikes before the
/// sum is there, and how many values of so many wait then, between two levels in proportion.
struct walked {
    std::int64_t strikes = 0;
    double registered = 0;
};
walked walk(double product, double addition, double usable, int levels, double products)
{
    walked result;
    const double end = product + levels * addition;
    for (std::int64_t strike = 1; static_cast<double>(strike) * usable < end - 1e-6; ++strike) {
        ++result.strikes;
        double values = products;
        double done = product;
        while (done + addition <= static_cast<double>(strike) * usable) {
            values /= 2;
            done += addition;
        }
        const double into = static_cast<double>(strike) * usable - done;
        result.registered += into > 0 ? values * (1 - into / addition / 2) : values;
    }
    return result;
}

} // namespace

TEST_CASE("an adder tree is registered whenever the clock strikes")
{
    for (const int clock : {2'000, 2'500, 3'333, 5'000, 8'000})
        for (int levels = 0; levels <= 10; ++levels) {
            const std::int64_t summands = std::int64_t{1} << levels;
            const double usable = static_cast<double>(clock * 7 / 8);
            for (const auto& [family, product, addition] : delays) {
                const walked tree = walk(product, addition, usable, levels, 1'024);
                const cost_policy policy = with(family, clock);
                const std::int64_t stages = adder_tree_stages(policy, summands);
                CHECK(stages == (tree.strikes > 0 ? tree.strikes : 1));
                if (tree.strikes == 0)
                    continue;
                const auto registered = static_cast<double>(registered_per_1024(policy, summands));
                CHECK(registered <= tree.registered + static_cast<double>(stages));
                CHECK(registered >= tree.registered - static_cast<double>(stages));
            }
        }
}

TEST_CASE("latencies at reuse factor 1 that were reported")
{
    // Vivado HLS 2019.2 and Vitis HLS 2021.1 on 7-series at 5 ns; Vitis HLS 2022.2 on UltraScale+.
    CHECK_BOTH(adder_tree_stages(zynq, 27) == 4);
    CHECK_BOTH(adder_tree_stages(zynq, 42) == 5);
    CHECK_BOTH(adder_tree_stages(zynq, 96) == 6);
    CHECK_BOTH(adder_tree_stages(zynq, 144) == 7);
    CHECK_BOTH(adder_tree_stages(with(dsp_family::dsp48e1, 3'330), 64) == 8);
    CHECK_BOTH(adder_tree_stages(ultrascale, 16) == 1);
    CHECK_BOTH(adder_tree_stages(ultrascale, 32) == 1);
    CHECK_BOTH(adder_tree_stages(ultrascale, 64) == 1);
}

TEST_CASE("no clock is too fast and no tree too high to be counted")
{
    CHECK_BOTH(adder_tree_stages(with(dsp_family::dsp48e2, 1), 2) > 1'000);
    CHECK_BOTH(adder_tree_stages(with(dsp_family::dsp48e2, 0), 1) > 1'000);
    CHECK_BOTH(registered_per_1024(ultrascale, std::int64_t{1} << 40) < 1'024);
}
