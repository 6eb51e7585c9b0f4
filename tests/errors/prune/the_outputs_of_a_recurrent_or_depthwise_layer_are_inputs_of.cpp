// SPDX-License-Identifier: Apache-2.0
// the outputs of a recurrent or depthwise layer are inputs of it, so they are not permuted alone
//
// The state of a recurrent layer goes back into it, and a depthwise kernel has one channel for
// both.
#include <espalier/model/layers.hpp>
#include <espalier/prune/input_orders.hpp>

#include <span>
#include <vector>

void program()
{
#ifdef BROKEN
    const espalier::layer_spec layer = espalier::gru{.name = "gru", .inputs = 1, .units = 2};
    const espalier::input_permutation order({1, 0, 2, 3, 4, 5});
#else
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 3};
    const espalier::input_permutation order({1, 0, 2});
#endif
    std::vector<float> weights(6);
    espalier::permute_outputs(
        espalier::matrices_of(layer)[0], espalier::layout::keras, std::span(weights), order);
}
