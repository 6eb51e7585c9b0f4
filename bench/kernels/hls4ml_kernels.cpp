// SPDX-License-Identifier: Apache-2.0
// Emits random layers, and a program that compares them with hls4ml's own kernels:
//   hls4ml_kernels FOLDER COUNT [SEED]

#include "hls/kernels/random_networks.hpp"

#include <espalier/hls/write_network.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace {

void write(std::ostream& out, const std::vector<std::int64_t>& numbers)
{
    out << "integers{";
    for (const std::int64_t n : numbers)
        out << n << "LL, "; // the smallest 64-bit integer does not occur
    out << '}';
}

/// Whether hls4ml has a kernel for the layer, whose bits it would have to have.
bool is_theirs(const espalier::layer_spec& layer)
{
    const auto legal = espalier::legal_reuse_factors(espalier::matrices_of(layer)[0]);
    return legal.contains(layer.reuse_factor) && layer.kind != espalier::layer_kind::conv1d &&
           (layer.io == espalier::io_type::io_parallel ||
               layer.kind == espalier::layer_kind::dense ||
               (layer.padding == espalier::padding::valid &&
                   layer.stride_height <= layer.kernel_height &&
                   layer.stride_width <= layer.kernel_width));
}

} // namespace

int main(int argc, char** argv)
try {
    const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
    const int count = argc > 2 ? std::atoi(argv[2]) : 10;
    random_networks::generator random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1, true);
    std::filesystem::create_directories(folder);
    std::ofstream all(folder / "all.cpp");
    std::string calls;
    for (int made = 0; made < count;) {
        const std::string name = "layer" + std::to_string(made);
        const espalier::kernel_network drawn = random_networks::network(random, name);
        const auto& product = std::get<espalier::product_stage>(drawn.stages()[0].layer);
        espalier::layer_spec layer = product.layer;
        if (!is_theirs(layer))
            continue;
        layer.name = "it";
        layer.parallelization_factor = 1;
        if (layer.reuse_factor == 1 && random() % 2 == 0)
            layer.strategy = espalier::strategy::latency;
        espalier::kernel_network network(
            name, drawn.input().shape, drawn.input().format, drawn.io());
        network.add(layer, product.numbers, product.schedule.memory());
        std::ofstream header(folder / (name + ".h"));
        espalier::write_network(header, network);
        all << "#include \"" << name << ".h\"\n";

        const std::string rf = std::to_string(layer.reuse_factor);
        const char* latency = layer.strategy == espalier::strategy::latency ? ", true" : ", false";
        std::ostringstream call;
        call << "    hls4ml_kernels::";
        if (layer.kind == espalier::layer_kind::dense)
            call << "dense<" << name << "::it_kernel, " << layer.inputs << ", " << layer.outputs
                 << ", " << rf;
        else if (layer.io == espalier::io_type::io_stream)
            call << "streamed_convolution<" << name << "::it_kernel, " << rf;
        else
            call << "convolution<" << name << "::it_kernel, "
                 << (layer.padding == espalier::padding::same ? "true, " : "false, ") << rf;
        call << latency << ">(" << name << "::top,\n        ";
        const auto& emitted = std::get<espalier::product_stage>(network.stages()[0].layer);
        write(call, emitted.numbers.weights);
        call << ",\n        ";
        write(call, emitted.numbers.biases);
        calls += call.str() + ");\n";
        ++made;
    }
    all << "#include \"hls4ml_kernels.hpp\"\n\nint main()\n{\n"
        << calls << "    std::printf(\"" << count
        << " layers, %lld products compared, %lld differ\\n\",\n"
        << "        hls4ml_kernels::compared, hls4ml_kernels::different);\n"
        << "    return hls4ml_kernels::different == 0 ? 0 : 1;\n}\n";
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
