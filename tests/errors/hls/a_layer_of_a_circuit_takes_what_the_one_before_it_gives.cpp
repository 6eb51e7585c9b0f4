// SPDX-License-Identifier: Apache-2.0
// a layer of a circuit takes what the one before it gives
//
// As many numbers, in the format of its data; what a layer gives is its result or that of its ReLU.
#include <espalier/hls/verilog_network.hpp>
#include <espalier/model/layers.hpp>

#include <sstream>
#include <vector>

void program()
{
    std::vector<espalier::verilog_layer> layers;
    const auto add = [&](const espalier::layer_spec& layer) {
        layers.push_back({espalier::schedule_of(espalier::matrices_of(layer)[0]),
            {espalier::formats_of(layer), {1, 2, 3, 4}, {}}});
    };
    add(espalier::dense{.inputs = 2, .outputs = 2, .weight = {8, 8}, .data = {8, 8}});
#ifdef BROKEN
    add(espalier::dense{.inputs = 1, .outputs = 4, .weight = {8, 8}, .data = {8, 8}});
#else
    add(espalier::dense{.inputs = 2, .outputs = 2, .weight = {8, 8}, .data = {8, 8}});
#endif
    std::ostringstream out;
    espalier::write_verilog_network(out, "network", layers);
}
