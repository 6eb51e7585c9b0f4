// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/layout.hpp>
#include <espalier/prune/strided.hpp>
#include <espalier/prune/weight_view.hpp>

#include <armadillo>

#include <cstddef>
#include <cstdint>
#include <span>

// Armadillo's matrices as weights. They are column-major: an outputs × inputs matrix stores one
// input's weights side by side, which is Keras's (inputs, outputs).
//
// mlpack keeps all parameters of a network in one such matrix, layer after layer, each with its
// weights first and its biases behind them; they are spans of it in layout::mlpack.

namespace espalier {

/// An outputs × inputs matrix as weights; it must neither move nor change its size.
template <class Number>
[[nodiscard]] weight_view weights_of(arma::Mat<Number>& matrix)
{
    weight_view view(std::span<Number>(matrix.memptr(), matrix.n_elem), layout::armadillo,
        {static_cast<std::int64_t>(matrix.n_cols), static_cast<std::int64_t>(matrix.n_rows)});
    view.moves_with([&matrix]() -> const void* { return matrix.memptr(); });
    return view;
}

/// A part of a matrix, outputs × inputs: the weights in a matrix that has the biases as its last
/// column are `weights_of(matrix.head_cols(inputs))`. The matrix must neither move nor change its
/// size. (Armadillo hands out parts of constant matrices as constants, which are refused.)
template <class Number>
[[nodiscard]] weight_view weights_of(arma::subview<Number>& part)
{
    const std::size_t leading = part.m.n_rows;
    const std::size_t length = part.n_elem > 0 ? (part.n_cols - 1) * leading + part.n_rows : 0;
    return {strided{std::span<Number>(length > 0 ? part.colptr(0) : nullptr, length),
                {.rows = part.n_cols, .columns = part.n_rows, .leading_dimension = leading}},
        layout::armadillo};
}
/// \overload
template <class Number>
[[nodiscard]] weight_view weights_of(arma::subview<Number>&& part)
{
    return weights_of(part);
}

} // namespace espalier
