// SPDX-License-Identifier: Apache-2.0
// an order has every input channel of its layer
//
// As many places as the layer before has outputs.
#include <espalier/model/layers.hpp>
#include <espalier/prune/input_orders.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.inputs = 2, .outputs = 3}, espalier::dense{.inputs = 3, .outputs = 2}};
    espalier::input_orders orders(layers);
#ifdef BROKEN
    orders.set(1, espalier::input_permutation({1, 0}));
#else
    orders.set(1, espalier::input_permutation({1, 0, 2}));
#endif
}
