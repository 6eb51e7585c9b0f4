// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/linkage.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/input_channels.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/prune/input_orders.hpp>
#include <espalier/prune/order_search.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/selection.hpp>
#include <espalier/prune/sensitivity.hpp>
#include <espalier/prune/weight_state.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

// What groups are worth to a pruner, and, where multipliers choose their weights, which weights the
// groups have. Inputs are not permuted while it trains: groups are sets of weights, wherever these
// stand, so it is enough that the multipliers of a block are assigned the weights that will stand
// beside one another. Weights, masks, biases and moments stay where the trainer has them.

namespace espalier {

ESPALIER_INLINE void pruner::find_permutable()
{
    permutable_.resize(matrices());
    if (!options_.permute_inputs)
        return;
    ensure(options_.permute_inputs->steps >= 0, "a search takes no fewer steps than none",
        given{"steps", options_.permute_inputs->steps});
    for (std::size_t m = 0; m < matrices(); ++m) {
        const grouping& groups = selection_.groups_of(m);
        const std::optional<std::size_t> before = orders_.before(m);
        permutable_[m] = groups.how().kind == structure_kind::n_of_m && before &&
                         rows_may_move(selection_.groups_of(*before), selection_.costs());
    }
    ensure(std::find(permutable_.begin(), permutable_.end(), true) != permutable_.end(),
        "inputs are permuted in a layer under N:M, behind a layer whose rows may move",
        given{"matrices", matrices()});
}

ESPALIER_INLINE std::vector<double> pruner::importances_of(std::size_t m) const
{
    const grouping weights(selection_.groups_of(m).matrix(), structure::weights);
    std::vector<double> importances(static_cast<std::size_t>(weights.groups()));
    value(m, weights, importances);
    return importances;
}

ESPALIER_INLINE void pruner::order_inputs(std::span<const std::uint8_t> keep)
{
    for (std::size_t m = 0; m < matrices(); ++m) {
        if (!permutable_[m])
            continue;
        std::vector<double> terms = importances_of(m);
        if (!ranker_of(m).is_function() && ranker_of(m).by() == ranking::l2)
            for (double& term : terms) // a group's norm is the root of a sum of squares
                term *= term;
        const grouping& groups = selection_.groups_of(m);
        const auto multipliers = static_cast<std::size_t>(groups.groups());
        const auto of_matrix = keep.subspan(selection_.first_item(m), multipliers);
        const auto kept = multipliers - static_cast<std::size_t>(std::count(
                                            of_matrix.begin(), of_matrix.end(), std::uint8_t{0}));
        found_orders_.set(
            m, best_order(groups, channels_of(groups.matrix(), network_.weights[m].order()), terms,
                   static_cast<double>(kept) / static_cast<double>(multipliers),
                   found_orders_.of(m), *options_.permute_inputs));
    }
}

ESPALIER_INLINE const ranker& pruner::ranker_of(std::size_t m) const
{
    const std::optional<ranker>& own = selection_.rule_of(m).rank_by;
    return own ? *own : options_.rank_by;
}

ESPALIER_INLINE bool pruner::ranks_by_sensitivity() const
{
    for (std::size_t m = 0; m < matrices(); ++m)
        if (ranker_of(m).is_by_gradients())
            return true;
    return false;
}

ESPALIER_INLINE std::span<const float> pruner::with_regrowth(
    std::size_t m, std::span<const float> of_kept, std::vector<float>& buffer) const
{
    if (options_.regrowth == 0)
        return of_kept;
    const ranker& by = ranker_of(m);
    const auto batches = static_cast<double>(sensitivity_.batches());
    const std::span<const float> gradients = sensitivity_.sums(m);
    std::vector<float> all(of_kept.begin(), of_kept.end());
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (masks_[m][i] != 0)
            continue;
        const double mean = static_cast<double>(gradients[i]) / batches;
        const double weight = -options_.regrowth * mean;
        const double change = std::abs(weight * mean);
        all[i] = static_cast<float>(!by.is_by_gradients()        ? weight
                                    : by.by() == ranking::fisher ? batches * change * change
                                                                 : batches * change);
    }
    buffer = std::move(all);
    return buffer;
}

ESPALIER_INLINE void pruner::value(
    std::size_t m, const grouping& groups, std::span<double> values) const
{
    const layout order = network_.weights[m].order();
    const ranker& by = ranker_of(m);
    std::vector<float> buffer;
    if (by.is_by_gradients())
        group_norms(
            groups, order, with_regrowth(m, sensitivity_.sums(m), buffer), ranking::l1, values);
    else
        by.value(groups, order, with_regrowth(m, network_.weights[m].read(buffer), buffer), values);
}

ESPALIER_INLINE std::vector<double> pruner::values()
{
    ensure(!ranks_by_sensitivity() || sensitivity_.batches() > 0,
        "ranking by gradients needs observe() for at least one batch before each round");
    ensure(options_.regrowth == 0 || sensitivity_.batches() > 0,
        "regrowth needs observe() for at least one batch before each round");
    std::vector<double> all(selection_.items());
    for (std::size_t m = 0; m < matrices(); ++m) {
        if (permutable_[m])
            selection_.assign(m, importances_of(m),
                channels_of(selection_.groups_of(m).matrix(), network_.weights[m].order())
                    .inputs_under(found_orders_.of(m)));
        else if (selection_.is_assignable(m))
            selection_.assign(m, importances_of(m));
        const grouping& groups = selection_.groups_of(m);
        const std::span<double> norms = std::span{all}.subspan(
            selection_.first_item(m), static_cast<std::size_t>(groups.groups()));
        value(m, groups, norms);
        normalize(norms, selection_.rule_of(m).normalize_by.value_or(options_.normalize_by));
        if (!selection_.has_states(m))
            continue;
        const ranker& by = ranker_of(m);
        // A pruned weight has no digits yet: it comes back with two.
        std::vector<float> buffer;
        split_by_states(groups, network_.weights[m].order(), network_.weights[m].read(buffer),
            !by.is_function() && by.by() == ranking::fisher, norms,
            std::span{all}.subspan(selection_.first_item(m) + norms.size(), norms.size()));
    }
    return all;
}

} // namespace espalier
