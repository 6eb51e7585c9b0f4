// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hardware_loops.hpp"

#include <espalier/model/layout.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

// The order of the weights in each framework's tensor, found by counting: loops nested as the
// framework's documentation names the axes of the tensor, and a counter. tests/model/layout.cpp
// shows that these orders are the right ones by computing with them.

namespace framework_order {

using hardware_loops::integer;

/// A weight by what it connects. A gate goes by its place in the file that hls4ml writes, which is
/// the place that the framework gave it.
struct weight_name {
    integer gate, unit, row, column, channel;
};

/// Whether a flow leaves the transpose in front of a flatten in the hardware: channels are unrolled
/// first there, and data come as a stream.
inline bool transpose_stays(const espalier::weight_matrix& m, espalier::layout flow)
{
    using espalier::layout;
    return m.kind == espalier::layer_kind::dense && m.io == espalier::io_type::io_stream &&
           (flow == layout::pytorch || flow == layout::keras_channels_first);
}

/// Calls visit(flat, name) for every weight in the order in which the hardware has them, which is
/// (out, in) with in = (row, column, channel), or (channel, row, column) behind a transpose.
template <class Visit>
void walk_hardware(const espalier::weight_matrix& m, espalier::layout flow, Visit&& visit)
{
    integer flat = 0;
    for (integer g = 0; g < m.gates; ++g)
        for (integer u = 0; u < m.units; ++u)
            if (transpose_stays(m, flow)) {
                for (integer ch = 0; ch < m.channels; ++ch)
                    for (integer r = 0; r < m.rows; ++r)
                        for (integer c = 0; c < m.columns; ++c)
                            visit(flat++, weight_name{g, u, r, c, ch});
            } else {
                for (integer r = 0; r < m.rows; ++r)
                    for (integer c = 0; c < m.columns; ++c)
                        for (integer ch = 0; ch < m.channels; ++ch)
                            visit(flat++, weight_name{g, u, r, c, ch});
            }
}

/// Calls visit(offset, name) for every weight, offsets ascending.
template <class Visit>
void walk(const espalier::weight_matrix& m, espalier::layout l, Visit&& visit)
{
    using espalier::layout;
    integer offset = 0;
    const bool image_channels_first = m.kind == espalier::layer_kind::dense &&
                                      (l == layout::keras_channels_first || l == layout::dlib);
    if (l == layout::hardware) {
        walk_hardware(m, l, visit);
    } else if (image_channels_first) {
        // (in, out), in = (channel, row, column)
        for (integer ch = 0; ch < m.channels; ++ch)
            for (integer r = 0; r < m.rows; ++r)
                for (integer c = 0; c < m.columns; ++c)
                    for (integer u = 0; u < m.units; ++u)
                        visit(offset++, weight_name{0, u, r, c, ch});
    } else if (l == layout::keras || l == layout::keras_channels_first) {
        // (H, W, C, F), (in, out), (in, gates · units); depthwise (H, W, C, 1)
        for (integer r = 0; r < m.rows; ++r)
            for (integer c = 0; c < m.columns; ++c)
                for (integer ch = 0; ch < m.channels; ++ch)
                    for (integer g = 0; g < m.gates; ++g)
                        for (integer u = 0; u < m.units; ++u)
                            visit(offset++, weight_name{g, u, r, c, ch});
    } else {
        // (F, C, H, W), (out, in), (gates · units, in); depthwise (C, 1, H, W)
        for (integer g = 0; g < m.gates; ++g)
            for (integer u = 0; u < m.units; ++u)
                for (integer ch = 0; ch < m.channels; ++ch)
                    for (integer r = 0; r < m.rows; ++r)
                        for (integer c = 0; c < m.columns; ++c)
                            visit(offset++, weight_name{g, u, r, c, ch});
    }
}

/// The hardware's number of every weight, in the framework's order.
inline std::vector<integer> hardware_numbers(const espalier::weight_matrix& m, espalier::layout l)
{
    // A weight's name as a position in a table; any one-to-one numbering of the names would do.
    const auto key = [&](const weight_name& n) {
        return static_cast<std::size_t>(
            n.gate +
            m.gates * (n.unit + m.units * (n.row + m.rows * (n.column + m.columns * n.channel))));
    };
    std::vector<integer> number(static_cast<std::size_t>(m.weights()), -1);
    walk_hardware(m, l, [&](integer flat, const weight_name& n) { number[key(n)] = flat; });
    std::vector<integer> result;
    result.reserve(number.size());
    walk(m, l, [&](integer, const weight_name& n) { result.push_back(number[key(n)]); });
    return result;
}

/// The framework's weights in hardware order, moved by `to_hardware`.
template <class Number>
std::vector<Number> moved(const espalier::weight_matrix& m, espalier::layout l,
    const std::vector<Number>& framework_weights)
{
    std::vector<Number> hardware(framework_weights.size());
    for (std::size_t i = 0; i < framework_weights.size(); ++i)
        hardware[static_cast<std::size_t>(espalier::to_hardware(m, l, static_cast<integer>(i)))] =
            framework_weights[i];
    return hardware;
}

/// The layouts in which a framework can hand over a matrix.
inline std::vector<espalier::layout> layouts_for(const espalier::weight_matrix& m)
{
    using espalier::layout;
    std::vector<layout> layouts{
        layout::hardware, layout::keras, layout::keras_channels_first, layout::pytorch};
    if (m.kind == espalier::layer_kind::dense || m.kind == espalier::layer_kind::conv2d)
        layouts.push_back(layout::dlib);
    return layouts;
}

/// Compares where the library places every offset of a framework's tensor with where the loops of
/// the hardware meet that weight.
inline hardware_loops::comparison compare(const espalier::weight_matrix& m, espalier::layout l)
{
    hardware_loops::comparison result{.matrices = 1, .loops = 1};
    const std::vector<integer> numbers = hardware_numbers(m, l);
    std::vector<integer> offset_of(numbers.size());
    for (std::size_t offset = 0; offset < numbers.size(); ++offset)
        offset_of[static_cast<std::size_t>(numbers[offset])] = static_cast<integer>(offset);
    hardware_loops::run(m, [&](const hardware_loops::meeting& at) {
        const integer offset = offset_of[static_cast<std::size_t>(at.weight)];
        const espalier::placement placed = espalier::place(m, l, offset);
        ++result.weights;
        result.disagreements += placed.multiplier != at.multiplier || placed.cycle != at.cycle ||
                                        placed.input != at.input ||
                                        placed.output != at.accumulator ||
                                        espalier::to_hardware(m, l, offset) != at.weight ||
                                        espalier::to_framework(m, l, at.weight) != offset
                                    ? 1
                                    : 0;
    });
    return result;
}

} // namespace framework_order
