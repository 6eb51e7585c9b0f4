// SPDX-License-Identifier: Apache-2.0
// a permutation is of the outputs that a layer gives
//
// Neurons of a dense layer, filters of a convolution.
#include <espalier/model/layers.hpp>
#include <espalier/prune/input_orders.hpp>

#include <span>
#include <vector>

void program()
{
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 3};
#ifdef BROKEN
    const espalier::input_permutation order({1, 0});
#else
    const espalier::input_permutation order({1, 0, 2});
#endif
    std::vector<float> weights(6);
    espalier::permute_outputs(
        espalier::matrices_of(layer)[0], espalier::layout::keras, std::span(weights), order);
}
