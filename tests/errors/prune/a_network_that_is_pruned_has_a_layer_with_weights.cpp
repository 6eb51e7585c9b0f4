// SPDX-License-Identifier: Apache-2.0
// a network that is pruned has a layer with weights
//
// Activations, pooling and batch normalisation count, but there is nothing in them to prune.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <vector>

void program()
{
#ifdef BROKEN
    const std::vector<espalier::layer_spec> layers{espalier::activation{.inputs = 4}};
#else
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.inputs = 8, .outputs = 4}, espalier::activation{.inputs = 4}};
#endif
    (void)espalier::selection(layers);
}
