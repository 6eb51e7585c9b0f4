// SPDX-License-Identifier: Apache-2.0
// what the floors keep fits the target
//
// The target is an amount, and the groups that stay whatever the budget (`keep_at_least` of each
// weight matrix) need more. The message says what a cheap choice of such groups needs. The pruner
// checks this.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner
    {
        layers, {{{weights, espalier::layout::pytorch}}},
#ifdef BROKEN
            {.schedule = espalier::constant{.target = espalier::at_most{.dsp = 1}},
#else
        {
            .schedule = espalier::constant{.target = espalier::at_most{.dsp = 2}},
#endif
                .selection = {.keep_at_least = 2}}
    };
}
