// SPDX-License-Identifier: Apache-2.0
// a recount needs every weight of the matrix
//
// What is pruned is there as a zero: weights that are left out have no place in the hardware.
#include <espalier/model/layers.hpp>
#include <espalier/prune/recount.hpp>

#include <vector>

void program()
{
    const auto matrix = espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2})[0];
#ifdef BROKEN
    const std::vector<float> weights(6);
#else
    const std::vector<float> weights(8);
#endif
    (void)espalier::recount(matrix, espalier::layout::pytorch, weights);
}
