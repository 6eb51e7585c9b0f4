// SPDX-License-Identifier: Apache-2.0
// an order is of a matrix of the network
//
// Matrices are counted over all layers, those without weights left out.
#include <espalier/model/layers.hpp>
#include <espalier/prune/input_orders.hpp>

#include <cstddef>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.inputs = 2, .outputs = 3}, espalier::dense{.inputs = 3, .outputs = 2}};
    espalier::input_orders orders(layers);
#ifdef BROKEN
    const std::size_t matrix = 2;
#else
    const std::size_t matrix = 1;
#endif
    orders.set(matrix, espalier::input_permutation({1, 0, 2}));
}
