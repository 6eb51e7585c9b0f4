// SPDX-License-Identifier: Apache-2.0
// a layer's data have the precision of what is before it
//
// `layer_spec::data` is what the multipliers are built for: the result of the layer before, or the
// input of the network.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 1, .weight = {8, 8}};
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 2}, {3}};
#ifdef BROKEN
    espalier::integer_network network({.channels = 2}, espalier::precision{8, 4});
#else
    espalier::integer_network network({.channels = 2}, espalier::precision{8, 8});
#endif
    network.add(layer, kernel);
}
