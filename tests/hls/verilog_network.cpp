// SPDX-License-Identifier: Apache-2.0
#include "hls/random_circuits.hpp"
#include "hls/simulation.hpp"

#include <espalier/hls/integer_network.hpp>
#include <espalier/hls/verilog_network.hpp>
#include <espalier/hls/whole_file.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <random>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace espalier;

namespace {

struct network {
    std::vector<verilog_layer> layers;
    integer_network reference;
    verilog_test test;
};

/// A pruned network of dense layers with a ReLU behind each but the last.
network mlp(std::mt19937_64& random, const std::string& name, const std::vector<int>& sizes,
    const std::vector<int>& reuse_factors, bool draws_modes)
{
    const auto format = [&](int width) {
        fixed_point f{.format = {width, width / 2}};
        if (draws_modes) {
            f.rounding = static_cast<rounding>(random() % 7);
            f.overflow = static_cast<overflow>(random() % 4);
        }
        return f;
    };
    const fixed_point input{.format = {16, 6}};
    network net{{}, integer_network({.channels = sizes.front()}, input), {}};
    precision data = input.format;
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
        const bool is_last = i + 2 == sizes.size();
        const layer_spec layer = dense{.inputs = sizes[i],
            .outputs = sizes[i + 1],
            .reuse_factor = reuse_factors[i],
            .weight = {16, 4},
            .data = data,
            .accum = {draws_modes ? 20 + static_cast<int>(random() % 12) : 22, 10}};
        const weight_matrix m = matrices_of(layer)[0];
        const auto kept = random_circuits::kept_by(random,
            m.weights() > 500 ? random_circuits::mask::most : random_circuits::mask::half, m);
        verilog_layer circuit{schedule_of(m, std::span<const std::uint8_t>(kept),
                                  i % 2 == 0 ? memory_layout::packed : memory_layout::in_place),
            {}};
        circuit.kernel.formats = {
            {.format = m.weight}, {.format = {8, 3}}, {.format = m.accum}, format(18)};
        for (const std::uint8_t k : kept)
            circuit.kernel.weights.push_back(
                k != 0 ? static_cast<std::int64_t>(random() % 4096) - 2048 : 0);
        for (std::int64_t o = 0; o < m.n_out(); ++o)
            circuit.kernel.biases.push_back(static_cast<std::int64_t>(random() % 256) - 128);
        net.reference.add(layer, circuit.kernel);
        if (!is_last) {
            circuit.relu.emplace();
            circuit.relu->result = format(14);
            if (draws_modes)
                circuit.relu->result->format.is_signed = random() % 2 == 0;
            net.reference.add(*circuit.relu);
        }
        data = net.reference.output_format();
        net.layers.push_back(std::move(circuit));
    }
    net.test = {.module = name,
        .inputs = sizes.front(),
        .input_width = 16,
        .outputs = sizes.back(),
        .output_width = data.width,
        .given = {},
        .expected = {}};
    const timing cycles = circuit_timing(net.layers);
    for (std::int64_t v = 0; v < 4; ++v) {
        std::vector<std::int64_t> x(static_cast<std::size_t>(sizes.front()));
        for (std::int64_t& e : x)
            e = static_cast<std::int64_t>(random() % 4096) - 2048;
        const auto y = net.reference.run(x);
        net.test.given.insert(net.test.given.end(), x.begin(), x.end());
        net.test.expected.insert(net.test.expected.end(), y.begin(), y.end());
        net.test.handed_at.push_back(cycles.latency + v * cycles.interval);
    }
    return net;
}

std::string outcome(const std::vector<network>& networks)
{
    std::vector<verilog_test> tests;
    for (const network& n : networks)
        tests.push_back(n.test);
    return simulation::simulated(
        [&](std::ostream& out) {
            for (const network& n : networks)
                write_verilog_network(out, n.test.module, n.layers);
        },
        tests);
}

} // namespace

TEST_CASE("the pruned jets network gives the bits of the integer network, at the foretold cycles")
{
    std::mt19937_64 random(1);
    CHECK(outcome({mlp(random, "jets", {16, 64, 32, 32, 5}, {4, 4, 8, 16}, false)}) == "PASS\n");
}

TEST_CASE("small networks in all rounding and overflow modes")
{
    std::mt19937_64 random(2);
    std::vector<network> networks;
    for (int i = 0; i < 12; ++i)
        networks.push_back(mlp(random, "net" + std::to_string(i), {6, 8, 4, 3},
            {i % 3 == 0 ? 1 : 3, 4, i % 2 == 0 ? 1 : 4}, true));
    CHECK(outcome(networks) == "PASS\n");
}

TEST_CASE("layers that do not fit are refused")
{
    std::mt19937_64 random(3);
    std::ostringstream out;
    network net = mlp(random, "net", {4, 4, 2}, {2, 2}, false);
    CHECK_THROWS_WITH_AS(write_verilog_network(out, "net", {}),
        "a circuit of layers has at least one (layers = 0)", std::invalid_argument);
    auto layers = net.layers;
    std::swap(layers[0], layers[1]);
    CHECK_THROWS_WITH_AS(write_verilog_network(out, "net", layers),
        doctest::Contains("a layer of a circuit takes what the one before it gives"),
        std::invalid_argument);
    layers = net.layers;
    layers[1].kernel.formats.accum.overflow = overflow::sat;
    CHECK_THROWS_WITH_AS(write_verilog_network(out, "net", layers),
        "a layer of a circuit has the formats of its schedule, and an accumulator that truncates "
        "and wraps (layer = 1, rounding = 'trn', overflow = 'sat')",
        std::invalid_argument);
    CHECK(out.str().empty());
}

TEST_CASE("a file of a circuit is whole, or as it was before")
{
    std::mt19937_64 random(4);
    const network net = mlp(random, "net", {4, 4, 2}, {2, 2}, false);
    const simulation::folder work;
    const std::string file = work / "net.v";
    write_verilog_network(std::filesystem::path(file), "net", net.layers);
    const std::string whole = read_whole_file(file);
    std::ostringstream expected;
    write_verilog_primitives(expected);
    write_verilog_network(expected, "net", net.layers);
    CHECK(whole == expected.str());

    CHECK_THROWS_AS(
        write_verilog_network(std::filesystem::path(file), "net", {}), std::invalid_argument);
    CHECK(read_whole_file(file) == whole);
    const std::string nowhere = work / "nowhere/net.v";
    CHECK_THROWS_WITH_AS(write_verilog_network(std::filesystem::path(nowhere), "net", net.layers),
        doctest::Contains("a file can be written where it is to be"), std::invalid_argument);
    CHECK(std::distance(
              std::filesystem::directory_iterator(std::filesystem::path(file).parent_path()),
              std::filesystem::directory_iterator()) == 1);
}
