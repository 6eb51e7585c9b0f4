// SPDX-License-Identifier: Apache-2.0
// a matrix is ranked by all of its weights
//
// The weights of a matrix are given in the framework's order, without gaps and without biases.
#include <espalier/model/layers.hpp>
#include <espalier/prune/ranking.hpp>

#include <vector>

void program()
{
    const auto matrix = espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2})[0];
    const espalier::grouping groups(matrix, espalier::structure::neurons);
#ifdef BROKEN
    const std::vector<float> weights(6);
#else
    const std::vector<float> weights(8);
#endif
    (void)espalier::group_norms(groups, espalier::layout::pytorch, weights);
}
