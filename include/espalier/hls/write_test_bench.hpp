// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/detail/kernel_text.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/whole_folder.hpp>
#include <espalier/hls/write_network.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <span>
#include <sstream>
#include <string>
#include <vector>

// A program that runs vectors through the kernels of a network and compares bits with what the
// integer network gives for them.

namespace espalier {

/// Writes a test bench for the header of a network. The program is given the name of a file with
/// vectors (`write_vectors`), and answers 0 if every bit is as expected.
inline void write_test_bench(std::ostream& out, const kernel_network& network)
{
    const std::string space = detail::identifier_of(network.name());
    const kernel_wire& in = network.input();
    const kernel_wire& answer = network.wire();
    const auto pixel = [&](const kernel_wire& wire, const char* type) {
        return "espalier_kernels::pixel<" + space + "::" + type + ", " +
               std::to_string(wire.shape.channels) + ">";
    };
    const auto declared = [&](const kernel_wire& wire, const char* name, const char* type) {
        return wire.is_stream ? "espalier_kernels::stream<" + pixel(wire, type) + " > " + name
                              : space + "::" + type + " " + name + "[" +
                                    std::to_string(wire.shape.size()) + "]";
    };
    const auto at = [](const kernel_wire& wire, const std::string& name) {
        return wire.is_stream ? std::string("at.at[c]")
                              : name + "[p * " + std::to_string(wire.shape.channels) + " + c]";
    };
    out << "// Runs vectors through the kernels and compares bits: program vectors.txt\n"
        << "#include \"" << space << ".h\"\n\n"
        << "#include <cmath>\n#include <cstdio>\n#include <fstream>\n\n"
        << "#if defined(ESPALIER_SYSTEMC)\nint sc_main(int argc, char** argv)\n"
        << "#else\nint main(int argc, char** argv)\n#endif\n{\n"
        << "    std::ifstream vectors(argc > 1 ? argv[1] : \"vectors.txt\");\n"
        << "    long count = 0;\n    if (!(vectors >> count)) {\n"
        << "        std::fprintf(stderr, \"there are no vectors to read\\n\");\n"
        << "        return 2;\n    }\n    long different = 0;\n"
        << "    for (long v = 0; v < count; ++v) {\n        " << declared(in, "input", "input_t")
        << ";\n        " << declared(answer, "output", "output_t") << ";\n"
        << "        for (int p = 0; p < " << in.pixels() << "; ++p) {\n";
    if (in.is_stream)
        out << "            " << pixel(in, "input_t") << " at;\n";
    out << "            for (int c = 0; c < " << in.shape.channels << "; ++c) {\n"
        << "                long long raw = 0;\n                vectors >> raw;\n"
        << "                " << at(in, "input") << " = " << space
        << "::input_t(std::ldexp(static_cast<double>(raw), -("
        << detail::fraction_of(in.format.format) << ")));\n            }\n";
    if (in.is_stream)
        out << "            input.write(at);\n";
    out << "        }\n        " << space << "::top(input, output);\n"
        << "        for (int p = 0; p < " << answer.pixels() << "; ++p) {\n";
    if (answer.is_stream)
        out << "            const " << pixel(answer, "output_t") << " at = output.read();\n";
    out << "            for (int c = 0; c < " << answer.shape.channels << "; ++c) {\n"
        << "                long long expected = 0;\n                vectors >> expected;\n"
        << "                const double is = " << at(answer, "output") << ".to_double();\n"
        << "                if (std::ldexp(is, " << detail::fraction_of(answer.format.format)
        << ") != static_cast<double>(expected))\n                    ++different;\n"
        << "            }\n        }\n        if (!vectors) {\n"
        << "            std::fprintf(stderr, \"the vectors end too early\\n\");\n"
        << "            return 2;\n        }\n    }\n"
        << "    std::printf(\"%ld vectors, %ld numbers differ\\n\", count, different);\n"
        << "    return different == 0 && count > 0 ? 0 : 1;\n}\n";
}

/// Writes vectors for a test bench: their number, then each input and what the kernels have to
/// answer, as raw integers.
/// \param inputs  raw, vector after vector
/// \throws std::invalid_argument if these are not whole vectors, or one leaves its format
inline void write_vectors(
    std::ostream& out, const kernel_network& network, std::span<const std::int64_t> inputs)
{
    const auto size = static_cast<std::size_t>(network.input().shape.size());
    ensure(!inputs.empty() && inputs.size() % size == 0,
        "a test bench is given whole inputs, at least one", given{"numbers", inputs.size()},
        given{"of an input", size});
    std::vector<std::vector<std::int64_t>> answers;
    for (std::size_t first = 0; first < inputs.size(); first += size)
        answers.push_back(network.reference().run(inputs.subspan(first, size)));
    out << answers.size() << '\n';
    for (std::size_t v = 0; v < answers.size(); ++v) {
        for (const std::int64_t raw : inputs.subspan(v * size, size))
            out << raw << ' ';
        out << '\n';
        for (const std::int64_t raw : answers[v])
            out << raw << ' ';
        out << '\n';
    }
}

/// Writes a folder with the header of a network, its test bench and vectors for it: NAME.h,
/// NAME_test.cpp and vectors.txt. It appears whole or not at all.
/// \param inputs  of the vectors, raw, one after the other
/// \throws std::invalid_argument if the vectors are not whole, if something else is in the folder
/// or
///         if it cannot be written
inline void write_kernels(const std::filesystem::path& folder, const kernel_network& network,
    std::span<const std::int64_t> inputs)
{
    const auto text = [](auto&& write) {
        std::ostringstream out;
        write(out);
        return out.str();
    };
    const std::string name = detail::identifier_of(network.name());
    const std::vector<folder_file> files{
        {name + ".h", text([&](std::ostream& out) { write_network(out, network); })},
        {name + "_test.cpp", text([&](std::ostream& out) { write_test_bench(out, network); })},
        {"vectors.txt", text([&](std::ostream& out) { write_vectors(out, network, inputs); })}};
    write_whole_folder(folder, files);
}

} // namespace espalier
