// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/detail/kernel_support.hpp>
#include <espalier/hls/kernel.hpp>
#include <espalier/hls/write_kernel.hpp>
#include <espalier/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <variant>
#include <vector>

// A whole network as one header: what all kernels share, a struct for each layer, and a top
// function that connects them as a dataflow region. Images travel as streams of pixels or as
// arrays, vectors as arrays. And a test bench that runs vectors through the top function and
// compares bits.

namespace espalier {

namespace detail {

/// The names of the structs of the stages.
inline std::vector<std::string> stage_names(const kernel_network& network)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < network.stages.size(); ++i) {
        std::string name = "stage" + std::to_string(i);
        if (const kernel* k = std::get_if<kernel>(&network.stages[i]))
            name = identifier_of(named(k->layer, i).name.view());
        else if (std::holds_alternative<relu_stage>(network.stages[i]))
            name += "_relu";
        else
            name += "_pool";
        name += "_kernel";
        // Two layers whose names differ in signs that C++ does not take.
        while (std::ranges::find(names, name) != names.end())
            name.insert(0, "n");
        names.push_back(name);
    }
    return names;
}

inline std::string array_of(const std::string& name, const kernel_wire& wire)
{
    return name + "[" + std::to_string(wire.size()) + "]";
}
inline std::string stream_of(const std::string& type, const kernel_wire& wire)
{
    return "espalier_kernels::stream<espalier_kernels::pixel<" + type + ", " +
           std::to_string(wire.channels) + "> >";
}

inline void write_stage(std::ostream& out, const kernel_stage& stage, const std::string& name,
    const kernel_wire& before, const kernel_wire& after)
{
    if (const kernel* k = std::get_if<kernel>(&stage)) {
        write_kernel(out, *k, name, before.format);
    } else if (const auto* pool = std::get_if<max_pool_stage>(&stage)) {
        out << "struct " << name << "_shape {\n    typedef " << type_of(before.format)
            << " data_t;\n    typedef data_t result_t;\n";
        write_shape(out,
            {before.height, before.width, before.channels, before.channels, pool->height,
                pool->width, pool->stride_height, pool->stride_width, after.height, after.width});
        out << "};\ntypedef espalier_kernels::largest<" << name << "_shape> " << name << ";\n";
    } else {
        out << "struct " << name << " {\n    typedef " << type_of(before.format)
            << " data_t;\n    typedef " << type_of(after.format) << " result_t;\n};\n";
    }
    out << '\n';
}

/// Writes the call of a stage; what it reads and writes are names.
inline void write_call(std::ostream& out, const kernel_stage& stage, const std::string& name,
    const kernel_wire& before, const std::string& from, const std::string& to)
{
    const kernel* k = std::get_if<kernel>(&stage);
    const std::string types = name + "::data_t, " + name + "::result_t, ";
    if (k != nullptr && !is_convolution(k->layer.kind))
        out << "    " << name << "::product(" << from << ", " << to << ");\n";
    else if (std::holds_alternative<relu_stage>(stage))
        out << "    espalier_kernels::relu<" << types
            << (before.is_stream
                       ? std::to_string(before.pixels()) + ", " + std::to_string(before.channels)
                       : std::to_string(before.size()))
            << ">(" << from << ", " << to << ");\n";
    else
        out << "    espalier_kernels::slide<" << name << ">(" << from << ", " << to << ");\n";
}

} // namespace detail

/// Writes a network as a self-contained header.
/// \throws std::invalid_argument if it cannot become kernels; nothing is written then
inline void write_network(std::ostream& out, const kernel_network& network)
{
    const std::vector<kernel_wire> wires = wires_of(network);
    const std::vector<std::string> names = detail::stage_names(network);
    const std::string space = detail::identifier_of(network.name);
    const std::size_t stages = network.stages.size();
    out << "// Kernels of a pruned network, made by Espalier " << ESPALIER_VERSION_MAJOR << "."
        << ESPALIER_VERSION_MINOR << "." << ESPALIER_VERSION_PATCH
        << ". Multipliers that were pruned are not here.\n#ifndef ESPALIER_NETWORK_" << space
        << "\n#define ESPALIER_NETWORK_" << space << "\n\n"
        << detail::kernel_support << "\nnamespace " << space << " {\n\n";
    for (std::size_t i = 0; i < stages; ++i)
        detail::write_stage(out, network.stages[i], names[i], wires[i], wires[i + 1]);

    const auto type = [&](std::size_t wire) {
        return wire == 0 ? names[0] + "::data_t" : names[wire - 1] + "::result_t";
    };
    const auto declared = [&](std::size_t wire, const std::string& name, bool is_parameter) {
        if (!wires[wire].is_stream)
            return (is_parameter && wire == 0 ? "const " : "") + type(wire) + " " +
                   detail::array_of(name, wires[wire]);
        return detail::stream_of(type(wire), wires[wire]) + (is_parameter ? "& " : " ") + name;
    };
    out << "typedef " << type(0) << " input_t;\ntypedef " << type(stages) << " output_t;\n\n"
        << "/// " << wires.front().size() << " numbers in, " << wires.back().size() << " out.\n"
        << "inline void top(" << declared(0, "input", true) << ", "
        << declared(stages, "output", true) << ")\n{\n#pragma HLS DATAFLOW\n";
    std::string from = "input";
    kernel_wire before = wires[0];
    for (std::size_t i = 0; i < stages; ++i) {
        const auto* k = std::get_if<kernel>(&network.stages[i]);
        if (before.is_stream && k != nullptr && !is_convolution(k->layer.kind)) {
            before.is_stream = false;
            const std::string flat = "flat" + std::to_string(i);
            out << "    " << type(i) << " " << detail::array_of(flat, before) << ";\n"
                << "#pragma HLS ARRAY_PARTITION variable=" << flat << " complete\n"
                << "    espalier_kernels::flatten<" << type(i) << ", " << before.pixels() << ", "
                << before.channels << ">(" << from << ", " << flat << ");\n";
            from = flat;
        }
        std::string to = "output";
        if (i + 1 < stages) {
            to = "wire" + std::to_string(i + 1);
            out << "    " << declared(i + 1, to, false) << ";\n";
            if (wires[i + 1].is_stream)
                out << "#pragma HLS STREAM variable=" << to << " depth=" << wires[i + 1].width + 2
                    << "\n";
            else
                out << "#pragma HLS ARRAY_PARTITION variable=" << to << " complete\n";
        }
        detail::write_call(out, network.stages[i], names[i], before, from, to);
        from = to;
        before = wires[i + 1];
    }
    out << "}\n\n} // namespace " << space << "\n#endif\n";
}

/// Writes a test bench for the header of a network: a program that is given the name of a file with
/// vectors (`write_vectors`), runs them through the top function and answers 0 if all bits are
/// those expected.
/// \throws std::invalid_argument if the network cannot become kernels; nothing is written then
inline void write_test_bench(std::ostream& out, const kernel_network& network)
{
    const std::vector<kernel_wire> wires = wires_of(network);
    const std::string space = detail::identifier_of(network.name);
    const auto put = [&](const kernel_wire& wire, const char* name, const char* type) {
        const std::string full = space + "::" + type;
        return wire.is_stream ? detail::stream_of(full, wire) + " " + name
                              : full + " " + detail::array_of(name, wire);
    };
    const kernel_wire& in = wires.front();
    const kernel_wire& answer = wires.back();
    out << "// Runs vectors through the kernels and compares bits: program vectors.txt\n"
        << "#include \"" << space << ".h\"\n\n"
        << "#include <cmath>\n#include <cstdio>\n#include <fstream>\n\n"
        << "#if defined(ESPALIER_SYSTEMC)\nint sc_main(int argc, char** argv)\n"
        << "#else\nint main(int argc, char** argv)\n#endif\n{\n"
        << "    std::ifstream vectors(argc > 1 ? argv[1] : \"vectors.txt\");\n"
        << "    long count = 0;\n    if (!(vectors >> count)) {\n"
        << "        std::fprintf(stderr, \"there are no vectors to read\\n\");\n        return 2;\n"
        << "    }\n    long different = 0;\n"
        << "    for (long v = 0; v < count; ++v) {\n"
        << "        " << put(in, "input", "input_t") << ";\n"
        << "        " << put(answer, "output", "output_t") << ";\n"
        << "        for (int p = 0; p < " << in.pixels() << "; ++p) {\n"
        << (in.is_stream ? "            espalier_kernels::pixel<" + space + "::input_t, " +
                               std::to_string(in.channels) + "> at;\n"
                         : std::string())
        << "            for (int c = 0; c < " << in.channels << "; ++c) {\n"
        << "                long long raw = 0;\n                vectors >> raw;\n"
        << "                "
        << (in.is_stream ? "at.at[c]" : "input[p * " + std::to_string(in.channels) + " + c]")
        << " = " << space << "::input_t(std::ldexp(static_cast<double>(raw), -("
        << detail::fraction_of(in.format.format) << ")));\n            }\n"
        << (in.is_stream ? "            input.write(at);\n" : "") << "        }\n"
        << "        " << space << "::top(input, output);\n"
        << "        for (int p = 0; p < " << answer.pixels() << "; ++p) {\n"
        << (answer.is_stream
                   ? "            const espalier_kernels::pixel<" + space + "::output_t, " +
                         std::to_string(answer.channels) + "> at = output.read();\n"
                   : std::string())
        << "            for (int c = 0; c < " << answer.channels << "; ++c) {\n"
        << "                long long expected = 0;\n                vectors >> expected;\n"
        << "                const double is = "
        << (answer.is_stream ? "at.at[c]"
                             : "output[p * " + std::to_string(answer.channels) + " + c]")
        << ".to_double();\n"
        << "                different += std::ldexp(is, "
        << detail::fraction_of(answer.format.format)
        << ") == static_cast<double>(expected) ? 0 : 1;\n            }\n        }\n"
        << "        if (!vectors) {\n"
        << "            std::fprintf(stderr, \"the vectors end too early\\n\");\n"
        << "            return 2;\n        }\n    }\n"
        << "    std::printf(\"%ld vectors, %ld numbers differ\\n\", count, different);\n"
        << "    return different == 0 && count > 0 ? 0 : 1;\n}\n";
}

/// Writes the vectors of a test bench: their number, then for each its input and what is expected,
/// as raw integers.
/// \param inputs    raw, vector after vector
/// \param expected  raw, likewise
/// \throws std::invalid_argument if these are not whole vectors, as many of both
inline void write_vectors(std::ostream& out, const kernel_network& network,
    std::span<const std::int64_t> inputs, std::span<const std::int64_t> expected)
{
    const std::vector<kernel_wire> wires = wires_of(network);
    const auto in = static_cast<std::size_t>(wires.front().size());
    const auto answer = static_cast<std::size_t>(wires.back().size());
    const std::size_t count = inputs.size() / in;
    ensure(inputs.size() == count * in && expected.size() == count * answer,
        "vectors are whole inputs with as many expected outputs", given{"inputs", inputs.size()},
        given{"of", in}, given{"outputs", expected.size()}, given{"each", answer});
    out << count << '\n';
    for (std::size_t v = 0; v < count; ++v) {
        for (std::size_t i = 0; i < in; ++i)
            out << inputs[v * in + i] << ' ';
        for (std::size_t i = 0; i < answer; ++i)
            out << expected[v * answer + i] << (i + 1 < answer ? ' ' : '\n');
    }
}

} // namespace espalier
