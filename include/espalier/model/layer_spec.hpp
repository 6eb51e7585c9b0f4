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
    batch_norm,       ///< value · scale + shift, where it is not folded into the layer before
    activation,       ///< a function of each value, or a softmax of them
    pool1d,           ///< the largest or the mean value of a window of a sequence
    pool2d,           ///< the same of an image
};

/// The functions of an activation layer (hls4ml: activation).
enum class activation_function : std::uint8_t {
    linear,       ///< nothing but another precision
    relu,         ///< max(x, 0)
    leaky_relu,   ///< x, or alpha · x where it is negative; one alpha for all (or many: prelu)
    hard_sigmoid, ///< slope · x + shift, limited; hard_tanh takes the same hardware
    sigmoid,      ///< these and those below are read from a table
    tanh,
    softsign,
    softplus,
    elu,
    selu,
    softmax, ///< a table of exponentials, a table of inverses, and a product for each value
};

/// What a pooling layer makes of a window (hls4ml: pool_op).
enum class pool_op : std::uint8_t { max, average };

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

    // Layers without weight matrices. What they take is `inputs` values, `channels` of them for
    // each pixel (0: one pixel); of a pooling layer it is an image, and the kernel is its window.
    activation_function function = activation_function::linear;
    pool_op pool = pool_op::max;
    int table_size = 1024;  ///< words of a table of function values
    precision table{18, 8}; ///< of these values

    friend constexpr bool operator==(const layer_spec&, const layer_spec&) = default;
};

/// An LSTM or a GRU.
[[nodiscard]] constexpr bool is_recurrent(layer_kind kind)
{
    return kind == layer_kind::lstm || kind == layer_kind::gru;
}
/// Whether a window without weights moves over an image or a sequence.
[[nodiscard]] constexpr bool is_pooling(layer_kind kind)
{
    return kind == layer_kind::pool1d || kind == layer_kind::pool2d;
}
/// Whether it multiplies by weight matrices, which is what pruning is about. The others cost what
/// they cost (without_matrices.hpp).
[[nodiscard]] constexpr bool has_matrices(layer_kind kind)
{
    return kind != layer_kind::batch_norm && kind != layer_kind::activation && !is_pooling(kind);
}
/// Whether a kernel moves over an image or a sequence.
[[nodiscard]] constexpr bool is_convolution(layer_kind kind)
{
    return has_matrices(kind) && kind != layer_kind::dense && !is_recurrent(kind);
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
    case layer_kind::batch_norm:
        return "batch_norm";
    case layer_kind::activation:
        return "activation";
    case layer_kind::pool1d:
        return "pool1d";
    case layer_kind::pool2d:
        return "pool2d";
    }
    return "unknown";
}

[[nodiscard]] constexpr std::string_view to_string(activation_function f)
{
    switch (f) {
    case activation_function::linear:
        return "linear";
    case activation_function::relu:
        return "relu";
    case activation_function::leaky_relu:
        return "leaky_relu";
    case activation_function::hard_sigmoid:
        return "hard_sigmoid";
    case activation_function::sigmoid:
        return "sigmoid";
    case activation_function::tanh:
        return "tanh";
    case activation_function::softsign:
        return "softsign";
    case activation_function::softplus:
        return "softplus";
    case activation_function::elu:
        return "elu";
    case activation_function::selu:
        return "selu";
    case activation_function::softmax:
        return "softmax";
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

/// Rows of the output image of a convolution or a pooling layer.
[[nodiscard]] constexpr int output_height(const layer_spec& s)
{
    const int extent = s.padding == padding::same ? s.height : s.height - s.kernel_height + 1;
    return (extent - 1) / s.stride_height + 1;
}
/// Columns of the output image of a convolution or a pooling layer.
[[nodiscard]] constexpr int output_width(const layer_spec& s)
{
    const int extent = s.padding == padding::same ? s.width : s.width - s.kernel_width + 1;
    return (extent - 1) / s.stride_width + 1;
}

/// Values that a layer gives for each pixel: under io_stream the values of one word.
[[nodiscard]] constexpr std::int64_t output_channels(const layer_spec& s)
{
    if (!has_matrices(s.kind))
        return s.channels > 0 ? s.channels : s.inputs;
    if (is_convolution(s.kind))
        return s.filters;
    return std::int64_t{s.outputs} * (is_recurrent(s.kind) && s.bidirectional ? 2 : 1);
}
/// Pixels that a layer gives for each inference: under io_stream the words. A recurrent layer gives
/// its last state.
[[nodiscard]] constexpr std::int64_t output_pixels(const layer_spec& s)
{
    if (is_convolution(s.kind) || is_pooling(s.kind))
        return std::int64_t{output_height(s)} * output_width(s);
    return has_matrices(s.kind) ? 1 : s.inputs / output_channels(s);
}

} // namespace espalier
