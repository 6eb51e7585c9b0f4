// SPDX-License-Identifier: Apache-2.0
// a learning rate is finite and not negative
//
// `shrink` takes the learning rate of the step before it; a negative one would make weights grow.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{
        layers, {{{weights, espalier::layout::pytorch}}}, {.regularization = 1e-5}};
    pruner.baseline(0.9);
    auto round = pruner.next();
#ifdef BROKEN
    round->shrink(-0.01);
#else
    round->shrink(0.01);
#endif
}
