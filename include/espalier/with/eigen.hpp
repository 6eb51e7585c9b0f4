// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/layout.hpp>
#include <espalier/model/tensor_shape.hpp>
#include <espalier/prune/weight_view.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <span>
#include <utility>

// Eigen matrices as weights. An outputs × inputs matrix in Eigen's default column-major order
// stores one input's weights side by side, which is Keras's (inputs, outputs); a row-major one is
// PyTorch's (outputs, inputs).

namespace espalier {

/// The layout of an outputs × inputs matrix type.
template <class Matrix>
inline constexpr layout layout_of = Matrix::IsRowMajor ? layout::pytorch : layout::keras;

/// All coefficients of a dense Eigen matrix in the order of its storage; valid as long as the
/// matrix keeps its size.
template <class Derived>
[[nodiscard]] std::span<typename Derived::Scalar> coefficients_of(
    Eigen::PlainObjectBase<Derived>& matrix)
{
    return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

/// An outputs × inputs matrix as weights; it must neither move nor change its size.
template <class Derived>
[[nodiscard]] weight_view weights_of(Eigen::PlainObjectBase<Derived>& matrix)
{
    constexpr layout order = layout_of<Derived>;
    tensor_shape shape{matrix.rows(), matrix.cols()};
    if (order == layout::keras)
        std::swap(shape[0], shape[1]);
    weight_view view(coefficients_of(matrix), order, std::move(shape));
    view.moves_with([&matrix]() -> const void* { return matrix.data(); });
    return view;
}

} // namespace espalier
