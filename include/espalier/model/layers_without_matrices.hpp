// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/layer_spec.hpp>

// The layers between those that are pruned: they multiply by no weight matrix, so there is nothing
// to prune and no view of weights for them, but they take hardware of their own. Whoever lists them
// among the layers of a network has `cost`, `fits` and reports speak of the design.

namespace espalier {

/// Batch normalisation that is not folded into the weights of the layer before: for each value a
/// product with the scale of its channel, and a shift.
struct batch_norm {
    label name{};
    int inputs = 0;   ///< values of an inference (hls4ml: n_in)
    int channels = 0; ///< of an image (hls4ml: n_filt); 0: every value has its own scale
    int reuse_factor = 1;
    io_type io = io_type::io_parallel;
    precision weight{}; ///< of the scales
    precision data = weight;
    precision accum = data;

    constexpr operator layer_spec() const
    {
        return {.name = name,
            .kind = layer_kind::batch_norm,
            .inputs = inputs,
            .channels = channels,
            .reuse_factor = reuse_factor,
            .io = io,
            .weight = weight,
            .data = data,
            .accum = accum};
    }
};

/// An activation function. What reads a table has one of `table_size` values in the precision
/// `table`, as in hls4ml; a softmax has two.
struct activation {
    label name{};
    activation_function function = activation_function::relu;
    int inputs = 0;       ///< values of an inference
    int channels = 0;     ///< of an image; 0: there is none. A softmax is over the channels
    int reuse_factor = 1; ///< of the products of a softmax
    io_type io = io_type::io_parallel;
    precision data{}; ///< of what it is given
    int table_size = 1024;
    precision table{18, 8};

    constexpr operator layer_spec() const
    {
        return {.name = name,
            .kind = layer_kind::activation,
            .inputs = inputs,
            .channels = channels,
            .reuse_factor = reuse_factor,
            .io = io,
            .data = data,
            .function = function,
            .table_size = table_size,
            .table = table};
    }
};

/// Pooling of an image of height × width × channels. A global pooling has a window as large as the
/// image.
struct pool2d {
    label name{};
    int height = 0;
    int width = 0;
    int channels = 0;
    int pool_height = 2;
    int pool_width = 2;
    int stride_height = pool_height;
    int stride_width = pool_width;
    espalier::padding padding = espalier::padding::valid;
    espalier::pool_op pool_op = espalier::pool_op::max;
    int reuse_factor = 1;
    io_type io = io_type::io_parallel;
    precision data{};
    precision accum = data; ///< of the sum of an average

    constexpr operator layer_spec() const
    {
        return {.name = name,
            .kind = layer_kind::pool2d,
            .height = height,
            .width = width,
            .channels = channels,
            .kernel_height = pool_height,
            .kernel_width = pool_width,
            .stride_height = stride_height,
            .stride_width = stride_width,
            .padding = padding,
            .reuse_factor = reuse_factor,
            .io = io,
            .data = data,
            .accum = accum,
            .pool = pool_op};
    }
};

/// Pooling of a sequence of width × channels.
struct pool1d {
    label name{};
    int width = 0;
    int channels = 0;
    int pool_width = 2;
    int stride_width = pool_width;
    espalier::padding padding = espalier::padding::valid;
    espalier::pool_op pool_op = espalier::pool_op::max;
    int reuse_factor = 1;
    io_type io = io_type::io_parallel;
    precision data{};
    precision accum = data; ///< of the sum of an average

    constexpr operator layer_spec() const
    {
        layer_spec s = pool2d{.name = name,
            .height = 1,
            .width = width,
            .channels = channels,
            .pool_height = 1,
            .pool_width = pool_width,
            .stride_width = stride_width,
            .padding = padding,
            .pool_op = pool_op,
            .reuse_factor = reuse_factor,
            .io = io,
            .data = data,
            .accum = accum};
        s.kind = layer_kind::pool1d;
        return s;
    }
};

} // namespace espalier
