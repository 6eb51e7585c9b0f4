// SPDX-License-Identifier: Apache-2.0
// there is a moment for every weight of a matrix
//
// The moments of an optimiser are set to zero where weights are pruned, so they have the shape of
// the matrix that they name, and biases are left out. Matrices are counted from 0.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    std::vector<float> velocity(10); // with the biases
#else
    std::vector<float> velocity(8);
#endif
    espalier::pruner pruner{
        layers, {.weights = {{weights, espalier::layout::pytorch}},
                    .state = {{"velocity", velocity}},
                    .moments = [&] {
                        return std::vector<espalier::weight_moments>{{0, velocity}};
                    }}};
    pruner.baseline(0.9);
    (void)pruner.next();
}
