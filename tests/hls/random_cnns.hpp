// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/kernels/random_networks.hpp"

#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/verilog_testbench.hpp>
#include <espalier/hls/write_circuit.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

// Small networks of convolutions, poolings and dense layers that can be emitted as circuits.

namespace random_cnns {

namespace esp = espalier;
using random_networks::between;
using random_networks::generator;

inline void add_pooling(generator& random, esp::kernel_network& net)
{
    const esp::image_shape image = net.wire().shape;
    net.add(esp::integer_pooling{
        .height = between(random, 1, static_cast<int>(std::min<std::int64_t>(3, image.height))),
        .width = between(random, 1, static_cast<int>(std::min<std::int64_t>(3, image.width))),
        .stride_height = between(random, 0, 2),
        .stride_width = between(random, 0, 2),
        .accum = random() % 4 == 0 ? std::optional<esp::fixed_point>(random_networks::modes(
                                         random, random_networks::format(random, 18)))
                                   : std::nullopt,
        .result = random() % 4 == 0 ? std::optional<esp::fixed_point>(random_networks::modes(
                                          random, random_networks::format(random, 18)))
                                    : std::nullopt});
}

/// Up to three convolutions with what is behind them, then up to two dense layers. Images are one
/// to nine pixels high and wide.
/// \param random  one for circuits
inline esp::kernel_network network(generator& random, const std::string& name)
{
    const bool is_row = random() % 4 == 0;
    esp::kernel_network net(name,
        {is_row ? 1 : between(random, 1, 8), between(random, 1, 9), between(random, 1, 3)},
        random_networks::format(random, 18), esp::io_type::io_stream);
    const int convolutions = between(random, 0, 3), dense = between(random, 0, 2);
    if (random() % 4 == 0)
        add_pooling(random, net);
    for (int i = 0; i < convolutions; ++i) {
        random_networks::add(
            random, net, random_networks::convolution(random, net.wire(), esp::io_type::io_stream));
        random_networks::add_conversion(random, net);
        if (random() % 2 == 0)
            add_pooling(random, net);
    }
    for (int i = 0; i < dense; ++i) {
        random_networks::add(random, net,
            esp::dense{.name = "fc",
                .inputs = static_cast<int>(net.wire().shape.size()),
                .outputs = between(random, 1, 9),
                .strategy = random_networks::strategy(random),
                .weight = random_networks::format(random, 18),
                .data = net.wire().format.format,
                .accum = random_networks::accumulator(random)});
        random_networks::add_conversion(random, net);
    }
    if (net.stages().empty())
        net.add(esp::integer_relu{});
    return net;
}

/// A test of a network with a few random images.
inline esp::verilog_test test_of(
    generator& random, const esp::kernel_network& network, std::int64_t images)
{
    return esp::verilog_test_of(network, network.name(),
        random_networks::raws(random, network.input().format.format,
            static_cast<std::size_t>(images * network.input().shape.size())));
}

} // namespace random_cnns
