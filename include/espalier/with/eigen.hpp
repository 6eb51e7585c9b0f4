// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/tensor_shape.hpp>
#include <espalier/prune/strided.hpp>
#include <espalier/prune/weight_view.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

// Eigen matrices as weights. An outputs × inputs matrix in Eigen's default column-major order
// stores one input's weights side by side, which is Keras's (inputs, outputs); a row-major one is
// PyTorch's (outputs, inputs). That holds for inputs that are an image as well if it was flattened
// as Keras does it (column-major) or PyTorch (row-major); if not, a view of coefficients_of(matrix)
// names another layout.

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

/// A part of a matrix or a Map, outputs × inputs, also with an outer stride: the weights in a
/// matrix that has the biases as its last column are `weights_of(matrix.leftCols(inputs))`. The
/// memory that it shows must stay where it is.
/// \throws std::invalid_argument if rows and columns both have gaps between their coefficients
template <class Derived>
requires(!std::derived_from<Derived, Eigen::PlainObjectBase<Derived>>) [[nodiscard]] weight_view
    weights_of(const Eigen::DenseBase<Derived>& part)
{
    static_assert((Derived::Flags & Eigen::DirectAccessBit) != 0,
        "weights lie in memory: neither a sum nor a product of matrices has any");
    static_assert((Derived::Flags & Eigen::LvalueBit) != 0,
        "a pruner changes weights, so they are not const");
    Derived& matrix = part.const_cast_derived(); // Eigen's way to write to a temporary block
    ensure(matrix.innerStride() == 1, "weights lie side by side along rows or along columns",
        given{"stride along rows", matrix.rowStride()},
        given{"stride along columns", matrix.colStride()});
    const auto outer = static_cast<std::size_t>(matrix.outerSize());
    const auto inner = static_cast<std::size_t>(matrix.innerSize());
    // A single row or column may say any stride, also none.
    const auto leading = std::max(static_cast<std::size_t>(matrix.outerStride()), inner);
    const std::size_t length = outer > 0 ? (outer - 1) * leading + inner : 0;
    return {strided{std::span(matrix.data(), length),
                {.rows = outer, .columns = inner, .leading_dimension = leading}},
        layout_of<Derived>};
}

} // namespace espalier
