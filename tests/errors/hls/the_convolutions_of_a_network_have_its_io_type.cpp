// SPDX-License-Identifier: Apache-2.0
// the convolutions of a network have its io type
//
// hls4ml has one IOType for a network, and so have its kernels here.
#include <espalier/hls/kernel_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    espalier::kernel_network network(
        "net", {4, 4, 1}, espalier::precision{16, 6}, espalier::io_type::io_stream);
#ifdef BROKEN
    const auto io = espalier::io_type::io_parallel;
#else
    const auto io = espalier::io_type::io_stream;
#endif
    const espalier::layer_spec layer =
        espalier::conv2d{.height = 4, .width = 4, .channels = 1, .filters = 2, .io = io};
    network.add(layer, {espalier::formats_of(layer), {1, 2}, {}});
}
