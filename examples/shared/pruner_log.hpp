// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_log.hpp"

#include <espalier/espalier.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

// What a pruner and the weights say of a run, as its log has it.

namespace example {

inline amounts amounts_of(const esp::resources& need, std::int64_t weights)
{
    return {static_cast<double>(need.dsp), need.bram(), static_cast<double>(need.lut),
        static_cast<double>(weights)};
}

/// Every round that was trained.
/// \param whole  the metric of a network that is always right: 1, or 100 of percent
inline std::vector<logged_round> rounds_of(const esp::pruner& pruner, double whole = 1)
{
    std::vector<logged_round> rounds;
    for (const esp::round_record& r : pruner.history())
        rounds.push_back({amounts_of(r.usage, static_cast<std::int64_t>(r.kept_weights)),
            std::isfinite(r.metric) ? std::optional(r.metric / whole) : std::nullopt, r.accepted,
            std::nullopt, r.seconds, r.pruner_seconds});
    return rounds;
}

/// Every matrix before and after. What is left is counted from the zeros of the weights, not asked
/// of the pruner; its masks are drawn as the map.
/// \param weights  of the pruned network, one view for each matrix
inline std::vector<logged_layer> layers_of(
    const esp::pruner& pruner, std::span<const esp::weight_view> weights)
{
    const auto digits = [](const std::vector<esp::unit_state>& units) {
        std::string all;
        for (const esp::unit_state unit : units)
            all += unit == esp::unit_state::freed ? '0' : unit == esp::unit_state::kept ? '1' : '2';
        return all;
    };
    const esp::cost_policy& costs = pruner.groups().costs();
    std::vector<logged_layer> layers;
    std::vector<float> buffer;
    for (std::size_t m = 0; m < weights.size(); ++m) {
        const esp::grouping& groups = pruner.groups().groups_of(m);
        const esp::weight_matrix& kernel = groups.matrix();
        const esp::layout order = weights[m].order();
        const std::span<const float> now = weights[m].read(buffer);
        const auto left =
            static_cast<std::int64_t>(now.size()) - std::count(now.begin(), now.end(), 0.0F);
        const std::vector<float> full(now.size(), 1.0F);
        const esp::hardware_map map = esp::hardware_map_of(groups, order, pruner.masks()[m], costs);
        layers.push_back({.name = esp::name_of(kernel),
            .inputs = kernel.n_in(),
            .outputs = kernel.n_out(),
            .reuse_factor = kernel.reuse_factor,
            .dense = amounts_of(esp::recount(kernel, order, full, costs), kernel.weights()),
            .pruned = amounts_of(esp::recount(kernel, order, now, costs, groups.how()), left),
            .multipliers = digits(map.multipliers),
            .columns = digits(map.columns)});
    }
    return layers;
}

} // namespace example
