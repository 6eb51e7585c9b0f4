// SPDX-License-Identifier: Apache-2.0
// the baseline is set before the first round
//
// Rounds before and after would be measured by different scales.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
#ifdef BROKEN
    pruner.baseline(0.9);
#else
    pruner.baseline(0.95);
#endif
    (void)pruner.next();
    pruner.report(0.95);
#ifdef BROKEN
    pruner.baseline(0.95);
#endif
}
