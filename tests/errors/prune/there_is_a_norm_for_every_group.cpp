// SPDX-License-Identifier: Apache-2.0
// there is a norm for every group
//
// The norms are written to a span that has one place for each group.
#include <espalier/model/layers.hpp>
#include <espalier/prune/ranking.hpp>

#include <vector>

void program()
{
    const auto matrix = espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2})[0];
    const espalier::grouping groups(matrix, espalier::structure::neurons);
    const std::vector<float> weights(8);
#ifdef BROKEN
    std::vector<double> norms(8);
#else
    std::vector<double> norms(2);
#endif
    espalier::group_norms(groups, espalier::layout::pytorch, weights, espalier::ranking::l1, norms);
}
