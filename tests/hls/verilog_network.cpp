// SPDX-License-Identifier: Apache-2.0
#include "hls/random_circuits.hpp"
#include "hls/random_cnns.hpp"
#include "hls/simulation.hpp"

#include <espalier/hls/circuit_timing.hpp>
#include <espalier/hls/verilog_network.hpp>
#include <espalier/hls/whole_file.hpp>
#include <espalier/hls/write_circuit.hpp>
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
#include <sys/stat.h>
#include <utility>
#include <vector>

using namespace espalier;

namespace {

/// A pruned network of dense layers with a ReLU behind each but the last.
kernel_network mlp(std::mt19937_64& random, const std::string& name, const std::vector<int>& sizes,
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
    kernel_network net(name, {.channels = sizes.front()}, {.format = {16, 6}});
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
        const layer_spec layer = dense{.inputs = sizes[i],
            .outputs = sizes[i + 1],
            .reuse_factor = reuse_factors[i],
            .weight = {16, 4},
            .data = net.wire().format.format,
            .accum = {draws_modes ? 20 + static_cast<int>(random() % 12) : 22, 10}};
        const weight_matrix m = matrices_of(layer)[0];
        const auto kept = random_circuits::kept_by(random,
            m.weights() > 500 ? random_circuits::mask::most : random_circuits::mask::half, m);
        integer_kernel kernel{
            .formats = {{.format = m.weight}, {.format = {8, 3}}, {.format = m.accum}, format(18)}};
        for (const std::uint8_t k : kept)
            kernel.weights.push_back(
                k != 0 ? static_cast<std::int64_t>(random() % 4096) - 2048 : 0);
        for (std::int64_t o = 0; o < m.n_out(); ++o)
            kernel.biases.push_back(static_cast<std::int64_t>(random() % 256) - 128);
        net.add(layer, kernel,
            schedule_of(m, std::span<const std::uint8_t>(kept),
                i % 2 == 0 ? memory_layout::packed : memory_layout::in_place));
        if (i + 2 == sizes.size())
            continue;
        fixed_point result = format(14);
        if (draws_modes)
            result.format.is_signed = random() % 2 == 0;
        net.add(integer_relu{result});
    }
    return net;
}

verilog_test mlp_test(std::mt19937_64& random, const kernel_network& net)
{
    std::vector<std::int64_t> inputs(static_cast<std::size_t>(4 * net.input().shape.size()));
    for (std::int64_t& x : inputs)
        x = static_cast<std::int64_t>(random() % 4096) - 2048;
    return verilog_test_of(net, net.name(), inputs);
}

std::string outcome(
    const std::vector<kernel_network>& networks, const std::vector<verilog_test>& tests)
{
    return simulation::simulated(
        [&](std::ostream& out) {
            for (const kernel_network& n : networks)
                write_verilog_network(out, n.name(), n);
        },
        tests);
}

layer_spec convolution(int reuse_factor, padding padded)
{
    return conv2d{.height = 6,
        .width = 5,
        .channels = 2,
        .filters = 3,
        .kernel_height = 3,
        .kernel_width = 3,
        .padding = padded,
        .reuse_factor = reuse_factor,
        .io = io_type::io_stream,
        .weight = {8, 4},
        .data = {8, 4}};
}

/// A network of one convolution of an image of 6 × 5.
kernel_network one_convolution(const layer_spec& layer)
{
    kernel_network net("net", {6, 5, 2}, {.format = {8, 4}}, io_type::io_stream);
    net.add(layer, {.formats = formats_of(layer), .weights = std::vector<std::int64_t>(54, 3)});
    return net;
}

} // namespace

TEST_CASE("the pruned jets network gives the bits of the integer network, at the foretold cycles")
{
    std::mt19937_64 random(1);
    const auto net = mlp(random, "jets", {16, 64, 32, 32, 5}, {4, 4, 8, 16}, false);
    const verilog_test test = mlp_test(random, net);
    CHECK(outcome({net}, {test}) == "PASS\n");
    // Layer by layer RF + 3; the slowest takes a vector every 16 cycles.
    CHECK(circuit_timing(net) == timing{16, 7 + 7 + 11 + 19});
    CHECK(test.handed_at == std::vector<std::int64_t>{44, 60, 76, 92});
}

TEST_CASE("small networks in all rounding and overflow modes")
{
    std::mt19937_64 random(2);
    std::vector<kernel_network> networks;
    std::vector<verilog_test> tests;
    for (int i = 0; i < 12; ++i) {
        networks.push_back(mlp(random, "net" + std::to_string(i), {6, 8, 4, 3},
            {i % 3 == 0 ? 1 : 3, 4, i % 2 == 0 ? 1 : 4}, true));
        tests.push_back(mlp_test(random, networks.back()));
    }
    CHECK(outcome(networks, tests) == "PASS\n");
}

TEST_CASE("small convolutional networks give the bits of the integer network, at the foretold "
          "cycles")
{
    random_networks::generator random(1, false, true);
    std::vector<kernel_network> networks;
    std::vector<verilog_test> tests;
    for (int i = 0; i < 20; ++i) {
        random_cnns::tested drawn = random_cnns::draw(random, "cnn" + std::to_string(i), 3);
        networks.push_back(std::move(drawn.network));
        tests.push_back(std::move(drawn.test));
    }
    CHECK(outcome(networks, tests) == "PASS\n");
}

TEST_CASE("the cycles of a convolution by hand")
{
    // Without padding every cycle takes a pixel; the last completes the last window, which is a
    // cycle in the window and two in the product.
    CHECK(
        circuit_timing(one_convolution(convolution(1, padding::valid))) == timing{30, 29 + 1 + 2});
    // The rim takes cycles, too: 8 × 7 positions, of which the first 8 lie in front of the pixel
    // that is counted from.
    CHECK(circuit_timing(one_convolution(convolution(1, padding::same))) ==
          timing{56, 55 - 8 + 1 + 2});
    // Four rows of three windows, each busy for 18 cycles, in which the pixels in front of the next
    // pass by. At 6 cycles the 13 pixels up to an image's first window take longer.
    CHECK(circuit_timing(one_convolution(convolution(18, padding::valid))).interval == 12 * 18);
    CHECK(circuit_timing(one_convolution(convolution(6, padding::valid))).interval == 11 * 6 + 13);
}

TEST_CASE("what cannot be emitted is refused, and nothing is written")
{
    std::mt19937_64 random(3);
    std::ostringstream out;
    const kernel_network empty("net", {.channels = 3}, {.format = {8, 4}});
    CHECK_THROWS_WITH_AS(write_verilog_network(out, "net", empty),
        "a network of kernels has at least one layer (network = 'net')", std::invalid_argument);
    const kernel_network net = mlp(random, "net", {4, 4, 2}, {2, 2}, false);
    CHECK_THROWS_WITH_AS(write_verilog_network(out, "2nd", net),
        doctest::Contains("a Verilog module is named by letters"), std::invalid_argument);

    const layer_spec layer = convolution(2, padding::valid);
    integer_kernel kernel{
        .formats = formats_of(layer), .weights = std::vector<std::int64_t>(54, 1)};
    kernel.formats.accum.overflow = overflow::sat;
    kernel_network saturating("net", {6, 5, 2}, {.format = {8, 4}}, io_type::io_stream);
    saturating.add(layer, kernel);
    CHECK_THROWS_WITH_AS(write_verilog_network(out, "net", saturating),
        "a layer of a circuit has an accumulator that truncates and wraps (layer = '', rounding = "
        "'trn', overflow = 'sat')",
        std::invalid_argument);

    layer_spec twice = layer;
    twice.io = io_type::io_parallel;
    twice.parallelization_factor = 2;
    kernel_network parallel("net", {6, 5, 2}, {.format = {8, 4}});
    parallel.add(
        twice, {.formats = formats_of(twice), .weights = std::vector<std::int64_t>(54, 1)});
    CHECK_THROWS_WITH_AS(write_verilog_network(out, "net", parallel),
        "a convolution of a circuit works on one pixel at a time (layer = '', "
        "parallelization_factor = 2)",
        std::invalid_argument);

    // One layer that can be emitted, and one that cannot: its products have more than 62 bits.
    kernel_network wide("net", {.channels = 2}, {.format = {31, 4}});
    const layer_spec first = dense{.inputs = 2,
        .outputs = 2,
        .reuse_factor = 2,
        .weight = {8, 4},
        .data = {31, 4},
        .accum = {40, 8}};
    layer_spec second = first;
    second.reuse_factor = 1;
    second.weight = {30, 4};
    for (const layer_spec& s : {first, second})
        wide.add(s, {.formats = formats_of(s), .weights = {1, 2, 3, 4}});
    CHECK_THROWS_WITH_AS(write_verilog_network(out, "net", wide),
        doctest::Contains("products and accumulators of constants have at most 62 bits"),
        std::invalid_argument);
    CHECK(out.str().empty());
}

TEST_CASE("a file of a circuit is whole, or as it was before")
{
    std::mt19937_64 random(4);
    const kernel_network net = mlp(random, "net", {4, 4, 2}, {2, 2}, false);
    const kernel_network empty("net", {.channels = 3}, {.format = {8, 4}});
    const simulation::folder work;
    const std::string file = work / "net.v";
    write_verilog_network(std::filesystem::path(file), "net", net);
    const std::string whole = read_whole_file(file);
    std::ostringstream expected;
    write_verilog_primitives(expected);
    write_verilog_network(expected, "net", net);
    CHECK(whole == expected.str());

    CHECK_THROWS_AS(
        write_verilog_network(std::filesystem::path(file), "net", empty), std::invalid_argument);
    CHECK(read_whole_file(file) == whole);
    const std::string nowhere = work / "nowhere/net.v";
    CHECK_THROWS_WITH_AS(write_verilog_network(std::filesystem::path(nowhere), "net", net),
        doctest::Contains("a file can be written where it is to be"), std::invalid_argument);
    CHECK(std::distance(
              std::filesystem::directory_iterator(std::filesystem::path(file).parent_path()),
              std::filesystem::directory_iterator()) == 1);

    // Only a file gives way to a file, and only a folder to a folder.
    const std::filesystem::path pipe = work / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK_THROWS_WITH_AS(write_verilog_network(pipe, "net", net),
        doctest::Contains("a file can be written where it is to be (file = "),
        std::invalid_argument);
    CHECK(std::filesystem::is_fifo(pipe));
    CHECK_THROWS_WITH_AS(
        write_circuit(std::filesystem::path(file), net, std::vector<std::int64_t>(4)),
        doctest::Contains("net.v', what is there = 'no folder')"), std::invalid_argument);
    CHECK(read_whole_file(file) == whole);
}

TEST_CASE("files of single matrices and of test benches are whole, or as they were before")
{
    const simulation::folder work;
    const std::filesystem::path file = work / "circuit.v", bench = work / "bench.v";
    for (const int reuse_factor : {1, 2}) {
        const weight_matrix m = matrices_of(dense{.inputs = 2,
            .outputs = 2,
            .reuse_factor = reuse_factor,
            .weight = {8, 8},
            .data = {8, 8}})[0];
        const auto write = [&](const std::vector<std::int64_t>& weights) {
            if (reuse_factor == 1)
                write_verilog_constants(file, "circuit", schedule_of(m), weights);
            else
                write_verilog_matrix(file, "circuit", schedule_of(m), weights);
        };
        write({1, 2, 3, 4});
        write_verilog_testbench(bench, std::vector<verilog_test>{{.module = "circuit",
                                           .inputs = 2,
                                           .input_width = 8,
                                           .outputs = 2,
                                           .output_width = m.accum.width,
                                           .given = {5, 6},
                                           .expected = {17, 39}}});
        const std::string run = "cd " + file.parent_path().string() +
                                " && iverilog -g2001 -s espalier_testbench -o a.vvp circuit.v "
                                "bench.v && vvp -n a.vvp";
        CHECK(simulation::output_of(run) == "PASS\n");
        const std::string whole = read_whole_file(file), whole_bench = read_whole_file(bench);
        CHECK_THROWS_AS(write({1, 2, 3, 128}), std::invalid_argument);
        CHECK_THROWS_AS(
            write_verilog_testbench(bench,
                std::vector<verilog_test>{{.module = "circuit", .given = {}, .expected = {}}}),
            std::invalid_argument);
        CHECK(read_whole_file(file) == whole);
        CHECK(read_whole_file(bench) == whole_bench);
        CHECK(simulation::output_of(run) == "PASS\n");
    }
}

TEST_CASE("a folder has a circuit and the test bench that passes it")
{
    random_networks::generator random(5, false, true);
    const layer_spec layer = convolution(2, padding::same);
    kernel_network net("of one layer", {6, 5, 2}, {.format = {8, 4}}, io_type::io_stream);
    net.add(layer,
        {.formats = formats_of(layer), .weights = random_networks::raws(random, layer.weight, 54)});
    const auto images = random_networks::raws(random, {8, 4}, 2 * 60);
    const simulation::folder work;
    const std::filesystem::path folder = work / "circuit";
    write_circuit(folder, net, images);
    const auto run = [&] {
        return simulation::output_of("cd " + folder.string() +
                                     " && iverilog -g2001 -s espalier_testbench -o ../a.vvp "
                                     "of_one_layer.v of_one_layer_test.v && vvp -n ../a.vvp");
    };
    CHECK(run() == "PASS\n");

    // Another weight is noticed; half an image is refused, and leaves the folder as it was.
    kernel_network other("of one layer", {6, 5, 2}, {.format = {8, 4}}, io_type::io_stream);
    other.add(layer, {.formats = formats_of(layer), .weights = std::vector<std::int64_t>(54, 5)});
    write_verilog_network(folder / "of_one_layer.v", "of_one_layer", other);
    CHECK(run().find("FAIL\n") != std::string::npos);
    const std::string before = read_whole_file(folder / "of_one_layer.v");
    CHECK_THROWS_WITH_AS(write_circuit(folder, net, std::span(images).first(61)),
        doctest::Contains("a test bench is given whole inputs, at least one"),
        std::invalid_argument);
    CHECK(read_whole_file(folder / "of_one_layer.v") == before);
    write_circuit(folder, net, images);
    CHECK(run() == "PASS\n");
}
