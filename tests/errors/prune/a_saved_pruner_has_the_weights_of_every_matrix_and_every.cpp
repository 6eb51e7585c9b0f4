// SPDX-License-Identifier: Apache-2.0
// a saved pruner has the weights of every matrix and every part of the state
//
// A `pruner_state` is handed over as `save` gave it; this one was put together or changed by hand.
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
    espalier::pruner_state state = first.save();
    state.accepted.weights.pop_back();
#else
    const espalier::pruner_state state = first.save();
#endif
    second.resume(state);
}
