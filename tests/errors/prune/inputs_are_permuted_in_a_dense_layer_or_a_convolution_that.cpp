// SPDX-License-Identifier: Apache-2.0
// inputs are permuted in a dense layer or a convolution that takes the outputs of another, channel
// by channel
//
// The inputs of the network come as they come. Behind a flatten, `flattened` says what a channel
// is.
#include <espalier/model/layers.hpp>
#include <espalier/prune/input_orders.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::conv2d{.name = "conv", .height = 2, .width = 2, .channels = 1, .filters = 3},
        espalier::dense{.name = "fc",
            .inputs = 12,
            .outputs = 2,
#ifndef BROKEN
            .flattened = {.height = 2, .width = 2, .channels = 3}
#endif
        }};
    espalier::input_orders orders(layers);
#ifdef BROKEN
    orders.set(1, espalier::input_permutation({1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
#else
    orders.set(1, espalier::input_permutation({1, 0, 2}));
#endif
}
