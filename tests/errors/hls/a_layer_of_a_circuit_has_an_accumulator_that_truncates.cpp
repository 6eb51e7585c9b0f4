// SPDX-License-Identifier: Apache-2.0
// a layer of a circuit has an accumulator that truncates and wraps
//
// Adders drop what leaves the accumulator; the modes of the result and of the ReLU are free.
#include <espalier/hls/verilog_network.hpp>
#include <espalier/model/layers.hpp>

#include <sstream>

void program()
{
    const espalier::layer_spec fc1 =
        espalier::dense{.inputs = 2, .outputs = 2, .weight = {8, 8}, .data = {8, 8}};
    espalier::kernel_formats formats = espalier::formats_of(fc1);
#ifdef BROKEN
    formats.accum.overflow = espalier::overflow::sat;
#else
    formats.result.overflow = espalier::overflow::sat;
#endif
    espalier::kernel_network network("network", {.channels = 2}, {.format = {8, 8}});
    network.add(fc1, {formats, {1, 2, 3, 4}, {}});
    std::ostringstream out;
    espalier::write_verilog_network(out, "network", network);
}
