// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/hls/hardware_flow.hpp>
#include <espalier/hls/hls4ml_network.hpp>
#include <espalier/hls/integer_layers.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/hls/whole_file.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/with/npy.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// A folder that a script on hls4ml's Python interface (examples/hls4ml/exchange.py) writes and
// reads: network.json with the layers, and an array file for each weight variable. What goes back
// is pruned.json, and an array file for each weight, bias and mask. Weights are float64, masks
// uint8; both have the order and the shape of hls4ml's variable.

namespace espalier {

/// Version of the files.
inline constexpr int hls4ml_exchange_version = 1;

namespace detail {

using exchange_json = nlohmann::ordered_json;

/// Reads one JSON object, of which every field has to be known.
class json_fields {
public:
    json_fields(const exchange_json& object, std::string what)
        : object_(object), what_(std::move(what))
    {
        ensure(object.is_object(), "a network file has an object where one belongs",
            given{"in", std::string_view(what_)});
    }

    /// A field that must be there.
    template <class T>
    [[nodiscard]] T get(const char* key)
    {
        T value{};
        ensure(read(key, value), "a network file says everything that is needed",
            given{"in", std::string_view(what_)}, given{"missing", std::string_view(key)});
        return value;
    }
    /// A field that may be there.
    /// \return whether it was
    template <class T>
    bool read(const char* key, T& value)
    {
        const auto at = object_.find(key);
        if (at == object_.end())
            return false;
        ++used_;
        bool fits = false;
        try {
            value = at->template get<T>();
            fits = exchange_json(value) ==
                   *at; // 2.5 and 2^40 are no int, although the library takes them
        } catch (const exchange_json::exception&) {
            fits = false;
        }
        const std::string text = at->dump();
        ensure(fits, "a field of a network file has a value of its type",
            given{"in", std::string_view(what_)}, given{"field", std::string_view(key)},
            given{"value", std::string_view(text)});
        return true;
    }
    /// One of the names of an enumeration.
    /// \param last  its last value
    template <class Enum>
    void read_name(const char* key, Enum& value, Enum last)
    {
        std::string name;
        if (!read(key, name))
            return;
        int number = 0;
        while (number < static_cast<int>(last) && to_string(static_cast<Enum>(number)) != name)
            ++number;
        value = static_cast<Enum>(number);
        ensure(to_string(value) == name, "a name in a network file is one that is known",
            given{"in", std::string_view(what_)}, given{"field", std::string_view(key)},
            given{"name", std::string_view(name)});
    }
    /// A fixed-point format.
    [[nodiscard]] fixed_point format(const char* key)
    {
        json_fields fields(get<exchange_json>(key), what_ + "." + key);
        fixed_point f{.format = {.width = fields.get<int>("width"),
                          .integer = fields.get<int>("integer"),
                          .is_signed = fields.get<bool>("signed")}};
        fields.read_name("rounding", f.rounding, rounding::rnd_conv);
        fields.read_name("overflow", f.overflow, overflow::sat_sym);
        fields.end();
        ensure_sound(f);
        return f;
    }
    /// Every field was asked for.
    void end() const
    {
        ensure(used_ == object_.size(), "a network file says nothing that is not known",
            given{"in", std::string_view(what_)}, given{"fields", object_.size()},
            given{"known", used_});
    }

private:
    exchange_json object_;
    std::string what_;
    std::size_t used_ = 0;
};

inline constexpr std::pair<const char*, int layer_spec::*> hls4ml_extents[] = {
    {"inputs", &layer_spec::inputs}, {"outputs", &layer_spec::outputs},
    {"timesteps", &layer_spec::timesteps}, {"height", &layer_spec::height},
    {"width", &layer_spec::width}, {"channels", &layer_spec::channels},
    {"filters", &layer_spec::filters}, {"kernel_height", &layer_spec::kernel_height},
    {"kernel_width", &layer_spec::kernel_width}, {"stride_height", &layer_spec::stride_height},
    {"stride_width", &layer_spec::stride_width}, {"reuse_factor", &layer_spec::reuse_factor},
    {"second_reuse_factor", &layer_spec::second_reuse_factor},
    {"parallelization_factor", &layer_spec::parallelization_factor}};

[[nodiscard]] inline exchange_json parsed(const std::filesystem::path& path)
{
    const std::string text = read_whole_file(path);
    exchange_json parsed = exchange_json::parse(text, nullptr, false);
    const std::string name = path.string();
    ensure(!parsed.is_discarded(), "a network file is JSON", given{"file", std::string_view(name)});
    return parsed;
}

/// An array that is named beside it.
[[nodiscard]] inline npy_array<double> array_of(
    json_fields& fields, const char* key, const std::filesystem::path& folder)
{
    return read_npy<double>(folder / fields.get<std::string>(key));
}

[[nodiscard]] inline hls4ml_kernel kernel_of(json_fields fields, const weight_matrix& m,
    fixed_point result, const std::filesystem::path& folder)
{
    hls4ml_kernel kernel;
    kernel.name = fields.get<std::string>("name");
    fields.read_name("order", kernel.order, layout::dlib);
    npy_array<double> weights = array_of(fields, "weights", folder);
    kernel.formats = {.weight = fields.format("weight"),
        .bias = fields.format("bias"),
        .accum = fields.format("accum"),
        .result = result};
    (void)fields.read("bias_name", kernel.bias_name);
    if (!kernel.bias_name.empty())
        kernel.biases = array_of(fields, "biases", folder).values;
    fields.end();
    ensure(static_cast<std::int64_t>(weights.values.size()) == m.weights(),
        "a kernel needs every weight of its matrix", given{"layer", m.layer.view()},
        given{"given", weights.values.size()}, given{"weights", m.weights()});
    ensure(kernel.biases.empty() || static_cast<std::int64_t>(kernel.biases.size()) == m.n_out(),
        "a kernel has one bias for each output, or none", given{"layer", m.layer.view()},
        given{"biases", kernel.biases.size()}, given{"outputs", m.n_out()});
    for (const std::vector<double>* numbers : {&weights.values, &kernel.biases})
        for (const double number : *numbers)
            ensure(is_finite(number), "every weight is finite", given{"layer", m.layer.view()},
                given{"weight", number});
    kernel.shape = std::move(weights.shape);
    kernel.weights = std::move(weights.values);
    return kernel;
}

[[nodiscard]] inline hls4ml_layer layer_of(json_fields& fields, const std::string& name,
    layer_kind kind, io_type io, const std::filesystem::path& folder)
{
    hls4ml_layer layer{
        .spec = {.name = espalier::label(std::string_view(name)), .kind = kind, .io = io}};
    layer_spec& s = layer.spec;
    for (const auto& [key, extent] : hls4ml_extents)
        (void)fields.read(key, s.*extent);
    fields.read_name("strategy", s.strategy, strategy::resource_unrolled);
    fields.read_name("padding", s.padding, padding::same);
    s.data = fields.format("data").format;
    const fixed_point result = fields.format("result");
    const auto kernels = fields.get<std::vector<exchange_json>>("kernels");
    // The number of matrices is known without precisions, which come with the kernels.
    ensure_sound(s);
    ensure(kernels.size() == matrices_of(s).size(),
        "an integer layer has a kernel for each of its matrices", given{"layer", s.name.view()},
        given{"kernels", kernels.size()}, given{"matrices", matrices_of(s).size()});
    for (std::size_t i = 0; i < kernels.size(); ++i)
        layer.kernels.push_back(kernel_of(
            json_fields(kernels[i], name + ".kernels"), matrices_of(s)[i], result, folder));
    s.weight = layer.kernels.front().formats.weight.format;
    s.accum = layer.kernels.front().formats.accum.format;
    return layer;
}

[[nodiscard]] inline hls4ml_step step_of(
    const exchange_json& object, io_type io, const std::filesystem::path& folder)
{
    json_fields fields(object, "a layer");
    const auto name = fields.get<std::string>("name");
    const auto kind = fields.get<std::string>("kind");
    const auto finished = [&](hls4ml_step step) {
        fields.end();
        return step;
    };
    for (int k = 0; k <= static_cast<int>(layer_kind::gru); ++k)
        if (to_string(static_cast<layer_kind>(k)) == kind)
            return finished(layer_of(fields, name, static_cast<layer_kind>(k), io, folder));
    if (kind == "relu")
        return finished(integer_relu{.result = fields.format("result")});
    if (kind == "linear")
        return finished(integer_cast{.result = fields.format("result")});
    if (kind == "max_pooling" || kind == "average_pooling") {
        integer_pooling pool{.kind = kind == "max_pooling" ? pooling::max : pooling::average,
            .height = fields.get<int>("height"),
            .width = fields.get<int>("width"),
            .stride_height = fields.get<int>("stride_height"),
            .stride_width = fields.get<int>("stride_width"),
            .counts_padding = fields.get<bool>("counts_padding"),
            .accum = fields.format("accum"),
            .result = fields.format("result")};
        fields.read_name("padding", pool.padding, padding::same);
        return finished(pool);
    }
    ensure(kind == "batch_normalization", "a network file has layers of kinds that are known",
        given{"layer", std::string_view(name)}, given{"kind", std::string_view(kind)});
    const std::vector<double> scale = array_of(fields, "scale_values", folder).values;
    const std::vector<double> bias = array_of(fields, "bias_values", folder).values;
    integer_scale norm;
    norm.scale_format = fields.format("scale");
    norm.bias_format = fields.format("bias");
    norm.result = fields.format("result");
    norm.scale = quantized(std::span(scale), norm.scale_format);
    norm.bias = quantized(std::span(bias), norm.bias_format);
    return finished(norm);
}

} // namespace detail

/// Reads the network that a folder has of hls4ml.
/// \throws std::invalid_argument naming what is wrong: a file that is missing, cut off or no JSON,
///         an array of another type, order or size, a kind of layer that is not known, a field that
///         is missing, has another type or is not known, a layer that is not sound
[[nodiscard]] inline hls4ml_network read_hls4ml(const std::filesystem::path& folder)
{
    detail::json_fields fields(detail::parsed(folder / "network.json"), "the network");
    const auto version = fields.get<int>("espalier");
    ensure(version == hls4ml_exchange_version, "a network file has a version that is known here",
        given{"version", version}, given{"known", hls4ml_exchange_version});
    hls4ml_network network;
    const auto backend = fields.get<std::string>("backend");
    ensure(backend == "Vivado" || backend == "Vitis",
        "a network file is of a backend that is known",
        given{"backend", std::string_view(backend)});
    network.flow = backend == "Vivado" ? hardware_flow::hls4ml_vivado : hardware_flow::hls4ml_vitis;
    io_type io{};
    fields.read_name("io_type", io, io_type::io_stream);
    const auto input = fields.get<std::vector<std::int64_t>>("input");
    ensure(!input.empty() && input.size() <= 3, "an input has one to three extents",
        given{"extents", input.size()});
    network.input.channels = input.back();
    network.input.width = input.size() > 1 ? input[input.size() - 2] : 1;
    network.input.height = input.size() > 2 ? input[0] : 1;
    network.input_format = fields.format("input_format");
    for (const detail::exchange_json& layer :
        fields.get<std::vector<detail::exchange_json>>("layers"))
        network.steps.push_back(detail::step_of(layer, io, folder));
    fields.end();
    ensure(!network.layers().empty(), "a network has at least one layer");
    ensure_distinct_names(network.layers());
    return network;
}

/// Writes what goes back into hls4ml: for each kernel its weights and biases, the mask and, under
/// resource_unrolled, the number of multipliers that are left, which is the limit of its
/// allocation. pruned.json is written last, so that it is there when everything is.
/// \param network  pruned, and its weights brought to their formats (`quantize`)
/// \param masks  one for each matrix, in the order of its weights
/// \throws std::invalid_argument if a number of masks or of their entries is wrong, a weight is not
///         zero where its mask prunes it, or a file cannot be written
inline void write_hls4ml(const std::filesystem::path& folder, hls4ml_network& network,
    std::span<const std::vector<std::uint8_t>> masks)
{
    detail::exchange_json layers = detail::exchange_json::array();
    std::size_t at = 0;
    network.each_kernel([&](hls4ml_kernel& kernel, const weight_matrix& m) {
        ensure(at < masks.size(), "there is a mask for each weight matrix",
            given{"masks", masks.size()}, given{"layer", m.layer.view()});
        const std::vector<std::uint8_t>& mask = masks[at++];
        ensure(mask.size() == kernel.weights.size(), "a mask has an entry for every weight",
            given{"given", mask.size()}, given{"weights", kernel.weights.size()});
        std::vector<std::uint8_t> kept(mask.size());
        for (std::size_t i = 0; i < mask.size(); ++i) {
            ensure(mask[i] != 0 || kernel.weights[i] == 0, "a pruned weight is zero",
                given{"layer", m.layer.view()}, given{"index", i},
                given{"weight", kernel.weights[i]});
            kept[static_cast<std::size_t>(
                to_hardware(m, kernel.order, static_cast<std::int64_t>(i)))] = mask[i];
        }
        const std::string stem = name_of(m) + '.' + kernel.name;
        detail::exchange_json entry{{"layer", m.layer.view()}, {"name", kernel.name},
            {"weights", stem + ".npy"}, {"mask", stem + ".mask.npy"}};
        write_npy<double>(folder / (stem + ".npy"), {kernel.shape, kernel.weights});
        write_npy<std::uint8_t>(folder / (stem + ".mask.npy"), {kernel.shape, mask});
        if (!kernel.bias_name.empty()) {
            entry["bias_name"] = kernel.bias_name;
            entry["biases"] = stem + ".bias.npy";
            write_npy<double>(folder / (stem + ".bias.npy"),
                {{static_cast<std::int64_t>(kernel.biases.size())}, kernel.biases});
        }
        if (m.strategy == strategy::resource_unrolled)
            entry["multipliers"] =
                schedule_of(m, std::span<const std::uint8_t>(kept)).multipliers();
        layers.push_back(entry);
    });
    ensure(at == masks.size(), "there is a mask for each weight matrix",
        given{"masks", masks.size()}, given{"matrices", at});
    const detail::exchange_json all{{"espalier", hls4ml_exchange_version}, {"kernels", layers}};
    write_whole_file(folder / "pruned.json", all.dump(2) + '\n');
}

} // namespace espalier
