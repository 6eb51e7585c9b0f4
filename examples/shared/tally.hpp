// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/espalier.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

// What a network needs, counted from its weights; no pruner is asked.

namespace example {

/// One layer or the whole network.
struct tally {
    std::string name;
    esp::resources paper{};   ///< cost_policy::paper; LUTs are selectors and two-digit constants
    esp::resources hls{};     ///< cost_policy::hls, LUTs and flip-flops estimated
    std::int64_t weights = 0; ///< that are not zero
};

/// One matrix as C synthesis would report it. Constants in logic are counted by their digits, in a
/// dense network as in a pruned one. Multipliers in a packed memory are those that are kept;
/// those that choose their weights have selectors of their own beside what the others have.
inline esp::resources as_reported(const esp::weight_matrix& m, esp::layout order,
    std::span<const float> weights, const esp::structure& how)
{
    constexpr esp::cost_policy policy = esp::cost_policy::hls;
    if (!esp::has_weight_memory(m) || how.memory != esp::memory_layout::packed)
        return esp::cost(m, order, weights, policy);
    // Where every product of up to 18 bits has a block of its own, blocks are multipliers.
    constexpr esp::cost_policy a_block_each{.lut_below = 0, .lut_below_wide = 0};
    const std::int64_t kept = esp::recount(m, order, weights, a_block_each, how).dsp / m.copies;
    // LUTs of products are in the recount.
    return esp::recount(m, order, weights, policy, how) +
           esp::fabric_of(
               m, {.full = kept, .dsp_products = esp::product_of(m, policy).dsp_for(kept)}, policy);
}

/// Counts layer by layer what the weights need that are not zero, the sum last.
/// \param structures  of each matrix
inline std::vector<tally> tallies(std::span<const esp::layer_spec> layers,
    std::span<const esp::weight_view> views, std::span<const esp::structure> structures)
{
    std::vector<tally> all;
    tally sum{.name = "total"};
    std::size_t m = 0;
    std::vector<float> buffer;
    for (const esp::layer_spec& layer : layers)
        for (const esp::weight_matrix& part : esp::matrices_of(layer)) {
            const std::span<const float> weights = views[m].read(buffer);
            tally t{.name = esp::name_of(part),
                .paper = esp::recount(
                    part, views[m].order(), weights, esp::cost_policy::paper, structures[m]),
                .hls = as_reported(part, views[m].order(), weights, structures[m])};
            for (const float w : weights)
                t.weights += w != 0 ? 1 : 0;
            sum.paper += t.paper;
            sum.hls += t.hls;
            sum.weights += t.weights;
            all.push_back(t);
            ++m;
        }
    all.push_back(sum);
    return all;
}

/// "12.3x", or "-" where there is nothing.
inline std::string factor(double from, double to)
{
    char text[32] = "-";
    if (from > 0 && to > 0)
        std::snprintf(text, sizeof text, "%.1fx", from / to);
    return text;
}

} // namespace example
