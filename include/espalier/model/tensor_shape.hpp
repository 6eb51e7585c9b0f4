// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// The extents of a framework's weight tensor. A layer whose inputs and outputs, or whose kernel's
// height and width, are mixed up has the right number of weights in the wrong order; its shape
// gives it away.

namespace espalier {

/// Extents of a tensor, slowest axis first; empty: not known.
using tensor_shape = std::vector<std::int64_t>;

/// The shape that a framework gives to the weights of a matrix.
[[nodiscard]] inline tensor_shape shape_of(const weight_matrix& m, layout l)
{
    if (l == layout::hardware)
        return {m.gates * m.units, m.rows, m.columns, m.channels};
    // The frameworks make one axis of gates and units, and a vector of what was flattened.
    const std::int64_t outputs = m.gates * m.units;
    const bool is_keras = l == layout::keras || l == layout::keras_channels_first;
    if (!is_convolution(m.kind))
        return is_keras || l == layout::dlib ? tensor_shape{m.n_in(), outputs}
                                             : tensor_shape{outputs, m.n_in()};
    tensor_shape shape;
    if (!is_keras)
        shape = m.is_depthwise() ? tensor_shape{m.channels, 1} : tensor_shape{outputs, m.channels};
    if (m.kind != layer_kind::conv1d)
        shape.push_back(m.rows);
    shape.push_back(m.columns);
    if (is_keras) {
        shape.push_back(m.channels);
        shape.push_back(outputs);
    }
    return shape;
}

/// Whether two shapes store the same elements in the same order: axes of extent 1 do not count.
[[nodiscard]] inline bool same_order(tensor_shape a, tensor_shape b)
{
    a.erase(std::remove(a.begin(), a.end(), 1), a.end());
    b.erase(std::remove(b.begin(), b.end(), 1), b.end());
    return a == b;
}

/// As it is written: (64, 16).
[[nodiscard]] inline std::string to_string(const tensor_shape& shape)
{
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return text + ")";
}

} // namespace espalier
