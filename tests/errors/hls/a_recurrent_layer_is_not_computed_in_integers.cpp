// SPDX-License-Identifier: Apache-2.0
// a recurrent layer is not computed in integers
//
// Its gates are read from tables whose size and rounding belong to the flow.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
#ifdef BROKEN
    const espalier::layer_spec layer = espalier::gru{.inputs = 2, .units = 1, .weight = {8, 8}};
#else
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 1, .weight = {8, 8}};
#endif
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 2}, {3}};
    espalier::integer_network network({.channels = 2}, layer.data);
    network.add(layer, kernel);
}
