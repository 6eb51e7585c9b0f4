// SPDX-License-Identifier: Apache-2.0
// a dense layer takes all outputs before it
//
// Its inputs are the height·width·channels of what is before it.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 1, .weight = {8, 8}};
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 2}, {3}};
#ifdef BROKEN
    espalier::integer_network network({.channels = 3}, layer.data);
#else
    espalier::integer_network network({.channels = 2}, layer.data);
#endif
    network.add(layer, kernel);
}
