// SPDX-License-Identifier: Apache-2.0
// a permutation moves one number for each weight of a matrix
//
// Weights, a mask, or the moments of an optimiser; biases are moved by
// `input_orders::apply_to_outputs`.
#include <espalier/model/layers.hpp>
#include <espalier/prune/input_orders.hpp>

#include <span>
#include <vector>

void program()
{
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 3};
#ifdef BROKEN
    std::vector<float> weights(3);
#else
    std::vector<float> weights(6);
#endif
    espalier::permute_inputs(espalier::matrices_of(layer)[0], espalier::layout::keras,
        std::span(weights), espalier::input_permutation({1, 0}));
}
