// SPDX-License-Identifier: Apache-2.0
// an accumulator that saturates has at most 62 bits in integer arithmetic
//
// Two of its numbers are added in 64 bits before it saturates. One that wraps may have 64.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 1, .weight = {8, 8}};
#ifdef BROKEN
    layer.accum = {64, 8};
#else
    layer.accum = {62, 8};
#endif
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 2}, {3}};
    kernel.formats.accum.overflow = espalier::overflow::sat;
    espalier::integer_network network({.channels = 2}, layer.data);
    network.add(layer, kernel);
}
