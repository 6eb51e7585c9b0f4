// SPDX-License-Identifier: Apache-2.0
// a pruner changes weights, so they are not const
//
// Pruned weights are set to zero where they lie, so a view of constant ones is of no use to a
// pruner.
#include <espalier/prune/weight_view.hpp>

#include <span>
#include <vector>

#ifdef BROKEN
espalier::weight_view view_of(const std::vector<float>& weights)
#else
espalier::weight_view view_of(std::vector<float>& weights)
#endif
{
    return {std::span(weights), espalier::layout::pytorch};
}
