// SPDX-License-Identifier: Apache-2.0
// a view holds every weight of its matrix
//
// The view is longer or shorter than the matrix: often a bias is counted in, or the layers are in
// another order than the views.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
#ifdef BROKEN
    std::vector<float> weights(10, 1.0F); // with the biases
#else
    std::vector<float> weights(8, 1.0F);
#endif
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
}
