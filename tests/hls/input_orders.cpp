// SPDX-License-Identifier: Apache-2.0
#include "hls/simulation.hpp"

#include <espalier/hls/integer_network.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/hls/verilog_network.hpp>
#include <espalier/hls/verilog_testbench.hpp>
#include <espalier/hls/write_circuit.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/input_orders.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/weight_view.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <ostream>
#include <random>
#include <span>
#include <string>
#include <variant>
#include <vector>

using namespace espalier;

namespace {

using random_bits = std::mt19937_64;

std::vector<std::int64_t> drawn(random_bits& random, std::int64_t size, std::int64_t below)
{
    std::vector<std::int64_t> raw(static_cast<std::size_t>(size));
    for (std::int64_t& x : raw)
        x = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * below)) - below;
    return raw;
}

/// The order of the inputs is free in all layers but the first.
input_orders shuffled(random_bits& random, std::span<const layer_spec> layers)
{
    input_orders orders(layers);
    for (std::size_t m = 1; m < orders.matrices(); ++m) {
        std::vector<std::uint32_t> channels(orders.of(m).size());
        std::iota(channels.begin(), channels.end(), 0U);
        std::shuffle(channels.begin(), channels.end(), random);
        orders.set(m, input_permutation(channels));
    }
    return orders;
}

/// Layers with what they hold, and a batch normalisation, a ReLU and perhaps a pooling behind each
/// but the last.
struct chain {
    image_shape input;
    std::vector<layer_spec> layers;
    std::vector<integer_kernel> kernels{};
    std::vector<integer_scale> norms{};
    bool pools = false;

    void draw(random_bits& random)
    {
        for (const layer_spec& layer : layers) {
            const weight_matrix m = matrices_of(layer)[0];
            kernel_formats formats = formats_of(layer);
            formats.accum.rounding = rounding::rnd_conv; // term by term, so that a term shows
            formats.result = {.format = layer.data, .overflow = overflow::sat};
            kernels.push_back(
                {formats, drawn(random, m.weights(), 32), drawn(random, m.n_out(), 32)});
            norms.push_back({.scale_format = {.format = {8, 4}},
                .bias_format = {.format = {8, 4}},
                .result = {.format = layer.data, .overflow = overflow::sat},
                .scale = drawn(random, m.n_out(), 64),
                .bias = drawn(random, m.n_out(), 64)});
        }
    }
    void reorder(const input_orders& orders)
    {
        for (std::size_t m = 0; m < layers.size(); ++m) {
            orders.apply(m, layout::hardware, std::span(kernels[m].weights));
            orders.apply_to_outputs(m, std::span(kernels[m].biases));
            orders.apply_to_outputs(m, std::span(norms[m].scale));
            orders.apply_to_outputs(m, std::span(norms[m].bias));
        }
    }
    [[nodiscard]] integer_network network() const
    {
        integer_network net(input, {.format = layers[0].data});
        for (std::size_t m = 0; m < layers.size(); ++m) {
            net.add(layers[m], kernels[m]);
            if (m + 1 == layers.size())
                break;
            net.add(norms[m]).add(integer_relu{});
            if (pools && m == 0)
                net.add(integer_pooling{});
        }
        return net;
    }
};

constexpr precision format{12, 6};
constexpr precision accum{20, 12};

layer_spec fc(int inputs, int outputs, int height = 0, int width = 0, int channels = 0)
{
    return dense{.inputs = inputs,
        .outputs = outputs,
        .flattened = {height, width, channels},
        .weight = {6, 3},
        .data = format,
        .accum = accum};
}

layer_spec conv(int height, int width, int channels, int filters, padding padded)
{
    return conv2d{.height = height,
        .width = width,
        .channels = channels,
        .filters = filters,
        .kernel_height = 3,
        .kernel_width = 2,
        .padding = padded,
        .weight = {6, 3},
        .data = format,
        .accum = accum};
}

/// A permuted network gives every bit of the one it was made of, its hidden numbers in the order
/// that is asked for, and the inverse restores every number.
void check_same_function(chain net)
{
    random_bits random(7);
    net.draw(random);
    const integer_network before = net.network();
    for (int trial = 0; trial < 5; ++trial) {
        const input_orders orders = shuffled(random, net.layers);
        REQUIRE_FALSE(orders.is_identity());
        chain moved = net;
        moved.reorder(orders);
        const integer_network after = moved.network();
        std::int64_t differences = 0;
        bool some_move = false;
        for (int v = 0; v < 20; ++v) {
            const auto input = drawn(random, net.input.size(), 1 << 10);
            const auto was = before.trace(input);
            const auto is = after.trace(input);
            differences += was.back() == is.back() ? 0 : 1;
            for (std::size_t l = 1; l + 1 < was.size(); ++l) {
                some_move = some_move || was[l] != is[l];
                // Behind the last layer but one the flatten is over.
                auto sorted_was = was[l], sorted_is = is[l];
                std::ranges::sort(sorted_was);
                std::ranges::sort(sorted_is);
                differences += sorted_was == sorted_is ? 0 : 1;
            }
        }
        CHECK(differences == 0);
        CHECK(some_move);
        moved.reorder(orders.inverse());
        for (std::size_t m = 0; m < net.layers.size(); ++m) {
            CHECK(moved.kernels[m].weights == net.kernels[m].weights);
            CHECK(moved.kernels[m].biases == net.kernels[m].biases);
            CHECK(moved.norms[m].scale == net.norms[m].scale);
            CHECK(moved.norms[m].bias == net.norms[m].bias);
        }
    }
}

/// A convolution, a flatten and two dense layers in the hands of a pruner, and as a circuit.
struct convolutional {
    structure how = structure::n_of(4);
    std::vector<layer_spec> layers{conv2d{.name = "conv",
                                       .height = 5,
                                       .width = 5,
                                       .channels = 2,
                                       .filters = 8,
                                       .kernel_height = 2,
                                       .kernel_width = 3,
                                       .reuse_factor = 3,
                                       .io = io_type::io_stream,
                                       .weight = {8, 3},
                                       .data = {12, 5},
                                       .accum = {24, 12}},
        dense{.name = "fc",
            .inputs = 96,
            .outputs = 12,
            .flattened = {4, 3, 8},
            .reuse_factor = 12, // of 8 it would be a cycle for each channel, whatever the order
            .weight = {8, 3},
            .data = {12, 5},
            .accum = {24, 12}},
        dense{.name = "out",
            .inputs = 12,
            .outputs = 4,
            .reuse_factor = 3,
            .weight = {8, 3},
            .data = {12, 5},
            .accum = {24, 12}}};
    std::vector<std::vector<float>> weights{};
    std::vector<std::vector<float>> biases{};

    explicit convolutional(random_bits& random)
    {
        const auto some = [&](std::int64_t size) {
            std::vector<float> numbers;
            for (const std::int64_t raw : drawn(random, size, 64))
                numbers.push_back(static_cast<float>(raw) / 32);
            return numbers;
        };
        for (const layer_spec& layer : layers) {
            weights.push_back(some(matrices_of(layer)[0].weights()));
            biases.push_back(some(matrices_of(layer)[0].n_out()));
        }
    }
    [[nodiscard]] kernel_network circuit(const std::string& name, const structure& of_all)
    {
        kernel_network net(name, {5, 5, 2}, {.format = layers[0].data}, io_type::io_stream);
        for (std::size_t m = 0; m < layers.size(); ++m) {
            kernel_formats formats = formats_of(layers[m]);
            formats.result.overflow = overflow::sat;
            net.add(layers[m],
                quantized(in_hardware_order(matrices_of(layers[m])[0],
                              weight_view(weights[m], layout::keras), biases[m]),
                    formats),
                of_all);
            if (m + 1 < layers.size())
                net.add(integer_relu{});
        }
        return net;
    }
};

std::int64_t multipliers_of(const kernel_network& net)
{
    std::int64_t sum = 0;
    for (const kernel_stage& stage : net.stages())
        if (const auto* product = std::get_if<product_stage>(&stage.layer))
            sum += product->schedule.multipliers();
    return sum;
}

} // namespace

TEST_CASE("a network that was pruned with permuted inputs becomes the circuit that was budgeted")
{
    random_bits random(3);
    convolutional net(random);
    pruner p{net.layers, {weights_in(layout::keras, net.weights)},
        {.schedule = constant{.steps = 1, .target = 0.6},
            .selection = {.structure = net.how, .costs = cost_policy::yosys},
            .permute_inputs = order_search{}}};
    p.baseline(1);
    const auto round = p.next();
    REQUIRE(round);
    const input_orders orders = p.orders();
    CHECK_FALSE(orders.of(1).is_identity());
    CHECK_FALSE(orders.of(2).is_identity());

    const kernel_network before = net.circuit("before", net.how);
    for (std::size_t m = 0; m < net.layers.size(); ++m) {
        orders.apply(m, weight_view(net.weights[m], layout::keras));
        orders.apply_to_outputs(m, std::span(net.biases[m]));
    }
    const kernel_network after = net.circuit("after", net.how);
    std::int64_t all = 0;
    for (std::size_t m = 0; m < net.layers.size(); ++m)
        all += p.groups().groups_of(m).groups();
    CHECK(multipliers_of(after) < multipliers_of(before));
    CHECK(multipliers_of(after) < all / 2);
    CHECK(multipliers_of(after) == round->record().usage.dsp);

    // The circuit gives, in a simulation, the bits of the network that was not permuted.
    const std::vector<std::int64_t> inputs = drawn(random, 4 * 50, 1 << 10);
    verilog_test test = verilog_test_of(after, "after", inputs);
    std::vector<std::int64_t> expected;
    for (std::size_t image = 0; image < 4; ++image) {
        const auto results = before.reference().run(std::span(inputs).subspan(image * 50, 50));
        expected.insert(expected.end(), results.begin(), results.end());
    }
    CHECK(test.expected == expected);
    CHECK(std::ranges::count(expected, expected[0]) < 8); // not all the same
    test.expected = expected;
    CHECK(simulation::simulated(
              [&](std::ostream& out) { write_verilog_network(out, "after", after); },
              std::span(&test, 1)) == "PASS\n");
}

TEST_CASE("dense layers whose inputs are permuted give the same bits")
{
    check_same_function({.input = {.channels = 6}, .layers = {fc(6, 9), fc(9, 7), fc(7, 3)}});
}

TEST_CASE("convolutions whose channels are permuted give the same bits")
{
    check_same_function({.input = {6, 5, 3},
        .layers = {conv(6, 5, 3, 5, padding::same), conv(6, 5, 5, 4, padding::valid),
            conv(4, 4, 4, 2, padding::same)}});
}

TEST_CASE("a convolution, a pooling, a flatten and a dense layer give the same bits")
{
    check_same_function({.input = {6, 6, 2},
        .layers = {conv(6, 6, 2, 5, padding::same), fc(45, 6, 3, 3, 5), fc(6, 3)},
        .pools = true});
}
