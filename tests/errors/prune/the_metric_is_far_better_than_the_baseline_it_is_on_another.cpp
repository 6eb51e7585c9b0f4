// SPDX-License-Identifier: Apache-2.0
// the metric is far better than the baseline: it is on another scale or has the other direction
//
// Pruning does not make a network many times better. Most often a metric in percent meets a
// baseline that is a part of 1, or a loss is reported as a gain; `implausible_factor` says how much
// is far. The round stays open, so the right metric can be reported.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}}};
    pruner.baseline(0.9);
    (void)pruner.next();
#ifdef BROKEN
    pruner.report(90);
#else
    pruner.report(0.9);
#endif
}
