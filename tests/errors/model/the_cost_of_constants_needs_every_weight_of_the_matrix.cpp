// SPDX-License-Identifier: Apache-2.0
// the cost of constants needs every weight of the matrix
#include <espalier/model/cost_of_weights.hpp>
#include <espalier/model/layers.hpp>

#include <vector>

void program()
{
    const auto matrix = espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2})[0];
#ifdef BROKEN
    const std::vector<float> weights(4);
#else
    const std::vector<float> weights(8);
#endif
    (void)espalier::cost(matrix, espalier::layout::keras, weights);
}
