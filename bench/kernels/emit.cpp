// SPDX-License-Identifier: Apache-2.0
// Emits whole networks with vectors, for kernels.sh to compile and run:
//   emit jets FOLDER DATA KEPT RF in_place|packed   the jets MLP, with its trained weights and rows
//   emit lenet FOLDER DATA KEPT IMAGES              LeNet, random weights, Fashion-MNIST images
// KEPT is the percentage of multipliers that stay in each layer: those with the largest weights.

#include "shared/idx_file.hpp"

#include <espalier/espalier.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace {

/// Sets the weights of the multipliers to zero whose sum of squares is not among the largest.
void prune(const esp::weight_matrix& m, std::vector<double>& weights, int kept_percent)
{
    std::vector<double> value(static_cast<std::size_t>(m.multipliers()));
    const auto multiplier = [&](std::size_t flat) {
        return flat / static_cast<std::size_t>(m.reuse_factor);
    };
    for (std::size_t flat = 0; flat < weights.size(); ++flat)
        value[multiplier(flat)] += weights[flat] * weights[flat];
    std::vector<std::size_t> order(value.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(
        order, std::ranges::greater{}, [&](std::size_t g) { return value[g]; });
    for (std::size_t i = value.size() * static_cast<std::size_t>(kept_percent) / 100;
         i < order.size(); ++i)
        value[order[i]] = -1;
    for (std::size_t flat = 0; flat < weights.size(); ++flat)
        if (value[multiplier(flat)] < 0)
            weights[flat] = 0;
}

std::vector<float> floats_of(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    std::vector<float> numbers(std::filesystem::file_size(file) / sizeof(float));
    stream.read(reinterpret_cast<char*>(numbers.data()),
        static_cast<std::streamsize>(numbers.size() * sizeof(float)));
    if (!stream)
        throw std::runtime_error("cannot read " + file.string());
    return numbers;
}

void write(const std::filesystem::path& folder, const esp::kernel_network& network,
    const std::vector<std::int64_t>& inputs)
{
    const auto start = std::chrono::steady_clock::now();
    std::ostringstream header;
    esp::write_network(header, network);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    esp::write_kernels(folder, network, inputs);
    std::printf("%s: a header of %zu KB in %.3f s\n", network.name().c_str(),
        header.str().size() / 1000, seconds);
    for (const esp::kernel_stage& stage : network.stages())
        if (const auto* product = std::get_if<esp::product_stage>(&stage.layer))
            std::printf("  %s: %lld of %lld multipliers\n", product->layer.name.characters.data(),
                static_cast<long long>(product->schedule.multipliers()),
                static_cast<long long>(product->schedule.matrix().multipliers()));
}

void jets(const std::filesystem::path& folder, const std::filesystem::path& data, int kept,
    int reuse_factor, esp::memory_layout memory)
{
    const std::vector<float> numbers = floats_of(data / "jets_mlp_16_64_32_32_5_keras.f32");
    const std::vector<float> rows = floats_of(data / "jets_features.f32");
    const esp::precision format{16, 6};
    esp::kernel_network network("jets", {1, 1, 16}, format);
    constexpr int sizes[] = {16, 64, 32, 32, 5};
    std::span<const float> rest(numbers);
    for (std::size_t i = 0; i < 4; ++i) {
        const std::string name = "fc" + std::to_string(i + 1);
        const esp::layer_spec layer = esp::dense{.name = name.c_str(),
            .inputs = sizes[i],
            .outputs = sizes[i + 1],
            .strategy = esp::strategy::resource_unrolled,
            .reuse_factor = reuse_factor,
            .weight = format};
        const esp::weight_matrix m = esp::matrices_of(layer)[0];
        const auto weights = static_cast<std::size_t>(m.weights());
        const auto outputs = static_cast<std::size_t>(m.n_out());
        esp::real_kernel real = esp::in_hardware_order(
            m, esp::layout::keras, rest.first(weights), rest.subspan(weights, outputs));
        rest = rest.subspan(weights + outputs);
        prune(m, real.weights, kept);
        network.add(layer, esp::quantized(real, esp::formats_of(layer)), memory);
        if (i < 3)
            network.add(esp::integer_relu{});
    }
    write(folder, network, esp::quantized(std::span<const float>(rows), format));
}

void lenet(
    const std::filesystem::path& folder, const std::filesystem::path& data, int kept, int images)
{
    const esp::precision format{18, 8};
    const esp::layer_spec layers[] = {esp::conv2d{.name = "conv1",
                                          .height = 28,
                                          .width = 28,
                                          .channels = 1,
                                          .filters = 6,
                                          .kernel_height = 5,
                                          .kernel_width = 5,
                                          .padding = esp::padding::same,
                                          .strategy = esp::strategy::latency,
                                          .io = esp::io_type::io_stream,
                                          .weight = format},
        esp::conv2d{.name = "conv2",
            .height = 14,
            .width = 14,
            .channels = 6,
            .filters = 16,
            .kernel_height = 5,
            .kernel_width = 5,
            .strategy = esp::strategy::latency,
            .io = esp::io_type::io_stream,
            .weight = format},
        esp::dense{.name = "fc1",
            .inputs = 400,
            .outputs = 120,
            .strategy = esp::strategy::resource_unrolled,
            .reuse_factor = 25,
            .weight = format},
        esp::dense{.name = "fc2",
            .inputs = 120,
            .outputs = 84,
            .strategy = esp::strategy::resource_unrolled,
            .reuse_factor = 12,
            .weight = format},
        esp::dense{.name = "fc3",
            .inputs = 84,
            .outputs = 10,
            .strategy = esp::strategy::latency,
            .weight = format}};
    esp::kernel_network network("lenet", {28, 28, 1}, format, esp::io_type::io_stream);
    std::mt19937_64 random(1);
    for (const esp::layer_spec& layer : layers) {
        const esp::weight_matrix m = esp::matrices_of(layer)[0];
        // He's initialisation, by which sums neither vanish nor overflow.
        std::normal_distribution<double> weight(
            0, std::sqrt(2.0 / static_cast<double>(m.n_in()) * 100 / kept));
        std::normal_distribution<double> bias(0, 0.1);
        esp::real_kernel real;
        for (std::int64_t i = 0; i < m.weights(); ++i)
            real.weights.push_back(weight(random));
        for (std::int64_t i = 0; i < m.n_out(); ++i)
            real.biases.push_back(bias(random));
        prune(m, real.weights, kept);
        network.add(layer, esp::quantized(real, esp::formats_of(layer)));
        if (layer.name.view() != "fc3")
            network.add(esp::integer_relu{});
        if (layer.kind == esp::layer_kind::conv2d)
            network.add(esp::integer_pooling{});
    }
    const example::idx_array all = example::read_idx(data / "t10k-images-idx3-ubyte.gz");
    std::vector<std::int64_t> inputs;
    for (std::size_t i = 0; i < static_cast<std::size_t>(images) * 28 * 28; ++i)
        inputs.push_back(esp::quantized(all.bytes.at(i) / 255.0, format));
    write(folder, network, inputs);
}

} // namespace

int main(int argc, char** argv)
try {
    const std::vector<std::string> arguments(argv, argv + argc);
    if (argc == 7 && arguments[1] == "jets")
        jets(arguments[2], arguments[3], std::stoi(arguments[4]), std::stoi(arguments[5]),
            arguments[6] == "packed" ? esp::memory_layout::packed : esp::memory_layout::in_place);
    else if (argc == 6 && arguments[1] == "lenet")
        lenet(arguments[2], arguments[3], std::stoi(arguments[4]), std::stoi(arguments[5]));
    else
        throw std::runtime_error("emit jets FOLDER DATA KEPT RF in_place|packed, or "
                                 "emit lenet FOLDER DATA KEPT IMAGES");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
