// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/label.hpp>
#include <espalier/model/precision.hpp>

#include <cstdint>
#include <string_view>

// One layer as the hardware flow sees it. `layer_spec` is a plain structural value that can be a
// template argument as well as a row of a run-time sweep; every kind of layer uses the fields that
// apply to it and leaves the others alone. Users normally write the kinds by name (`dense`,
// `conv2d`, … in layers.hpp), each of which turns into this. Names are those of hls4ml's
// configuration (ReuseFactor, ParallelizationFactor, Strategy, IOType, Precision) in snake case.

namespace espalier {

/// What a layer computes.
enum class layer_kind : std::uint8_t {
    dense,            ///< every output from every input
    conv1d,           ///< a convolution over a sequence
    conv2d,           ///< a convolution over an image
    depthwise_conv2d, ///< a 1-D one has height 1, which changes nothing else
    separable_conv2d, ///< a depthwise convolution followed by a pointwise (1×1) one
    lstm,             ///< long short-term memory: four gates
    gru,              ///< gated recurrent unit: three gates
};

/// How the multiplications are scheduled (hls4ml: Strategy).
enum class strategy : std::uint8_t {
    latency,           ///< weights in logic, HLS shares multipliers as it likes, zeros vanish
    resource,          ///< weights in ROM, fixed weight → multiplier map, zeros are multiplied
    resource_unrolled, ///< the map of `resource`, but multiplications by zero are not generated
};

/// How activations travel between layers (hls4ml: IOType).
enum class io_type : std::uint8_t { io_parallel, io_stream };

/// Whether a convolution stays inside its image or keeps its size (with stride 1).
enum class padding : std::uint8_t { valid, same };

/// One layer, of any kind; fields that its kind does not have are left alone.
struct layer_spec {
    label name{};
    layer_kind kind = layer_kind::dense;

    // dense and recurrent: features in, neurons or units out
    int inputs = 0;
    int outputs = 0;
    int timesteps = 1;          ///< recurrent: length of the sequence
    bool bidirectional = false; ///< recurrent: a second set of weights runs backwards

    // Convolutions: the input image and the kernel; a 1-D layer has height 1. For a dense layer
    // that follows a flatten, the image that was flattened (all 0: inputs have no image order).
    int height = 0;
    int width = 0;
    int channels = 0;
    int filters = 0;
    int depth_multiplier = 1; ///< of a depthwise kernel; hls4ml has none but 1
    int kernel_height = 1;
    int kernel_width = 1;
    int stride_height = 1;
    int stride_width = 1;
    espalier::padding padding = espalier::padding::valid;

    espalier::strategy strategy = espalier::strategy::resource;
    int reuse_factor = 1;           ///< times one multiplier is used per matrix-vector product
    int second_reuse_factor = 0;    ///< of the recurrent or pointwise kernel; 0: as reuse_factor
    int parallelization_factor = 1; ///< output pixels computed at once (convolutions, io_parallel)
    io_type io = io_type::io_parallel;

    precision weight{};
    precision data{};
    precision accum{};

    friend constexpr bool operator==(const layer_spec&, const layer_spec&) = default;
};

/// An LSTM or a GRU.
[[nodiscard]] constexpr bool is_recurrent(layer_kind kind)
{
    return kind == layer_kind::lstm || kind == layer_kind::gru;
}
/// Whether a kernel moves over an image or a sequence.
[[nodiscard]] constexpr bool is_convolution(layer_kind kind)
{
    return kind != layer_kind::dense && !is_recurrent(kind);
}

/// Whether one of its kernels convolves each channel alone.
[[nodiscard]] constexpr bool has_depthwise_kernel(layer_kind kind)
{
    return kind == layer_kind::depthwise_conv2d || kind == layer_kind::separable_conv2d;
}

[[nodiscard]] constexpr std::string_view to_string(layer_kind kind)
{
    switch (kind) {
    case layer_kind::dense:
        return "dense";
    case layer_kind::conv1d:
        return "conv1d";
    case layer_kind::conv2d:
        return "conv2d";
    case layer_kind::depthwise_conv2d:
        return "depthwise_conv2d";
    case layer_kind::separable_conv2d:
        return "separable_conv2d";
    case layer_kind::lstm:
        return "lstm";
    case layer_kind::gru:
        return "gru";
    }
    return "unknown";
}

[[nodiscard]] constexpr std::string_view to_string(strategy s)
{
    switch (s) {
    case strategy::latency:
        return "latency";
    case strategy::resource:
        return "resource";
    case strategy::resource_unrolled:
        return "resource_unrolled";
    }
    return "unknown";
}

[[nodiscard]] constexpr std::string_view to_string(padding p)
{
    return p == padding::same ? "same" : "valid";
}

[[nodiscard]] constexpr std::string_view to_string(io_type io)
{
    return io == io_type::io_stream ? "io_stream" : "io_parallel";
}

/// Rows of the output image of a convolution.
[[nodiscard]] constexpr int output_height(const layer_spec& s)
{
    const int extent = s.padding == padding::same ? s.height : s.height - s.kernel_height + 1;
    return (extent - 1) / s.stride_height + 1;
}
/// Columns of the output image of a convolution.
[[nodiscard]] constexpr int output_width(const layer_spec& s)
{
    const int extent = s.padding == padding::same ? s.width : s.width - s.kernel_width + 1;
    return (extent - 1) / s.stride_width + 1;
}

} // namespace espalier
