// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/layout.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <span>

// Eigen matrices as weights. An outputs × inputs matrix in Eigen's default column-major order
// stores one input's weights side by side, which is Keras's (inputs, outputs); a row-major one is
// PyTorch's (outputs, inputs).

namespace espalier {

/// All coefficients of a dense Eigen matrix in the order of its storage; valid as long as the
/// matrix keeps its size.
template <class Derived>
[[nodiscard]] std::span<float> weights_of(Eigen::PlainObjectBase<Derived>& matrix)
{
    return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

/// The layout of an outputs × inputs matrix type.
template <class Matrix>
inline constexpr layout layout_of = Matrix::IsRowMajor ? layout::pytorch : layout::keras;

} // namespace espalier
