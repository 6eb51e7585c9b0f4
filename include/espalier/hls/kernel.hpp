// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// A network that is to become HLS C++: its layers in the order of the data, each with everything
// that its kernel needs. Numbers are raw integers in the formats that stand beside them.
//
//   product  = weight · data, exactly
//   sum      = bias + Σ products, each brought into the accumulator's format, which wraps
//   result   = sum, brought into the result's format

namespace espalier {

/// A dense, conv1d or conv2d layer that is to become a kernel.
struct kernel {
    layer_spec layer; ///< formats of weights, data and accumulator included
    matrix_schedule schedule;
    std::vector<std::int64_t> weights; ///< raw, in hardware order; 0 where the schedule has none
    std::vector<std::int64_t> biases;  ///< raw, one for each output
    precision bias{};
    espalier::rounding accum_rounding = rounding::trn; ///< of a product, into the accumulator
    fixed_point result{};
};

/// Zero in place of what is negative.
struct relu_stage {
    fixed_point result{};
};

/// The largest of each window of an image, channel by channel, without padding.
struct max_pool_stage {
    int height = 2; ///< of the window
    int width = 2;
    int stride_height = 2;
    int stride_width = 2;
};

using kernel_stage = std::variant<kernel, relu_stage, max_pool_stage>;

/// Layers in the order of the data.
struct kernel_network {
    std::string name = "network"; ///< of the files, the namespace and the top function
    std::vector<kernel_stage> stages;
};

/// What travels between two stages.
struct kernel_wire {
    fixed_point format{};
    int height = 1; ///< a vector is an image of one pixel
    int width = 1;
    int channels = 1;
    bool is_stream = false; ///< pixel by pixel; else an array in the order (row, column, channel)

    [[nodiscard]] std::int64_t pixels() const { return std::int64_t{height} * width; }
    [[nodiscard]] std::int64_t size() const { return pixels() * channels; }
};

/// HLS neither unrolls nor partitions more than this.
inline constexpr std::int64_t largest_unrolled = 4096;

namespace detail {

/// Numbers go in and out as doubles, which hold this many bits.
inline constexpr int exact_bits = 53;

inline void ensure_exact(std::string_view layer, const char* what, const precision& p)
{
    ensure_sound(p);
    ensure(p.width <= exact_bits && fraction_of(p) >= -1000 && fraction_of(p) <= 1000,
        "a kernel takes numbers that a double holds: at most 53 bits, near the binary point",
        given{"layer", layer}, given{"of", std::string_view(what)}, given{"width", p.width},
        given{"integer", p.integer});
}

inline void ensure_partitioned(std::string_view layer, const char* what, std::int64_t size)
{
    ensure(size <= largest_unrolled,
        "HLS takes arrays of at most 4096 numbers apart: larger images go by io_stream",
        given{"layer", layer}, given{"of", std::string_view(what)}, given{"size", size});
}

inline kernel_wire input_of(const kernel& k)
{
    const layer_spec& s = k.layer;
    kernel_wire wire{.format = s.data};
    if (is_convolution(s.kind)) {
        wire.height = s.height;
        wire.width = s.width;
        wire.channels = s.channels;
        wire.is_stream = s.io == io_type::io_stream;
    } else {
        wire.channels = s.inputs;
    }
    return wire;
}

inline kernel_wire output_of(const kernel& k, const kernel_wire&)
{
    const layer_spec& s = k.layer;
    kernel_wire wire{.format = k.result};
    if (is_convolution(s.kind)) {
        wire.height = output_height(s);
        wire.width = output_width(s);
        wire.channels = s.filters;
        wire.is_stream = s.io == io_type::io_stream;
    } else {
        wire.channels = s.outputs;
    }
    return wire;
}
inline kernel_wire output_of(const relu_stage& s, kernel_wire wire)
{
    wire.format = s.result;
    return wire;
}
inline kernel_wire output_of(const max_pool_stage& s, kernel_wire wire)
{
    wire.height = (wire.height - s.height) / s.stride_height + 1;
    wire.width = (wire.width - s.width) / s.stride_width + 1;
    return wire;
}

} // namespace detail

/// Whether a layer can become a kernel.
/// \throws std::invalid_argument naming the rule, the layer and the value
inline void ensure_emittable(const kernel& k)
{
    const layer_spec& s = k.layer;
    const std::string_view name = s.name.view();
    ensure_sound(s);
    ensure(
        s.kind == layer_kind::dense || s.kind == layer_kind::conv1d || s.kind == layer_kind::conv2d,
        "a kernel is that of a dense, conv1d or conv2d layer", given{"layer", name},
        given{"kind", to_string(s.kind)});
    const weight_matrix m = matrices_of(s)[0];
    ensure(k.schedule.matrix() == m, "a kernel's schedule is that of its layer's matrix",
        given{"layer", name});
    detail::ensure_exact(name, "weight", s.weight);
    detail::ensure_exact(name, "data", s.data);
    detail::ensure_exact(name, "bias", k.bias);
    detail::ensure_exact(name, "result", k.result.format);
    ensure_sound(k.result);
    ensure(static_cast<std::int64_t>(k.weights.size()) == m.weights(),
        "a kernel has a weight for each of its layer's matrix", given{"layer", name},
        given{"given", k.weights.size()}, given{"weights", m.weights()});
    ensure(static_cast<std::int64_t>(k.biases.size()) == m.n_out(),
        "a kernel has a bias for each output", given{"layer", name},
        given{"given", k.biases.size()}, given{"outputs", m.n_out()});
    const auto ensure_held = [&](std::int64_t raw, const precision& p, const char* what) {
        ensure(raw >= smallest_raw(p) && raw <= largest_raw(p),
            "a raw integer is in the range of its format", given{"layer", name},
            given{"of", std::string_view(what)}, given{"raw", raw}, given{"width", p.width});
    };
    std::vector<bool> met(k.weights.size());
    for (std::int64_t i = 0; i < k.schedule.multipliers(); ++i)
        for (const schedule_slot& slot : k.schedule.slots(i))
            if (slot.weight != schedule_slot::idle)
                met[static_cast<std::size_t>(slot.weight)] = true;
    for (std::size_t i = 0; i < k.weights.size(); ++i) {
        ensure_held(k.weights[i], s.weight, "weight");
        ensure(met[i] || k.weights[i] == 0, "a kernel's schedule meets every weight that is not 0",
            given{"layer", name}, given{"weight", i}, given{"raw", k.weights[i]});
    }
    for (const std::int64_t raw : k.biases)
        ensure_held(raw, k.bias, "bias");
    detail::ensure_partitioned(name, "inputs of a product", m.n_in());
    detail::ensure_partitioned(name, "outputs of a product", m.n_out());
}

/// What travels into the first stage, between the stages and out of the last one.
/// \throws std::invalid_argument if a stage cannot become a kernel or does not fit the one before
[[nodiscard]] inline std::vector<kernel_wire> wires_of(const kernel_network& network)
{
    ensure(!network.stages.empty() && std::holds_alternative<kernel>(network.stages.front()),
        "a network of kernels begins with a layer that has weights",
        given{"stages", network.stages.size()});
    std::vector<kernel_wire> wires{detail::input_of(std::get<kernel>(network.stages.front()))};
    for (std::size_t i = 0; i < network.stages.size(); ++i) {
        const kernel_wire& before = wires.back();
        std::string name = "stage " + std::to_string(i);
        if (const kernel* k = std::get_if<kernel>(&network.stages[i])) {
            ensure_emittable(*k);
            const kernel_wire needed = detail::input_of(*k);
            name = k->layer.name.view();
            ensure(needed.format.format == before.format.format,
                "a layer's data have the format of what the stage before answers",
                given{"layer", std::string_view(name)}, given{"width", needed.format.format.width},
                given{"integer", needed.format.format.integer},
                given{"answered width", before.format.format.width},
                given{"answered integer", before.format.format.integer});
            ensure(is_convolution(k->layer.kind)
                       ? needed.height == before.height && needed.width == before.width &&
                             needed.channels == before.channels
                       : needed.size() == before.size(),
                "a layer takes as many numbers as the stage before answers",
                given{"layer", std::string_view(name)}, given{"takes", needed.size()},
                given{"answered", before.size()});
            ensure(needed.is_stream == before.is_stream || !is_convolution(k->layer.kind),
                "convolutions that follow each other have the same io type",
                given{"layer", std::string_view(name)});
        } else if (const auto* pool = std::get_if<max_pool_stage>(&network.stages[i])) {
            ensure(pool->height >= 1 && pool->width >= 1 && pool->stride_height >= 1 &&
                       pool->stride_width >= 1 && pool->height <= before.height &&
                       pool->width <= before.width,
                "a pooling window has an extent and a stride, and is no larger than the image",
                given{"stage", i}, given{"height", pool->height}, given{"width", pool->width},
                given{"image height", before.height}, given{"image width", before.width});
        } else {
            ensure_sound(std::get<relu_stage>(network.stages[i]).result);
            detail::ensure_exact(
                name, "result", std::get<relu_stage>(network.stages[i]).result.format);
        }
        wires.push_back(
            std::visit([&](const auto& stage) { return detail::output_of(stage, before); },
                network.stages[i]));
    }
    for (const kernel_wire& wire : wires)
        if (!wire.is_stream)
            detail::ensure_partitioned(network.name, "numbers between two layers", wire.size());
    return wires;
}

} // namespace espalier
