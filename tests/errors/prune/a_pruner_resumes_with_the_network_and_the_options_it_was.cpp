// SPDX-License-Identifier: Apache-2.0
// a pruner resumes with the network and the options it was saved with
//
// Another layer, option or part of the state would make another run of it. What differs is named,
// with its value when the pruner was saved and now; a schedule is asked what it would do if all
// rounds were accepted, and if all were rejected. `implausible_factor` may differ, since it changes
// no result; the solver cannot be compared.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    espalier::pruner first{layers, {{{weights, espalier::layout::pytorch}}}};
#else
    espalier::pruner first{layers, {{{weights, espalier::layout::pytorch}}}, {.tolerance = 0.95}};
#endif
    first.baseline(0.9);
    espalier::pruner second{layers, {{{weights, espalier::layout::pytorch}}}, {.tolerance = 0.95}};
#ifdef BROKEN
    second.resume(first.save()); // what differs = 'tolerance', saved = '0.98', now = '0.95'
#else
    second.resume(first.save());
#endif
}
