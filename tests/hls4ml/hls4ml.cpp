// SPDX-License-Identifier: Apache-2.0
#include "temporary_folder.hpp"

#include <espalier/hls/explain.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/with/hls4ml.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace espalier;
using nlohmann::ordered_json;

namespace {

ordered_json format(int width, int integer, const char* rounding = "trn")
{
    return {{"width", width}, {"integer", integer}, {"signed", true}, {"rounding", rounding},
        {"overflow", "wrap"}};
}

/// An array of numbers that are nearly all between two steps of ap_fixed<12, 4>.
npy_array<double> numbers(const std::vector<std::int64_t>& shape, unsigned seed)
{
    npy_array<double> array{.shape = shape, .values = {}};
    std::int64_t size = 1;
    for (const std::int64_t extent : shape)
        size *= extent;
    std::mt19937 random(seed);
    for (std::int64_t i = 0; i < size; ++i)
        array.values.push_back(static_cast<int>(random() % 2001) / 1000.0 - 1);
    return array;
}

/// conv (4×5×2, 3 filters of 2×2, io_parallel, as Keras stores it) → relu → pool 3×2 → dense 6×4,
/// as hls4ml stores it under resource_unrolled at reuse factor 3.
struct project : temporary_folder {
    npy_array<double> conv = numbers({2, 2, 2, 3}, 1);
    npy_array<double> conv_bias = numbers({3}, 2);
    npy_array<double> fc = numbers({4, 6}, 3);
    npy_array<double> fc_bias = numbers({4}, 4);
    ordered_json network;

    project()
    {
        write_npy(path / "conv.weight.npy", conv);
        write_npy(path / "conv.bias.npy", conv_bias);
        write_npy(path / "fc.weight.npy", fc);
        write_npy(path / "fc.bias.npy", fc_bias);
        const auto kernel = [](const char* layer, const char* order) {
            const std::string name = layer;
            return ordered_json{{"name", "weight"}, {"order", order},
                {"weights", name + ".weight.npy"}, {"weight", format(12, 4)},
                {"bias", format(14, 6)}, {"accum", format(30, 12)}, {"bias_name", "bias"},
                {"biases", name + ".bias.npy"}};
        };
        network = {{"espalier", 1}, {"backend", "Vitis"}, {"io_type", "io_parallel"},
            {"input", {4, 5, 2}}, {"input_format", format(10, 4)},
            {"layers",
                {{{"name", "conv"}, {"kind", "conv2d"}, {"strategy", "latency"},
                     {"reuse_factor", 1}, {"height", 4}, {"width", 5}, {"channels", 2},
                     {"filters", 3}, {"kernel_height", 2}, {"kernel_width", 2},
                     {"padding", "valid"}, {"data", format(10, 4)}, {"result", format(24, 10)},
                     {"kernels", {kernel("conv", "keras")}}},
                    {{"name", "relu"}, {"kind", "relu"}, {"result", format(12, 5, "rnd_conv")}},
                    {{"name", "pool"}, {"kind", "max_pooling"}, {"height", 3}, {"width", 2},
                        {"stride_height", 3}, {"stride_width", 2}, {"counts_padding", false},
                        {"accum", format(12, 5)}, {"result", format(12, 5)}},
                    {{"name", "fc"}, {"kind", "dense"}, {"strategy", "resource_unrolled"},
                        {"reuse_factor", 3}, {"inputs", 6}, {"outputs", 4}, {"data", format(12, 5)},
                        {"result", format(30, 12)}, {"kernels", {kernel("fc", "hardware")}}}}}};
        write();
    }
    void write() const { (void)file("network.json", network.dump()); }
};

double down(double value, int width, int integer)
{
    const double step = std::ldexp(1.0, integer - width);
    return std::floor(value / step) * step;
}

} // namespace

TEST_CASE("a network of hls4ml is what its files say")
{
    const project here;
    hls4ml_network network = read_hls4ml(here.path);
    CHECK(network.flow == hardware_flow::hls4ml_vitis);
    CHECK(network.input == image_shape{4, 5, 2});
    CHECK(network.input_format == fixed_point{.format = {10, 4}});
    REQUIRE(network.steps.size() == 4);
    const std::vector<layer_spec> layers = network.layers();
    REQUIRE(layers.size() == 2);
    CHECK(layers[0] == conv2d{.name = "conv",
                           .height = 4,
                           .width = 5,
                           .channels = 2,
                           .filters = 3,
                           .kernel_height = 2,
                           .kernel_width = 2,
                           .strategy = strategy::latency,
                           .weight = {12, 4},
                           .data = {10, 4},
                           .accum = {30, 12}});
    CHECK(layers[1] == dense{.name = "fc",
                           .inputs = 6,
                           .outputs = 4,
                           .strategy = strategy::resource_unrolled,
                           .reuse_factor = 3,
                           .weight = {12, 4},
                           .data = {12, 5},
                           .accum = {30, 12}});
    const auto& fc = std::get<hls4ml_layer>(network.steps[3]).kernels[0];
    CHECK(fc.order == layout::hardware);
    CHECK(fc.shape == here.fc.shape);
    CHECK(fc.weights == here.fc.values);
    CHECK(fc.biases == here.fc_bias.values);
    CHECK(fc.formats.bias.format == precision{14, 6});
    const auto& relu = std::get<integer_relu>(network.steps[1]);
    CHECK(relu.result == fixed_point{{12, 5}, rounding::rnd_conv});
}

TEST_CASE("the network in integers computes what loops over its files do")
{
    const project here;
    hls4ml_network network = read_hls4ml(here.path);
    const npy_array<double> rows = numbers({20, 40}, 9);
    const integer_network integers = network.integers();
    int large = 0;
    for (std::size_t row = 0; row < 20; ++row) {
        std::vector<double> x(rows.values.begin() + static_cast<std::ptrdiff_t>(40 * row),
            rows.values.begin() + static_cast<std::ptrdiff_t>(40 * (row + 1)));
        for (double& value : x)
            value = down(4 * value, 10, 4);
        // No format of this network is left, so the sums are those of real numbers, until a result.
        double pooled[2][3] = {};
        for (std::size_t filter = 0; filter < 3; ++filter)
            for (std::size_t across = 0; across < 2; ++across)
                for (std::size_t r = 0; r < 3; ++r)
                    for (std::size_t c = 2 * across; c < 2 * across + 2; ++c) {
                        double sum = down(here.conv_bias.values[filter], 14, 6);
                        for (std::size_t i = 0; i < 2; ++i)
                            for (std::size_t j = 0; j < 2; ++j)
                                for (std::size_t channel = 0; channel < 2; ++channel)
                                    sum +=
                                        down(here.conv
                                                 .values[((i * 2 + j) * 2 + channel) * 3 + filter],
                                            12, 4) *
                                        x[((r + i) * 5 + c + j) * 2 + channel];
                        // Ties to even, as nearbyint rounds.
                        const double relu =
                            std::max(std::nearbyint(down(sum, 24, 10) * 128) / 128, 0.0);
                        pooled[across][filter] = std::max(pooled[across][filter], relu);
                    }
        const std::vector<double> y = integers(std::span<const double>(x));
        REQUIRE(y.size() == 4);
        for (std::size_t out = 0; out < 4; ++out) {
            double sum = down(here.fc_bias.values[out], 14, 6);
            for (std::size_t in = 0; in < 6; ++in)
                sum += down(here.fc.values[out * 6 + in], 12, 4) * pooled[in / 3][in % 3];
            CHECK(y[out] == sum);
            large += std::abs(sum) > 1 ? 1 : 0;
        }
    }
    CHECK(large > 20);
}

TEST_CASE("weights are brought to the values that their formats have")
{
    const project here;
    hls4ml_network network = read_hls4ml(here.path);
    const auto before = network.integers()(std::span<const double>(numbers({40}, 5).values));
    network.quantize();
    const auto& conv = std::get<hls4ml_layer>(network.steps[0]).kernels[0];
    for (std::size_t i = 0; i < conv.weights.size(); ++i)
        CHECK(conv.weights[i] == down(here.conv.values[i], 12, 4));
    CHECK(conv.biases[0] == down(here.conv_bias.values[0], 14, 6));
    CHECK(network.integers()(std::span<const double>(numbers({40}, 5).values)) == before);
}

TEST_CASE("what goes back has the order and the shape of hls4ml's variables")
{
    const project here;
    hls4ml_network network = read_hls4ml(here.path);
    network.quantize();
    // The filters of the convolution are the last index; 0 and 1 of the multipliers of fc go, and
    // one weight of another.
    std::vector<std::vector<std::uint8_t>> masks{
        std::vector<std::uint8_t>(24, 1), std::vector<std::uint8_t>(24, 1)};
    for (std::size_t i = 0; i < 24; i += 3)
        masks[0][i] = 0;
    for (const int i : {0, 1, 2, 3, 4, 5, 9})
        masks[1][static_cast<std::size_t>(i)] = 0;
    std::size_t at = 0;
    CHECK_THROWS_WITH_AS(write_hls4ml(here.path, network, masks),
        doctest::Contains("a pruned weight is zero (layer = 'conv', index = 0"),
        std::invalid_argument);
    CHECK_FALSE(std::filesystem::exists(here.path / "pruned.json"));
    for (const weight_view& view : network.weights().weights)
        view.mask(masks[at++]);
    write_hls4ml(here.path, network, masks);

    const auto json = ordered_json::parse(contents_of(here.path / "pruned.json"));
    CHECK(json.at("espalier") == 1);
    REQUIRE(json.at("kernels").size() == 2);
    const auto& conv = json["kernels"][0];
    const auto& fc = json["kernels"][1];
    CHECK(conv.at("layer") == "conv");
    CHECK(conv.at("name") == "weight");
    CHECK(conv.at("bias_name") == "bias");
    CHECK_FALSE(conv.contains("multipliers"));
    CHECK(fc.at("multipliers") == 6); // of 8; the one with a single zero is built
    const auto read = [&](const ordered_json& file) {
        return read_npy<double>(here.path / file.get<std::string>());
    };
    CHECK(read(conv.at("weights")).shape == here.conv.shape);
    for (std::size_t i = 0; i < 24; ++i) {
        CHECK(read(conv.at("weights")).values[i] ==
              (i % 3 == 0 ? 0 : down(here.conv.values[i], 12, 4)));
        CHECK(read(fc.at("weights")).values[i] ==
              (masks[1][i] == 0 ? 0 : down(here.fc.values[i], 12, 4)));
    }
    CHECK(read(fc.at("biases")).shape == std::vector<std::int64_t>{4});
    CHECK(read_npy<std::uint8_t>(here.path / fc.at("mask").get<std::string>(), {4, 6}) == masks[1]);
    CHECK_THROWS_WITH_AS(write_hls4ml(here.path / "none", network, masks),
        doctest::Contains("a file can be written where it is to be"), std::invalid_argument);
    masks.pop_back();
    CHECK_THROWS_WITH_AS(write_hls4ml(here.path, network, masks),
        "there is a mask for each weight matrix (masks = 1, layer = 'fc')", std::invalid_argument);
    masks.emplace_back(23);
    CHECK_THROWS_WITH_AS(write_hls4ml(here.path, network, masks),
        "a mask has an entry for every weight (given = 23, weights = 24)", std::invalid_argument);
}

TEST_CASE("files that say something else are refused by what is wrong")
{
    project here;
    const ordered_json sound = here.network;
    const auto refused = [&](const std::string& sentence,
                             const std::function<void(ordered_json&)>& change) {
        here.network = sound;
        change(here.network);
        here.write();
        CHECK_THROWS_WITH_AS((void)read_hls4ml(here.path), doctest::Contains(sentence.c_str()),
            std::invalid_argument);
    };
    const auto layer = [](ordered_json& n, std::size_t i) -> ordered_json& {
        return n["layers"][i];
    };
    refused("a network file has a version that is known here (version = 2, known = 1)",
        [](auto& n) { n["espalier"] = 2; });
    refused(
        "a network file says everything that is needed (in = 'the network', missing = 'backend')",
        [](auto& n) { n.erase("backend"); });
    refused("a network file is of a backend that is known (backend = 'Quartus')",
        [](auto& n) { n["backend"] = "Quartus"; });
    refused("an input has one to three extents", [](auto& n) { n["input"] = {1, 2, 3, 4}; });
    refused("a name in a network file is one that is known (in = 'the network', field = 'io_type', "
            "name = 'io_serial')",
        [](auto& n) { n["io_type"] = "io_serial"; });
    refused("a network file says nothing that is not known (in = 'the network', fields = 7",
        [](auto& n) { n["clock"] = 5; });
    refused("a network file says nothing that is not known (in = 'a layer'",
        [&](auto& n) { layer(n, 3)["reuse"] = 5; });
    refused("a network file has layers of kinds that are known (layer = 'relu', kind = 'softmax')",
        [&](auto& n) { layer(n, 1)["kind"] = "softmax"; });
    for (const ordered_json& value : {ordered_json("3"), ordered_json(2.5), ordered_json(1LL << 40),
             ordered_json(true), ordered_json(nullptr)})
        refused("a field of a network file has a value of its type (in = 'a layer', field = "
                "'reuse_factor', value = '" +
                    value.dump(),
            [&](auto& n) { layer(n, 3)["reuse_factor"] = value; });
    refused("a network file has an object where one belongs",
        [&](auto& n) { layer(n, 3)["data"] = 16; });
    refused("a fixed-point width is between 1 and 64 bits",
        [&](auto& n) { layer(n, 3)["data"]["width"] = 65; });
    refused("a layer has at least one input", [&](auto& n) { layer(n, 3).erase("inputs"); });
    refused("a kernel needs every weight of its matrix (layer = 'fc', given = 24, weights = 20)",
        [&](auto& n) { layer(n, 3)["inputs"] = 5; });
    refused("an integer layer has a kernel for each of its matrices",
        [&](auto& n) { layer(n, 3)["kernels"] = ordered_json::array(); });
    refused("a kernel has one bias for each output, or none",
        [&](auto& n) { layer(n, 3)["kernels"][0]["biases"] = "conv.bias.npy"; });
    refused("a file that is named is there and can be read",
        [&](auto& n) { layer(n, 3)["kernels"][0]["weights"] = "none.npy"; });
    refused("every layer has a name of its own", [&](auto& n) { layer(n, 3)["name"] = "conv"; });
    refused(
        "a network has at least one layer", [](auto& n) { n["layers"] = ordered_json::array(); });
    refused("a layer name has at most 31 characters",
        [&](auto& n) { layer(n, 3)["name"] = std::string(32, 'x'); });

    here.network = sound;
    here.write();
    here.fc.values[5] = std::numeric_limits<double>::quiet_NaN();
    write_npy(here.path / "fc.weight.npy", here.fc);
    CHECK_THROWS_WITH_AS((void)read_hls4ml(here.path),
        doctest::Contains("every weight is finite (layer = 'fc'"), std::invalid_argument);
    write_npy<float>(here.path / "fc.weight.npy", {{4, 6}, std::vector<float>(24)});
    CHECK_THROWS_WITH_AS((void)read_hls4ml(here.path),
        doctest::Contains("an array file holds numbers of the type that is asked for"),
        std::invalid_argument);
    const std::string text = contents_of(here.path / "network.json");
    (void)here.file("network.json", text.substr(0, text.size() / 2));
    CHECK_THROWS_WITH_AS((void)read_hls4ml(here.path),
        doctest::Contains("a network file is JSON (file = '"), std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)read_hls4ml(here.path / "none"),
        doctest::Contains("a file that is named is there and can be read"), std::invalid_argument);
}

TEST_CASE("every kind of layer has its kernels")
{
    const temporary_folder here;
    const auto entry = [&](const char* name, const std::vector<std::int64_t>& shape) {
        const std::string file = std::string(name) + ".npy";
        write_npy(here.path / file, numbers(shape, 6));
        return ordered_json{{"name", name}, {"order", "keras"}, {"weights", file},
            {"weight", format(16, 6)}, {"bias", format(16, 6)}, {"accum", format(16, 6)}};
    };
    const auto read = [&](ordered_json layer) {
        layer["name"] = "one";
        layer["data"] = layer["result"] = format(16, 6);
        const ordered_json network{{"espalier", 1}, {"backend", "Vivado"}, {"io_type", "io_stream"},
            {"input", {7}}, {"input_format", format(16, 6)}, {"layers", {layer}}};
        (void)here.file("network.json", network.dump());
        return read_hls4ml(here.path);
    };
    auto network = read({{"kind", "lstm"}, {"inputs", 3}, {"outputs", 2}, {"timesteps", 5},
        {"strategy", "latency"}, {"reuse_factor", 3}, {"second_reuse_factor", 2},
        {"kernels", {entry("weight", {3, 8}), entry("recurrent_weight", {2, 8})}}});
    CHECK(network.flow == hardware_flow::hls4ml_vivado);
    CHECK(network.layers()[0] == lstm{.name = "one",
                                     .inputs = 3,
                                     .units = 2,
                                     .timesteps = 5,
                                     .strategy = strategy::latency,
                                     .reuse_factor = 3,
                                     .recurrent_reuse_factor = 2,
                                     .io = io_type::io_stream});
    network = read({{"kind", "separable_conv2d"}, {"height", 4}, {"width", 4}, {"channels", 2},
        {"filters", 3}, {"kernel_height", 2}, {"kernel_width", 2},
        {"kernels", {entry("depthwise", {2, 2, 2, 1}), entry("pointwise", {1, 1, 2, 3})}}});
    CHECK(network.weights().weights.size() == 2);
    CHECK(network.weights().weights[1].size() == 6);
    // A dense layer of one output over all, y = x / 8 + 1 of each, and the mean of two.
    write_npy<double>(here.path / "scale.npy", {{4}, std::vector<double>(4, 0.125)});
    write_npy<double>(here.path / "shift.npy", {{4}, std::vector<double>(4, 1)});
    const ordered_json pass{{"name", "linear"}, {"kind", "linear"}, {"result", format(16, 8)}};
    const ordered_json norm{{"name", "norm"}, {"kind", "batch_normalization"},
        {"scale_values", "scale.npy"}, {"bias_values", "shift.npy"}, {"scale", format(16, 6)},
        {"bias", format(16, 6)}, {"result", format(16, 8)}};
    const ordered_json pool{{"name", "pool"}, {"kind", "average_pooling"}, {"height", 1},
        {"width", 2}, {"stride_height", 1}, {"stride_width", 2}, {"counts_padding", false},
        {"padding", "valid"}, {"accum", format(18, 10)}, {"result", format(16, 8)}};
    ordered_json out{{"name", "out"}, {"kind", "dense"}, {"strategy", "latency"}, {"inputs", 4},
        {"outputs", 1}, {"data", format(16, 8)}, {"result", format(24, 12)},
        {"kernels", {entry("weight", {4, 1})}}};
    const std::vector<double> weights = numbers({4, 1}, 6).values;
    const ordered_json all{{"espalier", 1}, {"backend", "Vivado"}, {"io_type", "io_parallel"},
        {"input", {1, 2, 4}}, {"input_format", format(16, 6)}, {"layers", {pass, norm, pool, out}}};
    (void)here.file("network.json", all.dump());
    network = read_hls4ml(here.path);
    CHECK(network.input == image_shape{1, 2, 4});
    const std::vector<double> x{1, 2, 3, 4, 5, 6, 7, 8}; // means 3, 4, 5, 6
    double expected = 0;
    for (std::size_t i = 0; i < 4; ++i)
        expected += down(down(weights[i], 16, 6) * (static_cast<double>(i + 3) / 8 + 1), 16, 6);
    CHECK(network.integers()(std::span<const double>(x)) == std::vector<double>{expected});
}
