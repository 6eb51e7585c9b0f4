// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layers_without_matrices.hpp>

// The layers as a user writes them: one aggregate for each kind with just the fields that the kind
// has, so that `dense{.filters = 3}` does not compile. Each converts to the common `layer_spec`.
// The fields of the hardware flow are spelt out in each, because a base class would take designated
// initialisers away.
//
// clang 14 cannot evaluate `data = weight` below in the body of a lambda while compiling ("not an
// integral constant expression"); a named constexpr function works, and so does GCC.

namespace espalier {

/// The image that a flatten in front of a dense layer unrolled. Frameworks disagree about the
/// order of the unrolled features (channels first or last), so the layout needs its shape. It is to
/// be left out where anything but the dense layer follows the flatten, an activation say: there
/// hls4ml leaves the weights in the order of the framework's tensor.
struct flattened_image {
    int height = 0;
    int width = 0;
    int channels = 0;
    friend constexpr bool operator==(const flattened_image&, const flattened_image&) = default;
};

namespace detail {

/// Copies every field that this kind of layer has.
template <class Layer>
constexpr layer_spec lowered(layer_kind kind, const Layer& layer)
{
    layer_spec spec{.name = layer.name,
        .kind = kind,
        .strategy = layer.strategy,
        .reuse_factor = layer.reuse_factor,
        .io = layer.io,
        .weight = layer.weight,
        .data = layer.data,
        .accum = layer.accum};
    if constexpr (requires { layer.inputs; })
        spec.inputs = layer.inputs;
    if constexpr (requires { layer.outputs; })
        spec.outputs = layer.outputs;
    if constexpr (requires { layer.flattened; }) {
        spec.height = layer.flattened.height;
        spec.width = layer.flattened.width;
        spec.channels = layer.flattened.channels;
    }
    if constexpr (requires { layer.units; }) {
        spec.outputs = layer.units;
        spec.timesteps = layer.timesteps;
        spec.bidirectional = layer.bidirectional;
        spec.second_reuse_factor = layer.recurrent_reuse_factor;
    }
    if constexpr (requires { layer.kernel_width; }) {
        spec.height = 1;
        spec.width = layer.width;
        spec.channels = layer.channels;
        spec.filters = layer.channels; // depthwise: one output for each channel
        spec.kernel_width = layer.kernel_width;
        spec.stride_width = layer.stride_width;
        spec.padding = layer.padding;
        spec.parallelization_factor = layer.parallelization_factor;
    }
    if constexpr (requires { layer.kernel_height; }) {
        spec.height = layer.height;
        spec.kernel_height = layer.kernel_height;
        spec.stride_height = layer.stride_height;
    }
    if constexpr (requires { layer.filters; })
        spec.filters = layer.filters;
    if constexpr (requires { layer.depth_multiplier; })
        spec.depth_multiplier = layer.depth_multiplier;
    if constexpr (requires { layer.pointwise_reuse_factor; })
        spec.second_reuse_factor = layer.pointwise_reuse_factor;
    return spec;
}

} // namespace detail

/// Fully connected layer: `inputs` features to `outputs` neurons.
struct dense {
    label name{};
    int inputs = 0;
    int outputs = 0;
    flattened_image flattened{};
    espalier::strategy strategy = espalier::strategy::resource;
    int reuse_factor = 1;
    io_type io = io_type::io_parallel;
    precision weight{};
    precision data = weight;
    precision accum = data;

    constexpr operator layer_spec() const { return detail::lowered(layer_kind::dense, *this); }
};

/// One-dimensional convolution of a width × channels signal with `filters` kernels.
struct conv1d {
    label name{};
    int width = 0;
    int channels = 0;
    int filters = 0;
    int kernel_width = 1;
    int stride_width = 1;
    espalier::padding padding = espalier::padding::valid;
    espalier::strategy strategy = espalier::strategy::resource;
    int reuse_factor = 1;
    int parallelization_factor = 1;
    io_type io = io_type::io_parallel;
    precision weight{};
    precision data = weight;
    precision accum = data;

    constexpr operator layer_spec() const { return detail::lowered(layer_kind::conv1d, *this); }
};

/// Two-dimensional convolution of a height × width × channels image with `filters` kernels.
struct conv2d {
    label name{};
    int height = 0;
    int width = 0;
    int channels = 0;
    int filters = 0;
    int kernel_height = 1;
    int kernel_width = 1;
    int stride_height = 1;
    int stride_width = 1;
    espalier::padding padding = espalier::padding::valid;
    espalier::strategy strategy = espalier::strategy::resource;
    int reuse_factor = 1;
    int parallelization_factor = 1;
    io_type io = io_type::io_parallel;
    precision weight{};
    precision data = weight;
    precision accum = data;

    constexpr operator layer_spec() const { return detail::lowered(layer_kind::conv2d, *this); }
};

// hls4ml has a depthwise kernel for the strategy `resource` under io_stream only, and for `latency`
// under either. So that the layers below mean something as they stand, with the strategy that all
// others have, they are io_stream unless told otherwise. hls4ml has one IOType for a network: the
// layers beside them have to say io_stream as well.

/// Depthwise convolution: one kernel for each channel. A 1-D one has height 1 and kernel_height 1.
struct depthwise_conv2d {
    label name{};
    int height = 0;
    int width = 0;
    int channels = 0;
    int depth_multiplier = 1; ///< hls4ml has none but 1
    int kernel_height = 1;
    int kernel_width = 1;
    int stride_height = 1;
    int stride_width = 1;
    espalier::padding padding = espalier::padding::valid;
    espalier::strategy strategy = espalier::strategy::resource;
    int reuse_factor = 1;
    int parallelization_factor = 1;
    io_type io = io_type::io_stream;
    precision weight{};
    precision data = weight;
    precision accum = data;

    constexpr operator layer_spec() const
    {
        return detail::lowered(layer_kind::depthwise_conv2d, *this);
    }
};

/// Separable convolution: depthwise kernels, then a 1×1 convolution to `filters` channels. The two
/// kernels have their own multipliers and may have their own reuse factors.
struct separable_conv2d {
    label name{};
    int height = 0;
    int width = 0;
    int channels = 0;
    int filters = 0;
    int depth_multiplier = 1; ///< hls4ml has none but 1
    int kernel_height = 1;
    int kernel_width = 1;
    int stride_height = 1;
    int stride_width = 1;
    espalier::padding padding = espalier::padding::valid;
    espalier::strategy strategy = espalier::strategy::resource;
    int reuse_factor = 1;
    int pointwise_reuse_factor = 0; ///< 0: as reuse_factor
    int parallelization_factor = 1;
    io_type io = io_type::io_stream;
    precision weight{};
    precision data = weight;
    precision accum = data;

    constexpr operator layer_spec() const
    {
        return detail::lowered(layer_kind::separable_conv2d, *this);
    }
};

namespace detail {

/// LSTM and GRU have the same fields and differ in the number of gates.
template <layer_kind Kind>
struct recurrent {
    espalier::label name{}; ///< another room has a detail::label
    int inputs = 0;         ///< features in each time step
    int units = 0;
    int timesteps = 1;
    bool bidirectional = false;
    espalier::strategy strategy = espalier::strategy::resource;
    int reuse_factor = 1;
    int recurrent_reuse_factor = 0; ///< of the recurrent kernel; 0: as reuse_factor
    io_type io = io_type::io_parallel;
    precision weight{};
    precision data = weight;
    precision accum = data;

    constexpr operator layer_spec() const { return lowered(Kind, *this); }
};

} // namespace detail

/// Long short-term memory: four gates, input kernel (inputs, 4·units), recurrent (units, 4·units).
/// Fields: name, inputs (features in each time step), units, timesteps, bidirectional, strategy,
/// reuse_factor, recurrent_reuse_factor (0: as reuse_factor), io, weight, data, accum.
using lstm = detail::recurrent<layer_kind::lstm>;
/// Gated recurrent unit: three gates, and the fields of `lstm`.
using gru = detail::recurrent<layer_kind::gru>;

} // namespace espalier
