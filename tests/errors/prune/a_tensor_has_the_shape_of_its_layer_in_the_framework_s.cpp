// SPDX-License-Identifier: Apache-2.0
// a tensor has the shape of its layer in the framework's layout
//
// A view may say which shape the framework gives to the weights. Another shape means that the
// layout is that of another framework, or that inputs and outputs are mixed up: Keras stores a
// dense layer as (inputs, outputs), PyTorch as (outputs, inputs).
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch, {4, 2}}}}};
#else
    espalier::pruner pruner{layers, {{{weights, espalier::layout::keras, {4, 2}}}}};
#endif
}
