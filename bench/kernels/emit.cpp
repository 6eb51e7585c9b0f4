// SPDX-License-Identifier: Apache-2.0
// Emits whole networks with vectors, for kernels.sh to compile and run:
//   emit jets FOLDER DATA KEPT RF in_place|packed   the jets MLP, with its trained weights and rows
//   emit lenet FOLDER DATA KEPT IMAGES              LeNet, random weights, Fashion-MNIST images
// KEPT is the percentage of multipliers that stay in each layer: those with the largest weights.

#include "../lenet.hpp"
#include "shared/idx_file.hpp"

#include <espalier/espalier.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace {

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
        lenet::prune(m, real.weights, m.multipliers() * kept / 100);
        network.add(layer, esp::quantized(real, esp::formats_of(layer)), memory);
        if (i < 3)
            network.add(esp::integer_relu{});
    }
    write(folder, network, esp::quantized(std::span<const float>(rows), format));
}

void emit_lenet(
    const std::filesystem::path& folder, const std::filesystem::path& data, int kept, int images)
{
    const esp::kernel_network network = lenet::network(lenet::percent(kept));
    const example::idx_array all = example::read_idx(data / "t10k-images-idx3-ubyte.gz");
    std::vector<std::int64_t> inputs;
    for (std::size_t i = 0; i < static_cast<std::size_t>(images) * 28 * 28; ++i)
        inputs.push_back(esp::quantized(all.bytes.at(i) / 255.0, network.input().format));
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
        emit_lenet(arguments[2], arguments[3], std::stoi(arguments[4]), std::stoi(arguments[5]));
    else
        throw std::runtime_error("emit jets FOLDER DATA KEPT RF in_place|packed, or "
                                 "emit lenet FOLDER DATA KEPT IMAGES");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
