// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/kernels/random_networks.hpp"

#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/verilog_testbench.hpp>
#include <espalier/hls/write_circuit.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

// Small networks of convolutions, poolings and dense layers that can be emitted as circuits.

namespace random_cnns {

namespace esp = espalier;
using random_networks::between;
using random_networks::generator;

/// Up to three convolutions with what is behind them, then up to two dense layers. Images are up
/// to nine pixels high and wide.
/// \param random  one for circuits
inline esp::kernel_network network(generator& random, const std::string& name)
{
    const bool is_row = random() % 4 == 0;
    esp::kernel_network net(name,
        {is_row ? 1 : between(random, 3, 8), between(random, 3, 9), between(random, 1, 3)},
        random_networks::format(random, 18), esp::io_type::io_stream);
    const int convolutions = between(random, 0, 3), dense = between(random, 0, 2);
    if (random() % 8 == 0)
        random_networks::add_pooling(random, net);
    for (int i = 0; i < convolutions; ++i) {
        random_networks::add(
            random, net, random_networks::convolution(random, net.wire(), esp::io_type::io_stream));
        random_networks::add_conversion(random, net);
        if (random() % 3 == 0)
            random_networks::add_pooling(random, net);
    }
    for (int i = 0; i < dense; ++i) {
        random_networks::add(random, net,
            esp::dense{.name = "fc",
                .inputs = static_cast<int>(net.wire().shape.size()),
                .outputs = between(random, 1, 9),
                .strategy = random_networks::strategy(random),
                .weight = random_networks::weight_format(random),
                .data = net.wire().format.format,
                .accum = random_networks::accumulator(random)});
        random_networks::add_conversion(random, net);
    }
    if (net.stages().empty())
        net.add(esp::integer_relu{});
    return net;
}

/// A network with a test of a few random images.
struct tested {
    esp::kernel_network network;
    esp::verilog_test test;
};

/// One whose answers are not nearly all the same: where what goes in does not show in what comes
/// out, every circuit is right.
/// \param random  one for circuits
inline tested draw(generator& random, const std::string& name, std::int64_t images)
{
    for (;;) {
        const esp::kernel_network net = random_cnns::network(random, name);
        const std::vector<std::int64_t> inputs = random_networks::raws(random,
            net.input().format.format, static_cast<std::size_t>(images * net.input().shape.size()));
        esp::verilog_test test = esp::verilog_test_of(net, name, inputs);
        const std::set<std::int64_t> answers(test.expected.begin(), test.expected.end());
        if (answers.size() > 3 && 4 * answers.size() > test.expected.size())
            return {net, std::move(test)};
    }
}

} // namespace random_cnns
