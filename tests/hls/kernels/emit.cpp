// SPDX-License-Identifier: Apache-2.0
// Emits random networks with their vectors, and a program that runs them all:
// emit_kernels FOLDER COUNT [SEED [mild]]

#include "random_networks.hpp"

#include <espalier/hls/write_test_bench.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

void emit(const std::filesystem::path& folder, const espalier::kernel_network& network,
    random_networks::generator& random)
{
    const espalier::kernel_wire& in = network.input();
    std::vector<std::int64_t> inputs;
    for (int v = 0; v < 4; ++v) {
        const auto x = random_networks::raws(
            random, in.format.format, static_cast<std::size_t>(in.shape.size()));
        inputs.insert(inputs.end(), x.begin(), x.end());
    }
    espalier::write_kernels(folder / network.name(), network, inputs);
}

} // namespace

int main(int argc, char** argv)
try {
    const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
    const int count = argc > 2 ? std::atoi(argv[2]) : 10;
    random_networks::generator random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1,
        argc > 4 && argv[4] == std::string("mild"));
    std::filesystem::create_directories(folder);
    std::ofstream all(folder / "all.cpp");
    all << "#include \"random0/random0.h\"\n"; // the number types, before their sc_main has another
                                               // name
    std::string calls;
    for (int i = 0; i < count; ++i) {
        const std::string name = "random" + std::to_string(i);
        emit(folder,
            i % 4 == 3   ? random_networks::choosing_network(random, name)
            : i % 4 == 1 ? random_networks::separable_network(random, name)
                         : random_networks::network(random, name),
            random);
        // Each test bench is a program of its own; here they are functions of one.
        all << "#define "
            << "BENCH_MAIN bench_" << name << "\n#define sc_main BENCH_MAIN\n"
            << "#define main BENCH_MAIN\n#include \"" << name << '/' << name
            << "_test.cpp\"\n#undef main\n#undef sc_main\n#undef BENCH_MAIN\n";
        calls += "    {\n        std::string file = folder + \"/" + name +
                 "/vectors.txt\";\n        char* arguments[] = {argv[0], &file[0]};\n"
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
