// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/integer.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/lookup_table.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/resources.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

// Under io_stream a FIFO lies between two layers: a word for each pixel, and room for all pixels of
// an inference (hls4ml's default depth; its optimisation by co-simulation makes it shallower). HLS
// builds one of up to 1,024 bits or two words from shift registers and any other from block RAM
// (UG1399: config_storage). A FIFO writes through one port and reads through the other.

namespace espalier {

/// A FIFO between two layers.
struct stream {
    std::int64_t depth = 0; ///< words: the pixels of an inference
    std::int64_t bits = 0;  ///< of a word: the channels of a pixel

    friend constexpr bool operator==(const stream&, const stream&) = default;
};

/// Need of a FIFO. Block RAM is counted; the LUTs of the control (61 and 76 in the mean of two
/// reports) and the flip-flops of the output and of four counters are estimates.
[[nodiscard]] constexpr resources cost(
    const stream& s, memory_shapes shapes = memory_shapes::best_aspect_ratio)
{
    if (s.depth <= 0)
        return {};
    resources need{.lut = 64, .ff = s.bits + 4 * ceil_log2(s.depth)};
    if (s.depth <= 2 || s.depth * s.bits <= 1024) {
        need.lut += s.bits * ceil_div(s.depth, 32); // SRL32: 32 words of one bit
        return need;
    }
    need.bram18 = detail::dual_port_bram18(shapes, s.depth, s.bits);
    return need;
}

/// The FIFO between a layer and the next; empty unless both are streamed.
[[nodiscard]] constexpr stream stream_between(const layer_spec& s, const layer_spec& next)
{
    if (s.io != io_type::io_stream || next.io != io_type::io_stream)
        return {};
    return {output_pixels(s), output_channels(s) * next.data.width};
}

/// The FIFO between a convolution that keeps the size of its image and the layer that hls4ml puts
/// in front of it to pad that image; empty for every other layer.
[[nodiscard]] constexpr stream stream_of_padding(const layer_spec& s)
{
    if (s.io != io_type::io_stream || s.padding != padding::same || !is_convolution(s.kind))
        return {};
    const auto padded = [](std::int64_t in, std::int64_t out, std::int64_t kernel,
                            std::int64_t stride) {
        return std::max(in, (out - 1) * stride + kernel);
    };
    const std::int64_t rows = padded(s.height, output_height(s), s.kernel_height, s.stride_height);
    const std::int64_t columns = padded(s.width, output_width(s), s.kernel_width, s.stride_width);
    if (rows == s.height && columns == s.width)
        return {};
    return {rows * columns, std::int64_t{s.channels} * s.data.width};
}

/// Need of all FIFOs of layers in a row. What goes into the first and comes out of the last is the
/// design's interface and has none.
[[nodiscard]] constexpr resources cost_of_streams(
    std::span<const layer_spec> layers, memory_shapes shapes = memory_shapes::best_aspect_ratio)
{
    resources need;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        need += cost(stream_of_padding(layers[i]), shapes);
        if (i + 1 < layers.size())
            need += cost(stream_between(layers[i], layers[i + 1]), shapes);
    }
    return need;
}

} // namespace espalier
