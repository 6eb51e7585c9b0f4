// SPDX-License-Identifier: Apache-2.0
// a saved pruner has an order of inputs for every matrix, or for none if it permutes none
//
// The state was put together from parts of two.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.name = "fc1", .inputs = 8, .outputs = 8, .reuse_factor = 2},
        espalier::dense{.name = "fc2", .inputs = 8, .outputs = 4, .reuse_factor = 2}};
    std::vector<std::vector<float>> weights{
        std::vector<float>(64, 1.0F), std::vector<float>(32, 1.0F)};
    const espalier::trainee network{espalier::weights_in(espalier::layout::keras, weights)};
    const espalier::pruner_options options{.selection = {.structure = espalier::structure::n_of(2)},
        .permute_inputs = espalier::order_search{}};
    espalier::pruner first{layers, network, options};
    first.baseline(0.9);
    espalier::pruner_state state = first.save();
#ifdef BROKEN
    state.accepted.orders.pop_back();
#endif
    espalier::pruner second{layers, network, options};
    second.resume(state);
}
