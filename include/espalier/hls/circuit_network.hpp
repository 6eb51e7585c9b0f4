// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/integer_layers.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/precision.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>

// How a network becomes a circuit, for the one who writes it as text and the one who counts its
// cycles. Images travel pixel by pixel, all channels of a pixel side by side; a vector is one
// pixel.
//
//   convolution, pooling: pixels ─► window with line buffers ─► product, or the pool of each
//   channel dense layer:          pixels ─► all side by side, if there are several ─► product
//
// A product is the circuit of its schedule; pools and changes of format are logic without a clock.

namespace espalier {

/// A window that moves over an image which arrives pixel by pixel, padding included.
struct circuit_window {
    image_shape image{};
    sliding_window down{};
    sliding_window across{};

    /// Pixels of padding before the image.
    [[nodiscard]] static constexpr std::int64_t before(const sliding_window& w)
    {
        return -w.first(0);
    }
    /// Extent of the image and of all windows together.
    [[nodiscard]] static constexpr std::int64_t padded(const sliding_window& w)
    {
        return std::max(w.first(w.outputs() - 1) + w.window, w.extent) - w.first(0);
    }
    friend constexpr bool operator==(const circuit_window&, const circuit_window&) = default;
};

/// The window of a layer, or nothing if it has none.
[[nodiscard]] inline std::optional<circuit_window> window_of(const kernel_stage& stage)
{
    const image_shape& in = stage.in.shape;
    if (const auto* product = std::get_if<product_stage>(&stage.layer)) {
        const layer_spec& s = product->layer;
        if (!is_convolution(s.kind))
            return std::nullopt;
        return circuit_window{in, {in.height, s.kernel_height, s.stride_height, s.padding},
            {in.width, s.kernel_width, s.stride_width, s.padding}};
    }
    if (const auto* pool = std::get_if<integer_pooling>(&stage.layer))
        return circuit_window{in, {in.height, pool->height, pool->stride_height, pool->padding},
            {in.width, pool->width, pool->stride_width, pool->padding}};
    return std::nullopt;
}

/// Pixels that a layer takes at once side by side: more than one in front of a dense layer alone.
[[nodiscard]] inline std::int64_t flattened_pixels(const kernel_stage& stage)
{
    const auto* product = std::get_if<product_stage>(&stage.layer);
    return product != nullptr && !is_convolution(product->layer.kind) ? stage.in.pixels() : 1;
}

/// Refuses a network that cannot be emitted as a circuit.
/// \throws std::invalid_argument if it has no layers, an accumulator does not truncate and wrap, or
///         a convolution has several copies
inline void ensure_circuit(const kernel_network& network)
{
    ensure_layers(network);
    for (const kernel_stage& stage : network.stages()) {
        const auto* product = std::get_if<product_stage>(&stage.layer);
        if (product == nullptr)
            continue;
        const given name{"layer", product->layer.name.view()};
        const fixed_point& accum = product->numbers.formats.accum;
        ensure(accum.rounding == rounding::trn && accum.overflow == overflow::wrap,
            "a layer of a circuit has an accumulator that truncates and wraps", name,
            given{"rounding", to_string(accum.rounding)},
            given{"overflow", to_string(accum.overflow)});
        ensure(!is_convolution(product->layer.kind) || product->layer.parallelization_factor == 1,
            "a convolution of a circuit works on one pixel at a time", name,
            given{"parallelization_factor", product->layer.parallelization_factor});
    }
}

} // namespace espalier
