// SPDX-License-Identifier: Apache-2.0
// a pruner resumes in place of its baseline, before the first round
//
// The saved pruner had a baseline, and a pruner has one only.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner first{layers, {{{weights, espalier::layout::pytorch}}}};
    first.baseline(0.9);
    espalier::pruner second{layers, {{{weights, espalier::layout::pytorch}}}};
#ifdef BROKEN
    second.baseline(0.9);
#endif
    second.resume(first.save());
}
