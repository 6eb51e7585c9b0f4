// SPDX-License-Identifier: Apache-2.0
// every part of the state has a name of its own
//
// The state is what training changes beside the weights: biases, running statistics, the memory of
// an optimiser. Its parts are told apart by their names.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    std::vector<float> first(2);
    std::vector<float> second(2);
    espalier::pruner pruner{layers, {.weights = {{weights, espalier::layout::pytorch}},
#ifdef BROKEN
                                        .state = {{"bias", first}, {"bias", second}}}};
#else
                                        .state = {{"bias", first}, {"running mean", second}}}};
#endif
}
