// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/integer.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/product.hpp>

#include <algorithm>
#include <cstdint>

// How much logic fits between two registers. HLS cuts the tree that adds up the products of an
// output into as many stages as the clock asks for: a cycle each on 7-series at 5 ns, one or two
// for the whole tree on UltraScale+. Latency and flip-flops follow from that.

namespace espalier {

namespace detail {

/// Picoseconds of a product and of an addition as HLS estimates them. Chosen so that the latencies
/// at reuse factor 1 come out that were reported (docs/model.md).
struct logic_delay {
    std::int64_t product;
    std::int64_t addition;
};

constexpr logic_delay delay_of(dsp_family family)
{
    return family == dsp_family::dsp48e1 ? logic_delay{3'000, 3'500} : logic_delay{2'400, 950};
}

/// What a period leaves for logic: HLS keeps an eighth of it as clock uncertainty.
constexpr std::int64_t usable_ps(const cost_policy& policy)
{
    return std::max<std::int64_t>(std::int64_t{policy.fabric.clock_ps} * 7 / 8, 1);
}

} // namespace detail

/// Registers between the operands of products and the sum of so many of them, at least one.
[[nodiscard]] constexpr std::int64_t adder_tree_stages(
    const cost_policy& policy, std::int64_t summands)
{
    const auto [product, addition] = detail::delay_of(policy.dsp);
    const std::int64_t delay = product + ceil_log2(summands) * addition;
    return std::max<std::int64_t>(ceil_div(delay, detail::usable_ps(policy)) - 1, 1);
}

/// Values that an adder tree of so many summands registers for each 1,024 products: behind every
/// addition half as many are left, and between two levels of the tree what lies between.
[[nodiscard]] constexpr std::int64_t registered_per_1024(
    const cost_policy& policy, std::int64_t summands)
{
    const auto [product, addition] = detail::delay_of(policy.dsp);
    std::int64_t values = 0;
    const std::int64_t stages = adder_tree_stages(policy, summands);
    for (std::int64_t stage = 1; stage <= stages; ++stage) {
        const std::int64_t added =
            std::max<std::int64_t>(stage * detail::usable_ps(policy) - product, 0);
        const std::int64_t level = added / addition;
        if (level > 10)
            break;
        values += (1'024 - 512 * (added % addition) / addition) >> level;
    }
    return values;
}

} // namespace espalier
