// SPDX-License-Identifier: Apache-2.0
// a pruner needs a solver
//
// `options.solver` was emptied. Where it is not mentioned it is `exact`; any function that takes a
// problem and returns a solution will do.
#include <espalier/knapsack/greedy.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}, {.solver = nullptr}};
#else
    espalier::pruner pruner{
        layers, {{{weights, espalier::layout::pytorch}}}, {.solver = espalier::greedy{}}};
#endif
}
