// SPDX-License-Identifier: Apache-2.0
// a circuit of layers has at least one
//
// There is nothing to hand vectors to.
#include <espalier/hls/verilog_network.hpp>
#include <espalier/model/layers.hpp>

#include <span>
#include <sstream>
#include <vector>

void program()
{
    const espalier::layer_spec fc1 =
        espalier::dense{.inputs = 2, .outputs = 2, .weight = {8, 8}, .data = {8, 8}};
    const std::vector<espalier::verilog_layer> layers{
        {espalier::schedule_of(espalier::matrices_of(fc1)[0]),
            {espalier::formats_of(fc1), {1, 2, 3, 4}, {}}}};
    std::ostringstream out;
#ifdef BROKEN
    espalier::write_verilog_network(out, "network", std::span(layers).first(0));
#else
    espalier::write_verilog_network(out, "network", layers);
#endif
}
