// SPDX-License-Identifier: Apache-2.0
// a tolerance is the part of the baseline that has to remain, 0.5 to 1; a loss that is allowed is
// tolerance::points
//
// A gain is accepted while it is at least tolerance times the baseline: 0.98, not 0.02, allows it
// to fall by two percent.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}, {.tolerance = 0.02}};
#else
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}, {.tolerance = 0.98}};
#endif
}
