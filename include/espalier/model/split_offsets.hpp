// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/grouping.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

// `to_framework` finds the offset of one weight with a handful of divisions. Whoever goes through
// all weights of a large layer wants none: an offset is the sum of a part that depends on the
// output and a part that depends on the input, and the second is a table of n_in entries.

namespace espalier {

/// Offsets in the framework's tensor, taken apart: a weight's offset is that of its row (an output
/// of one gate; a depthwise kernel is a single row) plus that of its place in the row, so
/// of_row(flat / n_in) + of_input(flat % n_in) = to_framework(flat).
class split_offsets {
public:
    /// The place in a row is looked up: a table of n_in offsets.
    split_offsets(const weight_matrix& m, layout framework)
        : matrix_(m), strides_(detail::strides_of(m, framework))
    {
        of_input_.reserve(static_cast<std::size_t>(m.n_in()));
        for (std::int64_t r = 0; r < m.rows; ++r)
            for (std::int64_t c = 0; c < m.columns; ++c)
                for (std::int64_t ch = 0; ch < m.channels; ++ch)
                    of_input_.push_back(r * strides_[detail::row] + c * strides_[detail::column] +
                                        ch * strides_[detail::channel]);
    }

    [[nodiscard]] std::int64_t rows() const { return matrix_.gates * matrix_.units; }
    /// Where an output begins.
    [[nodiscard]] std::int64_t of_row(std::int64_t out) const
    {
        return out / matrix_.units * strides_[detail::gate] +
               out % matrix_.units * strides_[detail::unit];
    }
    /// How far an input lies behind that.
    [[nodiscard]] std::int64_t of_input(std::int64_t in) const
    {
        return of_input_[static_cast<std::size_t>(in)];
    }
    /// Copies the weights of one output, in hardware order.
    template <class Number>
    void copy_row(const Number* weights, std::int64_t out, Number* to) const
    {
        const Number* const row = weights + of_row(out);
        for (std::size_t first = 0; first < of_input_.size();
             first += static_cast<std::size_t>(matrix_.channels)) {
            const Number* from = row + of_input_[first];
            for (std::int64_t ch = 0; ch < matrix_.channels; ++ch)
                *to++ = from[ch * strides_[detail::channel]];
        }
    }
    /// Whether the weights of one input for all outputs lie in a row, in the order of the outputs.
    [[nodiscard]] bool outputs_in_a_row() const
    {
        return strides_[detail::unit] == 1 &&
               (matrix_.gates == 1 || strides_[detail::gate] == matrix_.units);
    }

private:
    weight_matrix matrix_;
    detail::coordinates strides_;
    std::vector<std::int64_t> of_input_;
};

/// Calls visit(offset, group) for every weight of a grouped matrix once, in an order that is easy
/// on the cache whichever way the framework stores the matrix: tiles of outputs × inputs.
template <class Visit>
void visit_weights(const grouping& groups, layout framework, Visit&& visit)
{
    const weight_matrix& m = groups.matrix();
    const split_offsets offsets(m, framework);
    const std::int64_t n_in = m.n_in();
    constexpr std::int64_t tile = 64;
    for (std::int64_t first_out = 0; first_out < offsets.rows(); first_out += tile)
        for (std::int64_t first_in = 0; first_in < n_in; first_in += tile) {
            const std::int64_t end_out = std::min(first_out + tile, offsets.rows());
            const std::int64_t end_in = std::min(first_in + tile, n_in);
            for (std::int64_t out = first_out; out < end_out; ++out) {
                const std::int64_t row = offsets.of_row(out);
                std::int64_t flat = out * n_in + first_in;
                if (!groups.is_contiguous()) {
                    for (std::int64_t in = first_in; in < end_in; ++in)
                        visit(row + offsets.of_input(in), groups.group_of(flat++));
                    continue;
                }
                std::int64_t group = groups.group_of(flat);
                std::int64_t group_end = groups.range(group).last;
                for (std::int64_t in = first_in; in < end_in; ++in, ++flat) {
                    if (flat == group_end)
                        group_end = groups.range(++group).last;
                    visit(row + offsets.of_input(in), group);
                }
            }
        }
}

} // namespace espalier
