// SPDX-License-Identifier: Apache-2.0
// a norm is ranking::l1 or ranking::l2; the others need gradients
//
// For `ranking::taylor` and `ranking::fisher` a `sensitivity` gathers gradients; its sums are then
// given in place of the weights.
#include <espalier/model/layers.hpp>
#include <espalier/prune/ranking.hpp>

#include <vector>

void program()
{
    const auto matrix = espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2})[0];
    const espalier::grouping groups(matrix, espalier::structure::neurons);
    const std::vector<float> weights(8);
#ifdef BROKEN
    (void)espalier::group_norms(
        groups, espalier::layout::pytorch, weights, espalier::ranking::taylor);
#else
    (void)espalier::group_norms(groups, espalier::layout::pytorch, weights, espalier::ranking::l2);
#endif
}
