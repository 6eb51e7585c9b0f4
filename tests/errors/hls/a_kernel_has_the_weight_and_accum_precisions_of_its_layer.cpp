// SPDX-License-Identifier: Apache-2.0
// a kernel has the weight and accum precisions of its layer
//
// The layer says what the hardware costs, the kernel what it computes; they are about the same
// hardware. Only the modes are the kernel's own.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 1, .weight = {8, 8}};
    espalier::integer_kernel kernel{espalier::formats_of(layer), {1, 2}, {3}};
#ifdef BROKEN
    kernel.formats.accum = espalier::precision{24, 16};
#else
    kernel.formats.accum.overflow = espalier::overflow::sat;
#endif
    espalier::integer_network network({.channels = 2}, layer.data);
    network.add(layer, kernel);
}
