// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/ranking.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

// What is wanted of one layer where it differs from the rest of the network. A rule names a layer
// and says only what is different; of several rules for one matrix the later one wins, option by
// option, so that a rule for a layer can be followed by one for one of its matrices.

namespace espalier {

/// What is different for one layer or matrix; what is left empty stays as it is for all.
struct layer_rule {
    /// "fc1" for all matrices of a layer, "encoder.recurrent_kernel" for one of several
    /// (`name_of`); a layer without a name is called after its position, "layer0" being the first.
    std::string layer;
    std::optional<espalier::structure> structure{};
    std::optional<ranker> rank_by{};
    std::optional<normalization> normalize_by{};
    /// As `selection_options::keep_at_least`.
    std::optional<std::size_t> keep_at_least{};
    /// Part of its groups that stays at least, 0 … 1; of each kind where they differ in cost. At 1
    /// nothing of the layer is pruned, and what it needs counts against the budget all the same.
    std::optional<double> keep_share{};
};

/// The rule that nothing of a layer is pruned. Its resources are part of the network's.
[[nodiscard]] inline layer_rule unpruned(std::string layer)
{
    return {.layer = std::move(layer), .keep_share = 1.0};
}

/// Whether a rule is for a matrix.
[[nodiscard]] inline bool is_for(const layer_rule& rule, const weight_matrix& m)
{
    return rule.layer == m.layer.view() || rule.layer == name_of(m);
}

/// All that rules say of one matrix.
[[nodiscard]] inline layer_rule rule_for(std::span<const layer_rule> rules, const weight_matrix& m)
{
    layer_rule all{.layer = name_of(m)};
    const auto override_by = [](auto& option, const auto& other) {
        if (other)
            option = other;
    };
    for (const layer_rule& rule : rules) {
        if (!is_for(rule, m))
            continue;
        override_by(all.structure, rule.structure);
        override_by(all.rank_by, rule.rank_by);
        override_by(all.normalize_by, rule.normalize_by);
        override_by(all.keep_at_least, rule.keep_at_least);
        override_by(all.keep_share, rule.keep_share);
    }
    return all;
}

/// Refuses rules that say nothing of this network.
/// \param matrices  of the whole network
/// \throws std::invalid_argument if a rule names no layer of the network, or a share is not one
inline void ensure_sound(std::span<const layer_rule> rules, std::span<const weight_matrix> matrices)
{
    for (const layer_rule& rule : rules) {
        const std::string_view name = rule.layer;
        const bool is_for_some = std::any_of(matrices.begin(), matrices.end(),
            [&](const weight_matrix& m) { return is_for(rule, m); });
        ensure(is_for_some, "a rule names a layer of the network", given{"layer", name});
        const double share = rule.keep_share.value_or(0);
        ensure(share >= 0 && share <= 1, "a part of the groups is between 0 and 1",
            given{"layer", name}, given{"keep_share", share});
    }
}

} // namespace espalier
