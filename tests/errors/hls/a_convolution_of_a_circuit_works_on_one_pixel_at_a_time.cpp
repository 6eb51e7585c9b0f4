// SPDX-License-Identifier: Apache-2.0
// a convolution of a circuit works on one pixel at a time
//
// Images travel through a circuit pixel by pixel, whatever the io type of its layers, so that
// copies of a kernel would wait for one another. A parallelization factor of 1 is emitted.
#include <espalier/hls/verilog_network.hpp>
#include <espalier/model/layers.hpp>

#include <sstream>

void program()
{
#ifdef BROKEN
    const int copies = 2;
#else
    const int copies = 1;
#endif
    const espalier::layer_spec conv1 = espalier::conv1d{.width = 4,
        .channels = 1,
        .filters = 1,
        .kernel_width = 3,
        .parallelization_factor = copies,
        .weight = {8, 8},
        .data = {8, 8}};
    espalier::kernel_network network("network", {1, 4, 1}, {.format = {8, 8}});
    network.add(conv1, {espalier::formats_of(conv1), {1, 2, 3}, {}});
    std::ostringstream out;
    espalier::write_verilog_network(out, "network", network);
}
