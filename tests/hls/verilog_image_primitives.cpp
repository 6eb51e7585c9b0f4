// SPDX-License-Identifier: Apache-2.0
#include "hls/simulation.hpp"

#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/verilog_network.hpp>
#include <espalier/hls/verilog_testbench.hpp>
#include <espalier/hls/write_circuit.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <ostream>
#include <vector>

TEST_CASE("a max pooling in Verilog takes negative numbers for smaller than positive ones")
{
    using namespace espalier;
    kernel_network net("pool", {2, 2, 1}, precision{6, 6}, io_type::io_stream);
    net.add(integer_pooling{.kind = pooling::max, .height = 2, .width = 2});
    const std::vector<std::int64_t> images{-3, 2, 1, -32, -5, -4, -31, -6};
    const verilog_test test = verilog_test_of(net, "pool", images);
    CHECK(test.expected == std::vector<std::int64_t>{2, -4});
    CHECK(simulation::simulated([&](std::ostream& out) { write_verilog_network(out, "pool", net); },
              {&test, 1}) == "PASS\n");
}
