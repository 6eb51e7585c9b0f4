// SPDX-License-Identifier: Apache-2.0
// weights stay where they were when the pruner was made
//
// A vector was given other memory, by `resize` or assignment, or the framework moved its tensor;
// the pruner would change memory that nobody uses any more. The new values are copied into the old
// place, or the pruner is made after the move.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifndef BROKEN
    weights.reserve(1000);
#endif
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
    pruner.baseline(0.9);
    (void)pruner.next();
#ifdef BROKEN
    weights.reserve(1000);
#endif
    pruner.report(0.9);
}
