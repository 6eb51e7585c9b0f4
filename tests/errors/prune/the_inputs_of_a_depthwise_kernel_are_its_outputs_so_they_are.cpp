// SPDX-License-Identifier: Apache-2.0
// the inputs of a depthwise kernel are its outputs, so they are not permuted alone
//
// Whoever moved its channels would have to move those of the layer behind it as well.
#include <espalier/model/layers.hpp>
#include <espalier/prune/input_orders.hpp>

#include <span>
#include <vector>

void program()
{
#ifdef BROKEN
    const espalier::layer_spec layer =
        espalier::depthwise_conv2d{.height = 4, .width = 4, .channels = 2};
#else
    const espalier::layer_spec layer =
        espalier::conv2d{.height = 4, .width = 4, .channels = 2, .filters = 1};
#endif
    std::vector<float> weights(2);
    espalier::permute_inputs(espalier::matrices_of(layer)[0], espalier::layout::keras,
        std::span(weights), espalier::input_permutation({1, 0}));
}
