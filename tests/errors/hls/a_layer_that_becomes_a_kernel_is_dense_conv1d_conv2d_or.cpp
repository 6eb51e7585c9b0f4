// SPDX-License-Identifier: Apache-2.0
// a layer that becomes a kernel is dense, conv1d, conv2d or depthwise
//
// A separable convolution has two kernels, and is added with both and no schedule of one; recurrent
// layers are not written.
#include <espalier/hls/kernel_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    espalier::kernel_network network(
        "net", {4, 4, 2}, espalier::precision{16, 6}, espalier::io_type::io_stream);
#ifdef BROKEN
    const espalier::layer_spec layer =
        espalier::separable_conv2d{.height = 4, .width = 4, .channels = 2, .filters = 2};
    const std::size_t weights = 2;
#else
    const espalier::layer_spec layer = espalier::conv2d{
        .height = 4, .width = 4, .channels = 2, .filters = 2, .io = espalier::io_type::io_stream};
    const std::size_t weights = 4;
#endif
    const std::vector<std::int64_t> ones(weights, 1);
    network.add(layer, {espalier::formats_of(layer), ones, {}},
        espalier::schedule_of(
            espalier::matrices_of(layer)[0], std::span<const std::int64_t>(ones)));
}
