// SPDX-License-Identifier: Apache-2.0
// Emits random networks with their vectors, and a program that runs them all:
// emit_kernels FOLDER COUNT [SEED]

#include "literal_network.hpp"
#include "random_networks.hpp"

#include <espalier/hls/write_network.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

namespace {

void emit(const std::filesystem::path& folder, const espalier::kernel_network& network,
    std::mt19937_64& random)
{
    const espalier::kernel_wire in = espalier::wires_of(network).front();
    std::vector<std::int64_t> inputs;
    std::vector<std::int64_t> expected;
    for (int v = 0; v < 4; ++v) {
        const auto x =
            random_networks::raws(random, in.format.format, static_cast<std::size_t>(in.size()));
        const auto y = literal_network::run(network, x);
        inputs.insert(inputs.end(), x.begin(), x.end());
        expected.insert(expected.end(), y.begin(), y.end());
    }
    std::ofstream header(folder / (network.name + ".h"));
    espalier::write_network(header, network);
    std::ofstream bench(folder / (network.name + "_test.cpp"));
    espalier::write_test_bench(bench, network);
    std::ofstream vectors(folder / (network.name + ".txt"));
    espalier::write_vectors(vectors, network, inputs, expected);
}

} // namespace

int main(int argc, char** argv)
try {
    const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
    const int count = argc > 2 ? std::atoi(argv[2]) : 10;
    std::mt19937_64 random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
    std::filesystem::create_directories(folder);
    std::ofstream all(folder / "all.cpp");
    all << "#include \"random0.h\"\n"; // the number types, before their sc_main has another name
    std::string calls;
    for (int i = 0; i < count; ++i) {
        const std::string name = "random" + std::to_string(i);
        emit(folder, random_networks::network(random, name), random);
        // Each test bench is a program of its own; here they are functions of one.
        all << "#define "
            << "BENCH_MAIN bench_" << name << "\n#define sc_main BENCH_MAIN\n"
            << "#define main BENCH_MAIN\n#include \"" << name
            << "_test.cpp\"\n#undef main\n#undef sc_main\n#undef BENCH_MAIN\n";
        calls += "    {\n        std::string file = folder + \"/" + name +
                 ".txt\";\n        char* arguments[] = {argv[0], &file[0]};\n"
                 "        failed += bench_" +
                 name + "(2, arguments) == 0 ? 0 : 1;\n    }\n";
    }
    all << "#include <string>\n#if defined(ESPALIER_SYSTEMC)\nint sc_main(int argc, char** argv)\n"
        << "#else\nint main(int argc, char** argv)\n#endif\n{\n"
        << "    const std::string folder = argc > 1 ? argv[1] : \".\";\n    int failed = 0;\n"
        << calls << "    std::printf(\"%d of " << count
        << " networks differ\\n\", failed);\n    return failed == 0 ? 0 : 1;\n}\n";
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
