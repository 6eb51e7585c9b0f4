// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// Where a weight sits in the framework's own tensor. A weight is five coordinates (gate, unit,
// row, column, channel); the hardware and each framework count over them in an order of their own,
// so converting an offset is a mixed-radix decode in one order and an encode in the other. No
// table is built, and the same code serves every layer:
//
//   hardware              gate unit row column channel
//   Keras                 row column channel gate unit      kernels (H,W,C,F), (in, units)
//   Keras, channels first the same, but a dense layer after a flatten sees channel row column (*)
//   PyTorch               gate unit channel row column      kernels (F,C,H,W), (out, in)
//   dlib                  convolutions as PyTorch; fully connected: channel row column unit
//
// (*) Only if the data really was unrolled channel by channel, by a Permute in front of the Flatten
// or a Reshape. Keras's own Flatten with data_format="channels_first" moves the channels last
// before it unrolls, so that the order of the weights does not depend on the data format: there the
// layout is `keras`.
//
// What was unrolled channel by channel reaches the hardware's dense layer in one of two orders.
// Under io_parallel hls4ml removes the transpose in front of the flatten and moves the weights to
// (row, column, channel). Under io_stream it keeps the transpose, the data arrive channel by
// channel, and the weights stay where they are. dlib has no way into hls4ml: whoever carries its
// weights over writes the network down channels last, as the hardware's convolutions answer, and a
// transpose of the whole image does not occur. So there the weights move under either.
//
// The order of the gates is the framework's own in the hardware, too. Keras stores a GRU as
// (update, reset, candidate), PyTorch as (reset, update, candidate), and hls4ml moves neither: it
// tells the kernel which of the two it was given (`pytorch_order`). An LSTM is (input, forget,
// cell, output) everywhere.

namespace espalier {

/// Orders of weights, and other names of the same orders. Each alias stands behind what it means,
/// so that those that follow keep their values.
enum class layout : std::uint8_t {
    hardware,             ///< as `weight_matrix` counts
    keras,                ///< (inputs, outputs), (H, W, C, F)
    column_major = keras, ///< an outputs × inputs matrix in Fortran's order
    eigen = keras,        ///< by default; with RowMajor it is row_major
    armadillo = keras,    ///< an outputs × inputs matrix
    keras_channels_first, ///< as keras, but a flattened image is (C, H, W)
    pytorch,              ///< (outputs, inputs), (F, C, H, W)
    row_major = pytorch,  ///< an outputs × inputs matrix in C's order
    dlib,                 ///< (F, C, H, W), but fully connected (C·H·W, outputs)
    mlpack = dlib,        ///< of Linear and Convolution, weights first and biases behind them
};

[[nodiscard]] constexpr std::string_view to_string(layout l)
{
    switch (l) {
    case layout::hardware:
        return "hardware";
    case layout::keras:
        return "keras";
    case layout::keras_channels_first:
        return "keras_channels_first";
    case layout::pytorch:
        return "pytorch";
    case layout::dlib:
        return "dlib";
    }
    return "unknown";
}

namespace detail {

enum axis : std::uint8_t { gate, unit, row, column, channel };
inline constexpr std::size_t axes = 5;
using axis_order = std::array<axis, axes>;          ///< slowest first
using coordinates = std::array<std::int64_t, axes>; ///< indexed by axis

/// Whether the transpose in front of a flatten stays, so that the hardware's dense layer meets its
/// inputs in the order of the tensor, whatever image they were.
constexpr bool keeps_transpose(const weight_matrix& m)
{
    return m.kind == layer_kind::dense && m.io == io_type::io_stream;
}

constexpr axis_order order_of(const weight_matrix& m, layout l)
{
    switch (l) {
    case layout::hardware:
        return {gate, unit, row, column, channel};
    case layout::keras:
        return {row, column, channel, gate, unit};
    case layout::keras_channels_first:
        if (m.kind == layer_kind::dense && !keeps_transpose(m))
            return {channel, row, column, gate, unit};
        return {row, column, channel, gate, unit};
    case layout::pytorch:
        if (keeps_transpose(m))
            return {gate, unit, row, column, channel};
        return {gate, unit, channel, row, column};
    case layout::dlib:
        ensure(m.kind == layer_kind::dense || m.kind == layer_kind::conv2d,
            "dlib has weights in a known order for dense and conv2d layers only");
        if (m.kind == layer_kind::dense)
            return {channel, row, column, gate, unit};
        return {gate, unit, channel, row, column};
    }
    return {};
}

constexpr coordinates extents_of(const weight_matrix& m)
{
    return {m.gates, m.units, m.rows, m.columns, m.channels};
}

/// Steps in the framework's tensor from one coordinate to the next, for each axis.
constexpr coordinates strides_of(const weight_matrix& m, layout l)
{
    const coordinates extents = extents_of(m);
    const axis_order order = order_of(m, l);
    coordinates strides{};
    std::int64_t stride = 1;
    for (std::size_t i = axes; i-- > 0;) {
        strides[order[i]] = stride;
        stride *= extents[order[i]];
    }
    return strides;
}

constexpr coordinates decode(const coordinates& extents, const axis_order& order, std::int64_t at)
{
    coordinates result{};
    for (std::size_t i = axes; i-- > 0;) {
        result[order[i]] = at % extents[order[i]];
        at /= extents[order[i]];
    }
    return result;
}

constexpr std::int64_t encode(
    const coordinates& extents, const axis_order& order, const coordinates& where)
{
    std::int64_t at = 0;
    for (const axis a : order)
        at = at * extents[a] + where[a];
    return at;
}

/// Whether the framework's order is the hardware's for this matrix, so that no conversion is
/// needed.
constexpr bool order_is_hardware(const weight_matrix& m, layout l)
{
    const coordinates extents = extents_of(m);
    const coordinates here = strides_of(m, layout::hardware);
    const coordinates there = strides_of(m, l);
    for (std::size_t a = 0; a < axes; ++a)
        if (extents[a] > 1 && here[a] != there[a])
            return false;
    return true;
}

} // namespace detail

/// Offset in the framework's tensor → flat hardware index.
[[nodiscard]] constexpr std::int64_t to_hardware(
    const weight_matrix& m, layout l, std::int64_t offset)
{
    const auto extents = detail::extents_of(m);
    const auto where = detail::decode(extents, detail::order_of(m, l), offset);
    return detail::encode(extents, detail::order_of(m, layout::hardware), where);
}

/// Flat hardware index → offset in the framework's tensor.
[[nodiscard]] constexpr std::int64_t to_framework(
    const weight_matrix& m, layout l, std::int64_t flat)
{
    const auto extents = detail::extents_of(m);
    const auto where = detail::decode(extents, detail::order_of(m, layout::hardware), flat);
    return detail::encode(extents, detail::order_of(m, l), where);
}

} // namespace espalier
