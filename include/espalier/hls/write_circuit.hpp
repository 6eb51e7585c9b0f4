// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/circuit_timing.hpp>
#include <espalier/hls/detail/kernel_text.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/verilog_network.hpp>
#include <espalier/hls/verilog_primitives.hpp>
#include <espalier/hls/verilog_testbench.hpp>
#include <espalier/hls/whole_folder.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

// The circuit of a network with a test bench that knows the answers and the cycles.

namespace espalier {

/// What the circuit of a network has to answer, pixel by pixel, and in which cycles.
/// \param module  name of the circuit
/// \param inputs  raw, image after image
/// \throws std::invalid_argument if these are not whole images, at least one, if one leaves its
///         format, or if the network cannot be emitted
[[nodiscard]] inline verilog_test verilog_test_of(
    const kernel_network& network, std::string module, std::span<const std::int64_t> inputs)
{
    const auto size = static_cast<std::size_t>(network.input().shape.size());
    ensure(!inputs.empty() && inputs.size() % size == 0,
        "a test bench is given whole inputs, at least one", given{"numbers", inputs.size()},
        given{"of an input", size});
    verilog_test test{.module = std::move(module),
        .inputs = network.input().shape.channels,
        .input_width = network.input().format.format.width,
        .outputs = network.wire().shape.channels,
        .output_width = network.wire().format.format.width,
        .given = {inputs.begin(), inputs.end()},
        .expected = {}};
    for (std::size_t first = 0; first < inputs.size(); first += size) {
        const auto answer = network.reference().run(inputs.subspan(first, size));
        test.expected.insert(test.expected.end(), answer.begin(), answer.end());
    }
    handovers edges = circuit_handovers(network, static_cast<std::int64_t>(inputs.size() / size));
    test.taken_at = std::move(edges.taken);
    test.handed_at = std::move(edges.handed);
    return test;
}

/// Writes a folder with the circuit of a network and its test bench: NAME.v, a module NAME, and
/// NAME_test.v, whose module espalier_testbench prints PASS or FAIL. It appears whole or not at
/// all.
///
///     iverilog -g2001 -s espalier_testbench -o NAME NAME.v NAME_test.v && vvp -n NAME
///
/// \param inputs  of the test bench, raw, image after image
/// \throws std::invalid_argument as above, if something else is in the folder or if it cannot be
///         written
inline void write_circuit(const std::filesystem::path& folder, const kernel_network& network,
    std::span<const std::int64_t> inputs)
{
    const std::string name = detail::identifier_of(network.name());
    const verilog_test test = verilog_test_of(network, name, inputs);
    std::ostringstream circuit, bench;
    write_verilog_primitives(circuit);
    write_verilog_network(circuit, name, network);
    write_verilog_testbench(bench, {&test, 1});
    const std::vector<folder_file> files{
        {name + ".v", circuit.str()}, {name + "_test.v", bench.str()}};
    write_whole_folder(folder, files);
}

} // namespace espalier
