// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/detail/kernel_support.hpp>
#include <espalier/hls/detail/kernel_text.hpp>
#include <espalier/hls/detail/product_writer.hpp>
#include <espalier/hls/integer_layers.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

// A whole network as one header: what all kernels share, a struct for each layer with its number
// types, its shape and its product, and a top function that connects them as a dataflow region.
// What was pruned is not there: no multiplier, no selector that it alone needed, no word of memory.

namespace espalier {

namespace detail {

class network_writer {
public:
    network_writer(std::ostream& out, const kernel_network& network) : out_(out), network_(network)
    {
        for (std::size_t i = 0; i < network.stages().size(); ++i)
            names_.push_back(name_of_stage(i));
    }

    void write() const
    {
        const std::string space = identifier_of(network_.name());
        out_ << "// Kernels of a pruned network, made by Espalier " << ESPALIER_VERSION_MAJOR << "."
             << ESPALIER_VERSION_MINOR << "." << ESPALIER_VERSION_PATCH
             << ". Multipliers that were pruned are not here.\n#ifndef ESPALIER_NETWORK_" << space
             << "\n#define ESPALIER_NETWORK_" << space << "\n\n"
             << kernel_support << "\nnamespace " << space << " {\n\n";
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const kernel_stage& stage = network_.stages()[i];
            out_ << "struct " << names_[i] << " {\n";
            std::visit([&](const auto& layer) { write_layer(layer, stage); }, stage.layer);
            out_ << "};\n\n";
        }
        out_ << "typedef " << type_of(network_.input().format) << " input_t;\ntypedef "
             << type_of(network_.wire().format) << " output_t;\n\n";
        write_top();
        out_ << "\n} // namespace " << space << "\n#endif\n";
    }

private:
    [[nodiscard]] std::string name_of_stage(std::size_t i) const
    {
        const auto* product = std::get_if<product_stage>(&network_.stages()[i].layer);
        std::string name = (product != nullptr ? identifier_of(named(product->layer, i).name.view())
                                               : "stage" + std::to_string(i)) +
                           "_kernel";
        // Two layers may have names that differ in signs that C++ does not take.
        while (std::ranges::find(names_, name) != names_.end())
            name.insert(name.begin(), 'n');
        return name;
    }

    void write_types(const kernel_stage& stage, const fixed_point& accum) const
    {
        out_ << "    typedef " << type_of(stage.in.format) << " data_t;\n    typedef "
             << type_of(accum) << " accum_t;\n    typedef " << type_of(stage.out.format)
             << " result_t;\n";
    }

    /// Writes the extents that `slide` needs.
    void write_shape(const kernel_stage& stage, const sliding_window& down,
        const sliding_window& across, std::int64_t copies, std::int64_t cycles) const
    {
        const auto constant = [&](const char* name, std::int64_t value) {
            out_ << "    static const int " << name << " = " << value << ";\n";
        };
        // From the first pixel under the first window to the last one of image and windows.
        const auto padded = [](const sliding_window& w) {
            return std::max(w.first(w.outputs() - 1) + w.window, w.extent) - w.first(0);
        };
        constant("height", stage.in.shape.height);
        constant("width", stage.in.shape.width);
        constant("channels", stage.in.shape.channels);
        constant("filters", stage.out.shape.channels);
        constant("kernel_height", down.window);
        constant("kernel_width", across.window);
        constant("stride_height", down.stride);
        constant("stride_width", across.stride);
        constant("pad_top", -down.first(0));
        constant("pad_left", -across.first(0));
        constant("padded_height", padded(down));
        constant("padded_width", padded(across));
        constant("out_height", stage.out.shape.height);
        constant("out_width", stage.out.shape.width);
        constant("copies", copies);
        constant("cycles", cycles);
    }

    void write_layer(const product_stage& product, const kernel_stage& stage) const
    {
        const layer_spec& s = product.layer;
        const kernel_formats& f = product.numbers.formats;
        write_types(stage, f.accum);
        out_ << "    typedef " << type_of(f.weight) << " weight_t;\n    typedef " << type_of(f.bias)
             << " bias_t;\n";
        if (is_convolution(s.kind))
            write_shape(stage, {stage.in.shape.height, s.kernel_height, s.stride_height, s.padding},
                {stage.in.shape.width, s.kernel_width, s.stride_width, s.padding},
                stage.in.is_stream ? 1 : s.parallelization_factor, product.schedule.cycles());
        product_writer(out_, product).write();
    }
    void write_layer(const integer_pooling& pool, const kernel_stage& stage) const
    {
        write_types(stage, pool.accum.value_or(stage.in.format.format));
        write_shape(stage, {stage.in.shape.height, pool.height, pool.stride_height, pool.padding},
            {stage.in.shape.width, pool.width, pool.stride_width, pool.padding}, 1, 1);
        out_ << "    static void product(const data_t* window, result_t* y)\n    {\n"
             << "        espalier_kernels::";
        const precision& accum = pool.accum.value_or(stage.in.format.format).format;
        if (pool.kind == pooling::max)
            out_ << "largest<data_t, accum_t, result_t, ";
        else
            out_ << "mean<data_t, accum_t, " << bits_of(accum) << ", " << accum.width << ", "
                 << fraction_of(accum) << ", result_t, ";
        out_ << pool.height * pool.width << ", " << stage.in.shape.channels
             << ">(window, y);\n    }\n";
    }
    void write_layer(const integer_scale& norm, const kernel_stage& stage) const
    {
        write_types(stage, stage.out.format);
        const std::int64_t channels = stage.in.shape.channels;
        out_ << "    typedef " << type_of(norm.scale_format) << " scale_t;\n    typedef "
             << type_of(norm.bias_format)
             << " bias_t;\n    static const int channels = " << channels
             << ";\n    static void product(const data_t* x, result_t* y)\n    {\n"
             << "#pragma HLS INLINE\n";
        const auto table = [&](const char* name, const precision& p,
                               const std::vector<std::int64_t>& numbers) {
            out_ << "        static const " << bits_of(p) << ' ' << name << '[' << channels
                 << "] = ";
            write_list(out_, numbers);
            out_ << ";\n#pragma HLS ARRAY_PARTITION variable=" << name << " complete\n";
        };
        table("scales", norm.scale_format.format, norm.scale);
        table("biases", norm.bias_format.format, norm.bias);
        out_ << "        for (int c = 0; c < channels; ++c) {\n#pragma HLS UNROLL\n"
             << "            y[c] = result_t(" << number_of("scale_t", norm.scale_format.format)
             << "(scales[c]) * x[c] + " << number_of("bias_t", norm.bias_format.format)
             << "(biases[c]));\n        }\n    }\n";
    }
    /// A ReLU or a cast: all is in its types.
    template <class Conversion>
    void write_layer(const Conversion& /*unused*/, const kernel_stage& stage) const
    {
        write_types(stage, stage.out.format);
    }

    [[nodiscard]] static std::string declared(const kernel_wire& wire, const std::string& type,
        const std::string& name, bool by_reference)
    {
        if (!wire.is_stream)
            return type + " " + name + "[" + std::to_string(wire.shape.size()) + "]";
        return "espalier_kernels::stream<espalier_kernels::pixel<" + type + ", " +
               std::to_string(wire.shape.channels) + "> >" + (by_reference ? "& " : " ") + name;
    }

    void write_top() const
    {
        const kernel_wire& input = network_.input();
        out_ << "/// " << input.shape.size() << " numbers in, " << network_.wire().shape.size()
             << " out.\ninline void top("
             << declared(input, input.is_stream ? "input_t" : "const input_t", "input", true)
             << ", " << declared(network_.wire(), "output_t", "output", true)
             << ")\n{\n#pragma HLS DATAFLOW\n";
        std::string from = "input";
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const kernel_stage& stage = network_.stages()[i];
            const auto* product = std::get_if<product_stage>(&stage.layer);
            const bool is_dense = product != nullptr && !is_convolution(product->layer.kind);
            if (stage.in.is_stream && is_dense) {
                const std::string flat = "flat" + std::to_string(i);
                kernel_wire wire = stage.in;
                wire.is_stream = false;
                write_wire(wire, names_[i] + "::data_t", flat);
                out_ << "    espalier_kernels::flatten<" << names_[i] << "::data_t, "
                     << wire.pixels() << ", " << wire.shape.channels << ">(" << from << ", " << flat
                     << ");\n";
                from = flat;
            }
            std::string to = "output";
            if (i + 1 < names_.size())
                write_wire(
                    stage.out, names_[i] + "::result_t", to = "wire" + std::to_string(i + 1));
            if (is_dense)
                out_ << "    " << names_[i] << "::product";
            else if (product != nullptr || std::holds_alternative<integer_pooling>(stage.layer))
                out_ << "    espalier_kernels::slide<" << names_[i] << ">";
            else if (std::holds_alternative<integer_scale>(stage.layer))
                out_ << "    espalier_kernels::each_pixel<" << names_[i] << ", "
                     << stage.in.pixels() << ">";
            else
                write_conversion(stage, names_[i]);
            out_ << "(" << from << ", " << to << ");\n";
            from = to;
        }
        out_ << "}\n";
    }
    void write_wire(const kernel_wire& wire, const std::string& type, const std::string& name) const
    {
        out_ << "    " << declared(wire, type, name, false) << ";\n";
        if (wire.is_stream) // a line, for what lies between two layers that wait for whole ones
            out_ << "#pragma HLS STREAM variable=" << name << " depth=" << wire.shape.width + 2
                 << "\n";
        else
            out_ << "#pragma HLS ARRAY_PARTITION variable=" << name << " complete\n";
    }
    void write_conversion(const kernel_stage& stage, const std::string& name) const
    {
        const bool clips = std::holds_alternative<integer_relu>(stage.layer);
        out_ << "    espalier_kernels::convert<" << name << "::data_t, " << name << "::result_t, "
             << (clips ? "true, " : "false, ");
        if (stage.in.is_stream)
            out_ << stage.in.pixels() << ", " << stage.in.shape.channels << ">";
        else
            out_ << stage.in.shape.size() << ">";
    }

    std::ostream& out_;
    const kernel_network& network_;
    std::vector<std::string> names_;
};

} // namespace detail

/// Writes a network as a self-contained header for HLS.
/// \throws std::invalid_argument if it has no layers
inline void write_network(std::ostream& out, const kernel_network& network)
{
    ensure_layers(network);
    detail::network_writer(out, network).write();
}

} // namespace espalier
