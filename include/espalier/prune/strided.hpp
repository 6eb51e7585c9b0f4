// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

// A weight matrix with gaps: a block of a larger matrix, rows that were padded, weights with the
// bias of each neuron between them. Gradients that lie in the same way are read into a vector for
// the regulariser and written back.

namespace espalier {

/// Where the rows of a matrix lie, in numbers, not bytes. Rows are what the layout counts slowest:
/// outputs in layout::pytorch, inputs in layout::keras.
struct row_extents {
    std::size_t rows = 0;
    std::size_t columns = 0;           ///< weights in a row, side by side
    std::size_t leading_dimension = 0; ///< from the first weight of a row to that of the next
};

/// A matrix of float or double with gaps between its rows.
template <class Number>
class strided {
public:
    using number = Number;

    /// A view: the memory must live as long.
    /// \param memory   begins with the first weight and holds all of them; what lies between is
    ///                 neither read nor written
    /// \throws std::invalid_argument if rows overlap or reach beyond the memory
    strided(std::span<Number> memory, row_extents extents) : memory_(memory), extents_(extents)
    {
        ensure(extents.leading_dimension >= extents.columns,
            "a leading dimension is at least the length of a row",
            given{"columns", extents.columns},
            given{"leading_dimension", extents.leading_dimension});
        // Divided, not multiplied: a product may overflow.
        ensure(extents.rows == 0 || (extents.columns <= memory.size() &&
                                        (extents.leading_dimension == 0 ||
                                            extents.rows - 1 <= (memory.size() - extents.columns) /
                                                                    extents.leading_dimension)),
            "the rows of a matrix lie within its memory", given{"rows", extents.rows},
            given{"columns", extents.columns},
            given{"leading_dimension", extents.leading_dimension}, given{"memory", memory.size()});
    }

    [[nodiscard]] const row_extents& extents() const { return extents_; }
    [[nodiscard]] std::size_t size() const { return extents_.rows * extents_.columns; }
    [[nodiscard]] std::span<Number> memory() const { return memory_; }
    /// The weights of one row, which lie side by side.
    [[nodiscard]] std::span<Number> row(std::size_t i) const
    {
        return memory_.subspan(i * extents_.leading_dimension, extents_.columns);
    }

    /// Copies all weights out, row after row.
    void read(std::span<Number> to) const
    {
        for (std::size_t i = 0; i < extents_.rows; ++i)
            std::ranges::copy(row(i), to.begin() + offset(i));
    }
    /// Copies all weights in.
    void write(std::span<const Number> from) const
    {
        for (std::size_t i = 0; i < extents_.rows; ++i)
            std::ranges::copy(from.subspan(i * extents_.columns, extents_.columns), row(i).begin());
    }

private:
    [[nodiscard]] std::ptrdiff_t offset(std::size_t i) const
    {
        return static_cast<std::ptrdiff_t>(i * extents_.columns);
    }

    std::span<Number> memory_;
    row_extents extents_;
};

} // namespace espalier
